package simulate

import (
	"strings"
	"testing"
	"time"
)

// TestCountersOnlyFallAtTheRestart also looks at what must hold at every scrape.
func TestCountersOnlyFallAtTheRestart(t *testing.T) {
	s := newTestSimulation(t, Troubled, 3)
	restart := testEnd.Add(-PlantedRestart.BeforeEnd)
	s.Advance(restart.Add(-10 * time.Minute))
	before := stateOf(s)
	for _, at := range []time.Duration{-5 * time.Minute, -15 * time.Second, time.Minute, 10 * time.Minute} {
		s.Advance(restart.Add(at))
		after := stateOf(s)
		fallen := map[string]int{}
		for name, value := range after {
			if !strings.Contains(name, `_total"`) && !strings.Contains(name, `_bucket"`) || strings.Contains(name, "python_gc_unreachable") {
				continue
			}
			if value < before[name] {
				fallen[processOf(name)]++
			}
		}
		restarted := at == time.Minute
		for process, count := range fallen {
			if !restarted || process != "generic_worker 2" {
				t.Errorf("%s: %d counters of %s fell", at, count, process)
			}
		}
		if restarted && fallen["generic_worker 2"] < 500 {
			t.Errorf("only %d counters fell at the restart", fallen["generic_worker 2"])
		}
		checkCaches(t, s)
		checkHistograms(t, s)
		before = after
	}
}

func processOf(series string) string {
	for _, r := range roles {
		if strings.Contains(series, `job="`+r.job+`"`) && strings.Contains(series, `index="`+r.index+`"`) {
			return r.job + " " + r.index
		}
	}
	return ""
}

func checkCaches(t *testing.T, s *Simulation) {
	t.Helper()
	for _, p := range s.Processes() {
		for _, c := range p.models[0].(caches) {
			dropped := 0.0
			for _, counter := range c.evicted {
				dropped += counter.value
			}
			if inserted := c.misses.value * c.itemsPerEntry; dropped+c.size > inserted+1 {
				t.Errorf("%v: a cache holds %.0f and dropped %.0f of %.0f inserted", p.Labels(), c.size, dropped, inserted)
			}
			if c.maxEntries > 0 && c.size > c.maxEntries*1.000001 {
				t.Errorf("%v: a cache holds %.0f of at most %.0f", p.Labels(), c.size, c.maxEntries)
			}
		}
	}
}

func checkHistograms(t *testing.T, s *Simulation) {
	t.Helper()
	for _, p := range s.Processes() {
		for name, one := range p.registry.instruments {
			h, ok := one.(*histogram)
			if !ok {
				continue
			}
			least, lower := 0.0, 0.0
			for i := range h.buckets {
				if h.buckets[i] < lower-1e-9 {
					t.Errorf("%v %s: bucket %v falls", p.Labels(), name, h.bounds[i])
				}
				if i > 0 {
					least += (h.buckets[i] - lower) * h.bounds[i-1]
				}
				lower = h.buckets[i]
			}
			if h.sum < least*0.99 {
				t.Errorf("%v %s: the sum %.3g is below what the buckets hold, %.3g", p.Labels(), name, h.sum, least)
			}
		}
	}
}

func TestPlantedPausesStopTheReactor(t *testing.T) {
	s := newTestSimulation(t, Troubled, 1)
	began := testEnd.Add(-PlantedPauses.BeforeEnd)
	s.Advance(began.Add(-time.Minute))
	before := stateOf(s)
	s.Advance(began.Add(20 * time.Minute))
	after := stateOf(s)
	grown := func(metric string, labels ...string) float64 {
		return after.sum(metric, append(labels, `generic_worker`)...) - before.sum(metric, append(labels, `generic_worker`)...)
	}
	long := grown("python_gc_time_count", `gen="2"`) - grown("python_gc_time_bucket", `gen="2"`, `le="2.5"`)
	stalls := grown("python_twisted_reactor_tick_time_count") - grown("python_twisted_reactor_tick_time_bucket", `le="2.0"`)
	if want := float64(len(PlantedPauses.Seconds)); long != want || stalls < want {
		t.Errorf("%v long collections and %v long ticks, want %v", long, stalls, want)
	}
}
