package cachefactors

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/effect"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// settles is how long after a change the misses are those of a warm cache, where entries never expire. Source: ours.
const settles = time.Hour

// Settle is how long after a change of its size, or a start, a cache is not compared: until what it held before would
// have expired.
func Settle(o query.Options) time.Duration {
	if memory := memoryOf(o); memory > 0 {
		return memory
	}
	return settles
}

// followUp measures what the last step of each advised cache did. One that did too little is the last.
func followUp(ctx context.Context, s *query.Session, q questions, rows []row, o options) error {
	var names []string
	for i := range rows {
		if r := &rows[i]; r.advised() && r.maxEntries != nil && !slices.Contains(names, r.cache) && len(names) < mostCaches {
			names = append(names, r.cache)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	names, err := effect.Resized(ctx, s, q.filters, names, q.by)
	if err != nil || len(names) == 0 {
		return err
	}
	hours := effect.Hours{End: s.Range.To, Length: min(s.Range.Length(), longest), Settle: Settle(s.Options)}
	days, err := effect.Fetch(ctx, s, q.filters, names, q.by, hours)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		last, found := effect.Last(days[effect.Key{Server: r.server, Cache: r.cache, Job: r.job, Index: r.index, Instance: r.instance}])
		if !found || !r.advised() || last.To <= last.From {
			continue
		}
		r.last = &last
		if measured := r.measured(); measured != nil && *measured < worthMeasured {
			r.stop(advice{keep, measuredSureness, r.sayLastWasSmall()})
			continue
		}
		r.advice = judge(r.facts, o)
		r.annotate()
	}
	return nil
}

// worthMeasured is the share of the misses that a step must have avoided for another one. Source: simulated step by step,
// see model.NextStep.
const worthMeasured = 0.05

// measuredSureness is how sure a step that did too little ends the steps. Source: ours; a loop of keys hits nothing until
// all of it fits.
const measuredSureness = 0.8

// measured is the share of the misses that the last step avoided; nil before the first, and where it can't be told from
// what changes from day to day anyway.
func (r row) measured() *float64 {
	if r.last == nil {
		return nil
	}
	small := r.last.Avoided < worthMeasured && r.last.Usual < worthShare
	if small || r.last.Certain() {
		return known(r.last.Avoided)
	}
	return nil
}

// stop ends the steps: nothing is advised, so nothing is foretold.
func (r *row) stop(a advice) {
	r.advice, r.next, r.memory, r.expected = a, nil, nil, nil
}

func (r row) sayLast() string {
	if r.last == nil {
		return ""
	}
	step := fmt.Sprintf("from %s to %s entries", whole(r.last.From), whole(r.last.To))
	if r.measured() == nil {
		return fmt.Sprintf(" What its last step, %s, did can't be told yet: %s on the same hours, where %s is usual from day to day.",
			step, change(r.last.Avoided), effect.Percent(r.last.Usual))
	}
	return fmt.Sprintf(" Its last step, %s, brought %s (measured on the same hours; up to %s is usual from day to day).",
		step, change(r.last.Avoided), effect.Percent(r.last.Usual))
}

// change is "12 % fewer misses".
func change(avoided float64) string {
	if avoided < 0 {
		return effect.Percent(-avoided) + " more misses"
	}
	return effect.Percent(avoided) + " fewer misses"
}

func (r row) sayLastWasSmall() string {
	return r.sayLast()[1:] + " That is too little for another step; undo it where memory is short."
}

func (r row) sayNextIsSmall() string {
	return r.forecast() + " That is too little for another step." + r.sayLast()
}
