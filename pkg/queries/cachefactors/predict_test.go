package cachefactors

import (
	"math"
	"strings"
	"testing"
	"time"

	prometheus "github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// expected is a prediction for a cache that misses 0.26, as shares of the misses that doubling avoids.
func expected(low, mean, high float64) *prediction {
	hit := func(share float64) float64 { return .74 + share*.26 }
	return &prediction{present: .74, sizes: []model.Prediction{{Multiplier: 2, HitRatio: hit(mean), Low: hit(low), High: hit(high)}}}
}

func predicted(m *caches.Measurements, p *prediction) row {
	r := rowOf(m, usual())
	r.predicted = p
	r.next = r.gainAt(r.step(usual()), r.atMost)
	return r
}

func TestGain(t *testing.T) {
	for name, test := range map[string]struct {
		prediction *prediction
		avoided    float64
		says       string
	}{
		"as expected":           {expected(.1, .2, .3), 10.4, " Prediction (experimental): doubling avoids 10 of 52 misses per second (5.2 to 16). Raise the factor"},
		"never above the bound": {expected(.5, .9, 1), 41, "doubling avoids 41 of 52 misses per second (26 to 41)"},
		"not predicted":         {nil, math.NaN(), "for 30 min. Raise the factor one step, then look again. Memory: unknown, at least 1.2 MiB."},
	} {
		r := predicted(undersized(roomVersion), test.prediction)
		if r.Verdict != caches.Raise || !strings.Contains(r.reason(), test.says) {
			t.Errorf("%s: %s: %s", name, r.Verdict, r.reason())
		}
		avoided := math.NaN()
		if r.avoided() != nil {
			avoided = *r.avoided()
			if g := r.next; g.low > g.hit || g.hit > g.high || g.high > 1 || math.Abs(g.hit-.74-avoided/200) > 1e-9 {
				t.Errorf("%s: hit ratio %g (%g to %g)", name, g.hit, g.low, g.high)
			}
		}
		if !(math.Abs(avoided-test.avoided) < 1e-6) && !math.IsNaN(test.avoided) {
			t.Errorf("%s: avoids %g, want %g", name, avoided, test.avoided)
		}
	}
}

// A prediction sharpens; it neither raises nor keeps a cache.
func TestNoVerdictRestsOnAPrediction(t *testing.T) {
	probed := undersized(roomVersion)
	probed.Hits = 0.2 * probed.Requests
	for _, m := range []*caches.Measurements{undersized(roomVersion), probed} {
		for _, p := range []*prediction{expected(0, 0, 0), expected(.9, .95, 1), nil} {
			if got, want := predicted(m, p).Verdict, rowOf(m, usual()).Verdict; got != want {
				t.Errorf("%s with a prediction, %s without", got, want)
			}
		}
	}
}

func TestToPredict(t *testing.T) {
	if h := usual(); !rowOf(undersized(roomVersion), h).toPredict(h) {
		t.Error("an advised row is to be predicted")
	}
	for name, change := range map[string]func(m *caches.Measurements){
		"bounded":         func(m *caches.Measurements) { m.Avoidable = 0 },
		"idle":            func(m *caches.Measurements) { m.Requests = 1 },
		"at its ceiling":  func(m *caches.Measurements) { m.Useful = new(5000.0) },
		"nothing evicted": func(m *caches.Measurements) { m.Evicted, m.Before = 0, 0 },
	} {
		m, h := undersized(roomVersion), usual()
		change(m)
		if rowOf(m, h).toPredict(h) {
			t.Errorf("%s: to be predicted", name)
		}
	}
}

// filling is a process's history: it misses all until it holds 100 entries, then the given share.
func filling(perScrape, missShare float64) *history {
	h := &history{}
	requests, hits, evicted, entries := 0.0, 0.0, 0.0, 0.0
	for i := range 200 {
		at := prometheus.Time(i * 15_000)
		for column, v := range [columnCount]float64{requests, hits, evicted, 0, entries, 100} {
			h[column] = append(h[column], prometheus.SamplePair{Timestamp: at, Value: prometheus.SampleValue(v)})
		}
		misses := perScrape * missShare
		if entries < 100 {
			misses = perScrape
		}
		requests, hits = requests+perScrape, hits+perScrape-misses
		evicted, entries = evicted+max(0, entries+misses-100), min(100, entries+misses)
	}
	return h
}

func TestPredictSizes(t *testing.T) {
	key := func(server string, process prometheus.Fingerprint) caches.Key {
		return caches.Key{Server: server, Cache: roomVersion, Process: process}
	}
	w := model.Window{From: 1500, To: 3000}
	of := func(histories map[caches.Key]*history, multipliers ...float64) *prediction {
		return predictSizes(func(k caches.Key) bool { return k.Server == "a" }, histories, 30*time.Minute, w, multipliers)
	}
	one := of(map[caches.Key]*history{key("a", 1): filling(100, .5), key("b", 1): filling(100, .9)}, 4, 2, 2, 1)
	if one == nil || len(one.sizes) != 2 || one.sizes[0].Multiplier != 2 || math.Abs(one.present-.5) > .01 {
		t.Fatalf("%+v: want twice and four times the size of the one process of a", one)
	}
	if s := one.sizes; s[1].HitRatio < s[0].HitRatio || s[1].Low < s[0].Low || s[1].High < s[0].High {
		t.Errorf("a larger size hits less: %+v", s)
	}
	// Three times the lookups weigh three times as much.
	two := of(map[caches.Key]*history{key("a", 1): filling(300, .5), key("a", 2): filling(100, .1)}, 2)
	if two == nil || math.Abs(two.present-.6) > .01 {
		t.Errorf("%+v: want a hit ratio of 0.6 over both", two)
	}
	if few := of(map[caches.Key]*history{key("a", 1): filling(5, .5)}, 2); few != nil {
		t.Errorf("too few lookups tell nothing: %+v", few)
	}
}

func TestSaved(t *testing.T) {
	sample := func(server, desc string, v float64) *prometheus.Sample {
		return &prometheus.Sample{Metric: prometheus.Metric{"server_name": prometheus.LabelValue(server), "desc": prometheus.LabelValue(desc)}, Value: prometheus.SampleValue(v)}
	}
	const caused = "_get_user_ids_from_membership_event_ids"
	for name, test := range map[string]struct {
		costs costs
		want  float64
	}{
		"one for each miss, others beside":  {costs{prometheus.Vector{sample("example.org", caused, 104)}, prometheus.Vector{sample("example.org", caused, 1.04)}}, 10.4 * .01},
		"batched: one for two misses":       {costs{prometheus.Vector{sample("example.org", caused, 26)}, prometheus.Vector{sample("example.org", caused, .26)}}, 10.4 / 2 * .01},
		"another homeserver's":              {costs{prometheus.Vector{sample("b.example", caused, 26)}, prometheus.Vector{sample("b.example", caused, .26)}}, math.NaN()},
		"another cache's":                   {costs{prometheus.Vector{sample("example.org", "x", 26)}, prometheus.Vector{sample("example.org", "x", .26)}}, math.NaN()},
		"never called within the range":     {costs{prometheus.Vector{sample("example.org", caused, 0)}, prometheus.Vector{sample("example.org", caused, 0)}}, math.NaN()},
		"Prometheus does not have them yet": {costs{}, math.NaN()},
	} {
		r := predicted(undersized("_get_joined_profile_from_event_id"), expected(.1, .2, .3))
		got := test.costs.saved(asked{}, &r)
		if (got == nil) != math.IsNaN(test.want) || got != nil && math.Abs(*got-test.want) > 1e-9 {
			t.Errorf("%s: %v, want %g", name, query.OrZero(got), test.want)
		}
	}
	for _, cache := range []string{"get_tags_for_user", "_event_auth_cache", "unknown"} {
		for _, desc := range causedBy(cache) {
			if strings.HasPrefix(desc, "simple_") || desc == "get_auth_chain_difference" {
				t.Errorf("%s is said to cause %s", cache, desc)
			}
		}
	}
}

func TestFirstOfEach(t *testing.T) {
	var open []*row
	on := func(server string) *row {
		return &row{Measurements: &caches.Measurements{Key: caches.Key{Server: server}}}
	}
	for range 40 {
		open = append(open, on("large"))
	}
	kept := map[string]int{}
	for _, r := range firstOfEach(append(open, on("small"))) {
		kept[r.Server]++
	}
	if kept["large"] != mostCaches/2 || kept["small"] != 1 {
		t.Errorf("%v", kept)
	}
}
