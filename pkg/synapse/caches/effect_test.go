package caches

import (
	"math"
	"testing"
)

func TestLastEffect(t *testing.T) {
	on := func(size, missRatio float64) Day {
		return Day{Requests: 1e6, Misses: missRatio * 1e6, MaxSize: size}
	}
	disturbed := func(d Day) Day { d.Disturbed = true; return d }
	few := func(d Day) Day { d.Requests, d.Misses = 999, 999; return d }
	for name, c := range map[string]struct {
		days    []Day
		want    Effect
		found   bool
		certain bool
	}{
		"a fifth avoided": {days: []Day{on(1000, .16), on(500, .2), on(500, .202), on(500, .198)},
			want: Effect{500, 1000, .2, .0202}, found: true, certain: true},
		"two days after it": {days: []Day{on(1000, .14), on(1000, .18), on(500, .2), on(500, .2), on(500, .2)},
			want: Effect{500, 1000, .2, .0044}, found: true, certain: true},
		"no more than from day to day": {days: []Day{on(1000, .18), on(500, .2), on(500, .23), on(500, .17)},
			want: Effect{500, 1000, .1, .3529}, found: true},
		"worse, as it was made smaller": {days: []Day{on(500, .3), on(1000, .2), on(1000, .2), on(1000, .2)},
			want: Effect{1000, 500, -.5, .0045}, found: true, certain: true},
		"the day of the change does not count": {days: []Day{on(1000, .16), disturbed(on(1000, .9)), on(500, .2), on(500, .2), on(500, .2)},
			want: Effect{500, 1000, .2, .0056}, found: true, certain: true},
		"nor does one with a restart": {days: []Day{on(1000, .16), on(500, .2), disturbed(on(500, .9)), on(500, .2), on(500, .2)},
			want: Effect{500, 1000, .2, .0056}, found: true, certain: true},
		"nor one of another size": {days: []Day{on(1000, .16), on(500, .2), on(500, .2), on(500, .2), on(250, .9)},
			want: Effect{500, 1000, .2, .0056}, found: true, certain: true},
		"too early":          {days: []Day{disturbed(on(1000, .16)), on(500, .2), on(500, .2), on(500, .2)}},
		"too few days":       {days: []Day{on(1000, .16), on(500, .2), on(500, .2)}},
		"too few lookups":    {days: []Day{on(1000, .16), on(500, .2), few(on(500, .2)), on(500, .2)}},
		"never changed":      {days: []Day{on(500, .2), on(500, .2), {}, on(500, .2)}},
		"nothing was missed": {days: []Day{on(1000, 0), on(500, 0), on(500, 0), on(500, 0)}},
		"nothing known":      {},
	} {
		t.Run(name, func(t *testing.T) {
			got, found := LastEffect(c.days)
			if found != c.found {
				t.Fatalf("found %t: %+v", found, got)
			}
			if !found {
				return
			}
			if got.From != c.want.From || got.To != c.want.To || math.Abs(got.Avoided-c.want.Avoided) > 1e-9 || math.Abs(got.Usual-c.want.Usual) > 1e-4 || got.Clear() != c.certain {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
