package checks

import (
	"cmp"
	"slices"
)

// compared is one transaction's duration against last week's.
type compared struct {
	txn
	ratio float64 // of the mean durations
	extra float64 // seconds of database time per second that it costs more because of that
}

// slowness is what the comparison of all transactions shows.
type slowness struct {
	all, slower   []compared // slower: the one that costs the most more first
	middle        float64    // ratio of the middle transaction, weighted by cost
	extra         float64    // of all slower ones
	calls, before float64    // per second, of the compared ones
	selects       float64    // ratio on processes that are not full; 0 unknown
	inserts       float64
}

func compareTransactions(in Input) slowness {
	var s slowness
	for _, t := range txns(in) {
		if t.calls == 0 || t.often == 0 || t.costBefore == 0 {
			continue
		}
		c := compared{txn: t, ratio: t.mean() / (t.costBefore / t.often)}
		c.extra = t.cost * (1 - 1/c.ratio)
		s.all = append(s.all, c)
		s.calls, s.before = s.calls+t.calls, s.before+t.often
		if c.ratio >= slowRatio {
			s.slower, s.extra = append(s.slower, c), s.extra+c.extra
		}
	}
	slices.SortStableFunc(s.slower, func(a, b compared) int { return cmp.Compare(b.extra, a.extra) })
	s.middle = weightedMedian(s.all)
	verb := func(name, verb string) float64 {
		for _, sample := range in.Samples(name) {
			if sample.Label("verb") == verb {
				return sample.Value
			}
		}
		return 0
	}
	ratio := func(name string) float64 {
		if before := verb("statementBefore", name); before > 0 {
			return verb("statement", name) / before
		}
		return 0
	}
	s.selects, s.inserts = ratio("SELECT"), ratio("INSERT")
	return s
}

func weightedMedian(all []compared) float64 {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b compared) int { return cmp.Compare(a.ratio, b.ratio) })
	whole, sum := 0.0, 0.0
	for _, c := range sorted {
		whole += c.cost
	}
	for _, c := range sorted {
		if sum += c.cost; sum >= whole/2 {
			return c.ratio
		}
	}
	return 0
}
