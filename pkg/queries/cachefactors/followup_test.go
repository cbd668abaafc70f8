package cachefactors

import (
	"math"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/effect"
)

func TestLastStepDecides(t *testing.T) {
	for name, test := range map[string]struct {
		last    effect.Measured
		outlook *outlook
		want    string
		says    string
	}{
		"helped, and the next will": {effect.Measured{From: 2500, To: 5000, Avoided: .12, Usual: .04}, seen(.15, .2, .3), raise,
			"Its last step, from 2500 to 5000 entries, brought 12 % fewer misses (measured on the same hours; up to 4 % is usual from day to day)."},
		"helped, but the next won't": {effect.Measured{From: 2500, To: 5000, Avoided: .12, Usual: .04}, seen(.01, .049, .06), keep, "That is too little for another step."},
		"did too little":             {effect.Measured{From: 2500, To: 5000, Avoided: .049, Usual: .02}, seen(.15, .2, .3), keep, "That is too little for another step; undo it where memory is short."},
		"made nothing better":        {effect.Measured{From: 2500, To: 5000, Avoided: -.3, Usual: .02}, seen(.15, .2, .3), keep, "30 % more misses"},
		"drowned in its own noise": {effect.Measured{From: 2500, To: 5000, Avoided: .02, Usual: .1}, seen(.15, .2, .3), raise,
			"did can't be told yet: 2 % fewer misses on the same hours, where 10 % is usual from day to day"},
		"drowned, and the next is small too": {effect.Measured{From: 2500, To: 5000, Avoided: .2, Usual: .3}, seen(.01, .04, .06), probe, "can't be told yet"},
	} {
		t.Run(name, func(t *testing.T) {
			r := rowOf(undersized(), usual())
			r.last = &test.last
			r.expect(test.outlook, usual())
			if r.verdict != test.want || !strings.Contains(r.reason, test.says) {
				t.Errorf("%s: %s\nwant %s: …%s…", r.verdict, r.reason, test.want, test.says)
			}
			if advised := r.verdict != keep; (r.next != nil) != advised || (r.avoided() != nil) != advised {
				t.Errorf("%s with next factor %v, avoided %v", r.verdict, r.next, r.avoided())
			}
		})
	}
}

func TestMemory(t *testing.T) {
	o := usual()
	r := rowOf(undersized(), o)
	if r.memory != nil || !strings.Contains(r.reason, "Memory: unknown, at least 1.2 MB.") {
		t.Errorf("5000 more entries take 246 bytes each at least: %s", r.reason)
	}
	items := named1("get_users_in_room", undersized())
	items.maxEntries = known(50_000)
	if r := rowOf(items, o); !r.advised() || strings.Contains(r.reason, "Memory:") {
		t.Errorf("several items share one entry: %s", r.reason)
	}

	o.memoryShort = true
	if r := rowOf(undersized(), o); value(r.next) != 0.75 {
		t.Errorf("where memory is short the next factor is %g, want 0.75", value(r.next))
	}
	f := undersized()
	rarelyHit(&f)
	f.entries, f.bytes = known(4000), known(8e6)
	r = rowOf(f, o)
	if r.verdict != lower || value(r.next) != 0.25 || math.Abs(value(r.memory)+3e6) > 1 {
		t.Errorf("%s to %g with %g bytes; half of the 5000 entries hold 2500 of its 4000", r.verdict, value(r.next), value(r.memory))
	}
	if r.open(o) || r.expected != nil {
		t.Error("a smaller size is not foretold")
	}
}
