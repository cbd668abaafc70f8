package cachefactors

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/prometheus/common/model"

	theory "github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

// seen is an outlook on a cache that misses 0.26, as shares of the misses that doubling avoids.
func seen(low, mean, high float64) *outlook {
	hit := func(share float64) float64 { return .74 + share*.26 }
	return &outlook{present: .74, confidence: .7, predictions: []theory.Prediction{{Multiplier: 2, HitRatio: hit(mean), Low: hit(low), High: hit(high)}}}
}

func TestExpect(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(f *facts, o *options)
		outlook *outlook
		want    string
		avoided float64
		says    string
	}{
		"raise from a tenth at the low end on": {outlook: seen(.1001, .2, .3), want: raise, avoided: 10.4,
			says: "41 of 52 misses a second could be avoided at most, whatever the size (proved from its evictions); doubling likely avoids 10 (5.2–16). Next: factor 1, then look again."},
		"probe below":              {outlook: seen(.0999, .2, .3), want: probe, avoided: 10.4, says: "It is not sure to avoid a tenth"},
		"never above the bound":    {outlook: seen(.5, .9, 1), want: raise, avoided: 41, says: "doubling likely avoids 41 (26–41)"},
		"no outlook: by the facts": {want: raise, avoided: math.NaN(), says: "It answers 74 % of its lookups"},
		"a scan stays to be tried": {change: func(f *facts, _ *options) { f.hits = 0.04 * f.requests }, outlook: seen(.2, .3, .4), want: probe, avoided: 41,
			says: "this is what a scan looks like"},
		"a playbook's factor too": {change: func(_ *facts, o *options) { o.common["example.org"] = 10 }, outlook: seen(.2, .3, .4), want: probe, avoided: 15.6,
			says: "have factor 10"},
		"the largest useful factor": {change: func(f *facts, _ *options) { f.useful = known(41_000) }, outlook: seen(.2, .3, .4), want: raise, avoided: 15.6,
			says: "Above factor 4.1 nothing changes (entries expire after 30 min unread). Next: factor 1,"},
		"a small largest useful factor": {change: func(f *facts, _ *options) { f.useful = known(7777) }, outlook: &outlook{present: .74, predictions: []theory.Prediction{{Multiplier: 1.56, HitRatio: .8, Low: .78, High: .82}}},
			want: raise, avoided: 12, says: "1.56 times the size likely avoids 12 (8–16). Above factor 0.778 nothing changes"},
		"one process needs it": {outlook: &outlook{present: .74, alone: "synapse/sync1", predictions: seen(.2, .3, .4).predictions}, want: raise, avoided: 15.6,
			says: "Nearly all of it happens on synapse/sync1"},
		"a module's cache has no factor": {change: func(f *facts, _ *options) { *f = named1("a_module_s_cache", *f) }, outlook: seen(.2, .3, .4), want: raise, avoided: 15.6,
			says: "Take one step, then look again. It is not a cache of Synapse itself"},
	} {
		t.Run(name, func(t *testing.T) {
			f, o := undersized(), usual()
			if test.change != nil {
				test.change(&f, &o)
			}
			r := rowOf(f, o)
			if !r.open(o) {
				t.Fatal("not open")
			}
			r.expect(test.outlook, o)
			if r.verdict != test.want || !strings.Contains(r.reason, test.says) {
				t.Errorf("%s: %s\nwant %s: …%s…", r.verdict, r.reason, test.want, test.says)
			}
			avoided := math.NaN()
			if r.avoided() != nil {
				avoided = *r.avoided()
				if g := r.expected; g.low > g.hit || g.hit > g.high || g.high > 1 || math.Abs(g.hit-value(r.hitRatio())-avoided/200) > 1e-9 {
					t.Errorf("hit ratio %g (%g to %g)", g.hit, g.low, g.high)
				}
			}
			if !(math.Abs(avoided-test.avoided) < 1e-6) && !math.IsNaN(test.avoided) {
				t.Errorf("avoids %g, want %g", avoided, test.avoided)
			}
		})
	}
}

// The column and the sentence say one number, which is never below the one that is proved.
func TestLargestUsefulFactorIsOneNumber(t *testing.T) {
	for useful, want := range map[float64]float64{132_311: 13.3, 12_011: 1.21, 41_000: 4.1, 41_301: 4.14, 1_230_001: 124} {
		f, o := undersized(), usual() // factor 0.5, 5000 entries
		f.useful = known(useful)
		r := rowOf(f, o)
		r.expect(&outlook{present: .74, predictions: []theory.Prediction{{Multiplier: 2, HitRatio: .8, Low: .78, High: .82}}}, o)
		if value(r.ceiling) != want || !strings.Contains(r.reason, fmt.Sprintf(" Above factor %g nothing changes", want)) {
			t.Errorf("useful up to %g entries: %g, %s", useful, value(r.ceiling), r.reason)
		}
	}
}

func TestOpen(t *testing.T) {
	for name, change := range map[string]func(f *facts, o *options){
		"resized":         func(f *facts, _ *options) { f.resized = true },
		"autotuning":      func(_ *facts, o *options) { o.autotuning = true },
		"not LRU":         func(f *facts, _ *options) { *f = named1("state_cache", *f) },
		"bounded":         func(f *facts, _ *options) { f.bound = 0 },
		"idle":            func(f *facts, _ *options) { f.requests = 1 },
		"at its ceiling":  func(f *facts, _ *options) { f.useful = known(5000) },
		"nothing dropped": func(f *facts, _ *options) { f.sizeDrops, f.carried = 0, 0 },
	} {
		f, o := undersized(), usual()
		change(&f, &o)
		if rowOf(f, o).open(o) {
			t.Errorf("%s: to be predicted", name)
		}
	}
}

func TestCombine(t *testing.T) {
	part := func(requests, hitRatio, predicted, confidence float64) theory.Part {
		b := theory.Bounds{Requests: requests, Misses: requests * (1 - hitRatio), MaxSize: 1000, Evictions: requests * (1 - hitRatio)}
		return theory.Part{Requests: requests, Forecast: theory.Forecast{Bounds: b, Confidence: confidence,
			Predictions: []theory.Prediction{{Multiplier: 2, HitRatio: predicted, Low: predicted, High: predicted}, {Multiplier: 4}}}}
	}
	if o := combine([]theory.Part{part(999, 0, 1, 1)}, []string{"a"}, 2); o != nil {
		t.Error("too few requests tell nothing")
	}
	o := combine([]theory.Part{part(3000, .5, .7, .8), part(1000, .5, .5, .4)}, []string{"a", "b"}, 2)
	if o.alone != "a" || math.Abs(o.present-.5) > 1e-9 || math.Abs(o.predictions[0].HitRatio-.65) > 1e-9 || math.Abs(o.confidence-.7) > 1e-9 {
		t.Errorf("%+v", o)
	}
	if larger := o.predictions[1]; larger.HitRatio < o.predictions[0].HitRatio || larger.Low < o.predictions[0].Low || larger.High < o.predictions[0].High {
		t.Errorf("a larger size hits less: %+v", larger)
	}
}

func TestSaved(t *testing.T) {
	sample := func(server, desc string, v float64) *model.Sample {
		return &model.Sample{Metric: model.Metric{"server_name": model.LabelValue(server), "desc": model.LabelValue(desc)}, Value: model.SampleValue(v)}
	}
	const caused = "_get_user_ids_from_membership_event_ids"
	for name, test := range map[string]struct {
		costs costs
		want  float64
	}{
		"one for each miss, others beside":  {costs{model.Vector{sample("example.org", caused, 104)}, model.Vector{sample("example.org", caused, 1.04)}}, 10.4 * .01},
		"batched: one for two misses":       {costs{model.Vector{sample("example.org", caused, 26)}, model.Vector{sample("example.org", caused, .26)}}, 10.4 / 2 * .01},
		"another homeserver's":              {costs{model.Vector{sample("b.example", caused, 26)}, model.Vector{sample("b.example", caused, .26)}}, math.NaN()},
		"another cache's":                   {costs{model.Vector{sample("example.org", "x", 26)}, model.Vector{sample("example.org", "x", .26)}}, math.NaN()},
		"never called within the range":     {costs{model.Vector{sample("example.org", caused, 0)}, model.Vector{sample("example.org", caused, 0)}}, math.NaN()},
		"Prometheus does not have them yet": {costs{}, math.NaN()},
	} {
		r := rowOf(named1("_get_joined_profile_from_event_id", undersized()), usual())
		r.expect(seen(.1, .2, .3), usual())
		got := test.costs.saved(&r)
		if (got == nil) != math.IsNaN(test.want) || got != nil && math.Abs(*got-test.want) > 1e-9 {
			t.Errorf("%s: %v, want %g", name, value(got), test.want)
		}
	}
	for _, cache := range []string{"get_tags_for_user", "_event_auth_cache", "unknown"} {
		t.Logf("%s: %v", cache, causes(cache))
		for _, desc := range causes(cache) {
			if strings.HasPrefix(desc, "simple_") || desc == "get_auth_chain_difference" {
				t.Errorf("%s is said to cause %s", cache, desc)
			}
		}
	}
}

func TestFairly(t *testing.T) {
	var open []*row
	for range 40 {
		open = append(open, &row{facts: facts{key: key{server: "large"}}})
	}
	open = append(open, &row{facts: facts{key: key{server: "small"}}})
	kept := map[string]int{}
	for _, r := range fairly(open) {
		kept[r.server]++
	}
	if kept["large"] != mostCaches/2 || kept["small"] != 1 {
		t.Errorf("%v", kept)
	}
}

// Where each eviction may stand for many misses and none is excluded, no limit is said.
func TestForecastWithoutLimit(t *testing.T) {
	f, o := named1("is_user_erased", undersized()), usual()
	f.bound = f.misses()
	r := rowOf(f, o)
	r.expect(&outlook{present: .74, predictions: []theory.Prediction{{Multiplier: 2, HitRatio: .8, Low: .78, High: .82}}}, o)
	const want = "Doubling likely avoids 12 (8–16) of 52 misses a second; its evictions set no limit, as it is asked for many keys at once. Next: factor"
	if !strings.HasPrefix(r.reason, want) {
		t.Error(r.reason)
	}
}
