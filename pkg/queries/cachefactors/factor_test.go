package cachefactors

import (
	"math"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func sized(name string, entries float64) *facts {
	f := named1(name, facts{maxEntries: known(entries), window: time.Hour})
	return &f
}

func TestCommonFactor(t *testing.T) {
	all := map[key]*facts{}
	for _, f := range []*facts{
		sized("get_user_by_id", 500), sized("get_aliases_for_room", 2500), sized("get_if_user_has_pusher", 45_000), sized(eventCache, 102_400),
	} {
		all[f.key] = f
	}
	if got := commonFactors(all)["example.org"]; got != 0.5 {
		t.Errorf("the factor that most caches have is %g, want 0.5", got)
	}
}

func TestCurrentFactor(t *testing.T) {
	two := 2.0
	for name, test := range map[string]struct {
		facts *facts
		set   query.Options
		want  float64 // 0: unknown
	}{
		"of its size":                          {facts: sized("get_user_by_id", 500), want: 0.5},
		"rounded down by Synapse":              {facts: sized("get_user_by_id", 333), want: 0.333},
		"its size wins over what is stated":    {facts: sized("get_user_by_id", 500), set: query.Options{GlobalCacheFactor: &two}, want: 0.5},
		"event cache at its default":           {facts: sized(eventCache, 5120), want: 0.5},
		"event cache of unknown base":          {facts: sized(eventCache, 51_200)},
		"event cache stated":                   {facts: sized(eventCache, 51_200), set: query.Options{PerCacheFactors: map[string]float64{"*getEvent*": 4}}, want: 4},
		"event cache by the stated global one": {facts: sized(eventCache, 51_200), set: query.Options{GlobalCacheFactor: &two}, want: 2},
		"size not exported":                    {facts: &facts{key: key{server: "example.org", cache: "state_cache"}}, want: 0.5},
		"size not exported, stated": {facts: &facts{key: key{server: "example.org", cache: "state_cache"}},
			set: query.Options{PerCacheFactors: map[string]float64{"State_Cache": 3}}, want: 3},
		"no limit":   {facts: &facts{key: key{server: "example.org", cache: "url_previews"}}},
		"a module's": {facts: sized("a_module_s_cache", 1000)},
	} {
		t.Run(name, func(t *testing.T) {
			f := named1(test.facts.cache, *test.facts)
			o := optionsOf(test.set, nil)
			o.common["example.org"] = 0.5
			got, _ := f.current(o)
			if value(got) != test.want || (got != nil) != (test.want != 0) {
				t.Errorf("factor %v, want %g", value(got), test.want)
			}
		})
	}
}

func TestNextFactor(t *testing.T) {
	for _, test := range []struct{ current, useful, want float64 }{
		{0.5, 0, 1}, {1, 0, 2}, {0.333, 0, 0.67}, {12.04, 0, 24}, {0.5, 100, 1},
		{0.5, 0.75, 0.75}, {0.5, 0.5001, 0.51}, {0.5, 0.987, 0.99}, {10, 10.4, 11},
	} {
		var useful *float64
		if test.useful > 0 {
			useful = &test.useful
		}
		if got := nextFactor(test.current, oneStep, useful); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("after %g, at most %g useful: %g, want %g", test.current, test.useful, got, test.want)
		}
	}
}
