package checks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// slowdown is one transaction's duration against last week's.
type slowdown struct {
	txn
	ratio float64 // of the mean durations
	extra float64 // seconds of database time per second that it costs more because of that
}

// slowdowns is what the comparison of all transactions shows.
type slowdowns struct {
	all, slower      []slowdown // slower: the one that costs the most more first
	median           float64    // ratio of the cost-weighted median transaction
	extra            float64    // of all slower ones
	calls, before    float64    // per second, of the compared ones
	selects, inserts float64    // ratio on processes that are not saturated; 0 unknown
}

func compareWeeks(in Input) slowdowns {
	var s slowdowns
	for _, t := range txns(in, true) {
		if !t.paired() {
			continue
		}
		c := slowdown{txn: t, ratio: t.slowdown()}
		c.extra = t.Cost * (1 - 1/c.ratio)
		s.all = append(s.all, c)
		s.calls, s.before = s.calls+t.Calls, s.before+t.callsBefore
		if c.ratio >= slowRatio.Value {
			s.slower, s.extra = append(s.slower, c), s.extra+c.extra
		}
	}
	slices.SortStableFunc(s.slower, func(a, b slowdown) int { return cmp.Compare(b.extra, a.extra) })
	s.median = weightedMedian(s.all)
	s.selects, s.inserts = statementRatio(in, "SELECT"), statementRatio(in, "INSERT")
	return s
}

// statementRatio is the ratio of the mean durations of one kind of statement; 0 where it is unknown.
func statementRatio(in Input, verb string) float64 {
	mean := func(m *Measurement) float64 {
		for _, sample := range in.Samples(m) {
			if sample.Label("verb") == verb {
				return sample.Value
			}
		}
		return 0
	}
	before := mean(slowStatementBefore)
	if before <= 0 {
		return 0
	}
	return mean(slowStatement) / before
}

func weightedMedian(all []slowdown) float64 {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b slowdown) int { return cmp.Compare(a.ratio, b.ratio) })
	whole, sum := 0.0, 0.0
	for _, c := range sorted {
		whole += c.Cost
	}
	for _, c := range sorted {
		if sum += c.Cost; sum >= whole/2 {
			return c.ratio
		}
	}
	return 0
}

// spread says how many became slower, by how much, and whether single statements did too.
func (s slowdowns) spread() string {
	times := func(ratio float64) string {
		if ratio == 0 {
			return "unknown"
		}
		return words.Number(ratio) + " ×"
	}
	return fmt.Sprintf("%d of %d transactions take at least %s × as long as last week (cost-weighted median %s), %s of database time per second more; "+
		"single statements on processes that are not saturated: SELECT %s, INSERT %s.",
		len(s.slower), len(s.all), slowRatio, times(s.median), words.Seconds(s.extra), times(s.selects), times(s.inserts))
}

// mostIncreased names the transactions with the most further calls.
func (s slowdowns) mostIncreased() string {
	sorted := slices.Clone(s.all)
	slices.SortStableFunc(sorted, func(a, b slowdown) int { return cmp.Compare(b.Calls-b.callsBefore, a.Calls-a.callsBefore) })
	var names []string
	for _, c := range sorted[:min(len(sorted), slowNamed)] {
		names = append(names, c.Name+" ("+words.Number(c.Calls/c.callsBefore)+" ×)")
	}
	return words.List(names)
}
