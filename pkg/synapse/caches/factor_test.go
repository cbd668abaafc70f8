package caches

import (
	"math"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

func sized(cache string, entries float64) *Measurements {
	return named(cache, Measurements{MaxEntries: at(entries), Window: sixHours})
}

func allOf(some ...*Measurements) All {
	all := All{}
	for _, m := range some {
		all[m.Key] = m
	}
	return all
}

func TestCommonFactor(t *testing.T) {
	all := allOf(sized("get_user_by_id", 500), sized("get_aliases_for_room", 2500), sized("get_if_user_has_pusher", 45_000), sized(EventCache, 102_400))
	if got := Homeservers(all, settings.Settings{}, false)["example.org"].CommonFactor; got != 0.5 {
		t.Errorf("the factor that most caches have is %g, want 0.5", got)
	}
}

func TestCurrentFactor(t *testing.T) {
	two := 2.0
	noSize := func(cache string) *Measurements { return named(cache, Measurements{}) }
	for name, test := range map[string]struct {
		measured *Measurements
		set      settings.Settings
		want     float64 // 0: unknown
	}{
		"of its size":                             {measured: sized("get_user_by_id", 500), want: 0.5},
		"rounded down by Synapse":                 {measured: sized("get_user_by_id", 333), want: 0.333},
		"its size wins over what is stated":       {measured: sized("get_user_by_id", 500), set: settings.Settings{Homeserver: settings.Homeserver{GlobalCacheFactor: &two}}, want: 0.5},
		"event cache at its default":              {measured: sized(EventCache, 5120), want: 0.5},
		"event cache of unknown base":             {measured: sized(EventCache, 51_200)},
		"event cache stated":                      {measured: sized(EventCache, 51_200), set: settings.Settings{Homeserver: settings.Homeserver{PerCacheFactors: map[string]float64{"*getEvent*": 4}}}, want: 4},
		"event cache by the stated global one":    {measured: sized(EventCache, 51_200), set: settings.Settings{Homeserver: settings.Homeserver{GlobalCacheFactor: &two}}, want: 2},
		"size not exported":                       {measured: noSize("state_cache"), want: 0.5},
		"size not exported, stated":               {measured: noSize("state_cache"), set: settings.Settings{Homeserver: settings.Homeserver{PerCacheFactors: map[string]float64{"State_Cache": 3}}}, want: 3},
		"no capacity":                             {measured: noSize("url_previews")},
		"of a newer Synapse, at a size that fits": {measured: sized("a_new_cache", 5000), want: 0.5},
		"of a newer Synapse, at another size":     {measured: sized("a_new_cache", 5001)},
		"of an older Synapse, made smaller":       {measured: sized("is_partial_state_room", 500), want: 0.5},
		"far below the common one":                {measured: sized("get_user_by_id", 4), want: 0.004},
		"made smaller on purpose":                 {measured: sized("is_partial_state_room", 500), set: settings.Settings{Homeserver: settings.Homeserver{PerCacheFactors: map[string]float64{"is_partial_state_room": 0.05}}}, want: 0.05},
	} {
		t.Run(name, func(t *testing.T) {
			h := Homeservers(allOf(test.measured), test.set, false)["example.org"]
			h.CommonFactor = 0.5
			got := FactorOf(test.measured, h, Keep).Current
			if query.OrZero(got) != test.want || (got != nil) != (test.want != 0) {
				t.Errorf("factor %v, want %g", query.OrZero(got), test.want)
			}
		})
	}
}

func TestNextFactor(t *testing.T) {
	for _, test := range []struct{ current, useful, want float64 }{
		{0.5, 0, 1}, {1, 0, 2}, {0.333, 0, 0.67}, {12.04, 0, 24}, {0.5, 100, 1},
		{0.5, 0.75, 0.75}, {0.5, 0.5001, 0.51}, {0.5, 0.987, 0.99}, {10, 10.4, 11},
	} {
		var ceiling *float64
		if test.useful > 0 {
			ceiling = &test.useful
		}
		if got := nextFactor(test.current, FullStep, ceiling); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("after %g, at most %g useful: %g, want %g", test.current, test.useful, got, test.want)
		}
	}
}

func TestFactorOf(t *testing.T) {
	m, h := undersized(), usual()
	m.Useful, m.Bytes = at(20_000), at(3e6)
	f := FactorOf(m, h, Raise)
	if query.OrZero(f.Current) != 0.5 || query.OrZero(f.Next) != 1 || query.OrZero(f.Ceiling) != 2 || query.OrZero(f.Memory(m, Raise)) != 3e6 || f.LeastMemory(m, Raise) != 0 {
		t.Errorf("%+v, %g bytes", f, query.OrZero(f.Memory(m, Raise)))
	}
	m.Bytes = nil
	if got := f.LeastMemory(m, Raise); got != 5000*bookkeeping {
		t.Errorf("5,000 more entries take %g bytes at least", got)
	}
	h.MemoryShort = true
	if got := FactorOf(m, h, Raise).Next; query.OrZero(got) != 0.75 {
		t.Errorf("where memory is short the next factor is %g, want 0.75", query.OrZero(got))
	}
	rarelyHit(m)
	m.Entries, m.Bytes = at(4000), at(8e6)
	f = FactorOf(m, h, Lower)
	if query.OrZero(f.Next) != 0.25 || math.Abs(query.OrZero(f.Memory(m, Lower))+3e6) > 1 {
		t.Errorf("to %g with %g bytes; half of the 5,000 entries hold 2,500 of its 4,000", query.OrZero(f.Next), query.OrZero(f.Memory(m, Lower)))
	}
	for name, change := range map[string]func(*Measurements, *Homeserver){
		"resized":    func(m *Measurements, _ *Homeserver) { m.Resized = true },
		"autotuning": func(_ *Measurements, h *Homeserver) { h.AutotuningStated = true },
		"not LRU":    func(m *Measurements, _ *Homeserver) { m.Cache = "state_cache" },
	} {
		m, h := undersized(), usual()
		m.Useful = at(20_000)
		change(m, &h)
		if f := FactorOf(m, h, Probe); f.Ceiling != nil || m.Provable(h) {
			t.Errorf("%s: a largest useful factor of %g without proof", name, query.OrZero(f.Ceiling))
		}
	}
}

func TestMayHelp(t *testing.T) {
	for _, c := range []struct {
		cache           string
		misses, evicted float64
		want            bool
	}{
		{"get_user_by_id", 10, 1, true}, {"get_user_by_id", 10, 0.9, false}, {"get_user_by_id", 0, 0, false},
		{"is_user_erased", 10, 0.1, true}, {"is_user_erased", 10, 0.09, false},
	} {
		if got := MayHelp(c.cache, c.misses, c.evicted); got != c.want {
			t.Errorf("%s with %g evictions of %g misses: %t", c.cache, c.evicted, c.misses, got)
		}
	}
}

func TestAutotuningSeen(t *testing.T) {
	var some []*Measurements
	for _, name := range []string{"get_device", "is_guest", EventCache} {
		m := sized(name, 500)
		m.Autotuned = true
		some = append(some, m)
	}
	if Homeservers(allOf(some...), settings.Settings{}, false)["example.org"].Autotuning() {
		t.Error("two caches and the event cache may lose entries for another reason")
	}
	third := sized("did_forget", 500)
	third.Autotuned = true
	if h := Homeservers(allOf(append(some, third)...), settings.Settings{}, false)["example.org"]; !h.AutotuningSeen || !h.Short() {
		t.Error("three caches that lose entries in bursts are a sign of cache_autotuning")
	}
}
