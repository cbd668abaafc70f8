package main

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

var groups = []struct {
	name    string
	belongs func(judged) bool
}{
	{"all", func(judged) bool { return true }},
	{"with misses that a larger one could avoid", open},
	{"of these, the half that the interval was fitted to", func(j judged) bool { return open(j) && fittedTo(j.name) }},
	{"of these, the other half", func(j judged) bool { return open(j) && !fittedTo(j.name) }},
}

// open: the bound leaves a tenth of the misses and at least 50 of them.
func open(j judged) bool {
	avoidable := j.Avoidable(4)
	return avoidable >= 50 && avoidable >= .1*j.Misses
}

// fittedTo splits the caches by their name, the same on both homeservers: the widths of the interval (WidenLow and WidenHigh
// of the model's constants) were found on one half only.
func fittedTo(name string) bool {
	sum := sha256.Sum256([]byte(name))
	return sum[len(sum)-1]&1 == 0
}

// table is the summaries and every cache that the bound leaves open, in Markdown.
func table(all []judged) string {
	var b strings.Builder
	b.WriteString("| Caches | Size | Number | Mean error | Two runs of one size differ by | In the 80% interval | Above the limit | \"Avoids a tenth\": said, was, right |\n")
	b.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, g := range groups {
		for _, x := range []float64{2, 4} {
			s := summarise(all, x, g.belongs)
			fmt.Fprintf(&b, "| %s | %g× | %d | %.1f | %.1f | %d | %d | %d, %d, %d |\n", g.name, x, s.caches, s.off, s.noise, s.in, s.above, s.said, s.was, s.right)
		}
	}
	b.WriteString("\n| Cache | Home | Entries | Requests | Hit ratio, again | 2×: predicted | measured | 4×: predicted | measured |\n")
	b.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, j := range all {
		fmt.Fprintf(&b, "| `%s` | %d | %.0f | %.0f | %s, %s | %s | %s | %s | %s |\n", j.name, j.server+1, j.MaxSize, j.Requests,
			percent(j.HitRatio()), percent(j.again), said(j.larger[2]), percent(j.measured[2]), said(j.larger[4]), percent(j.measured[4]))
	}
	return b.String()
}

func percent(v float64) string { return fmt.Sprintf("%.1f", 100*v) }

// said is the prediction with its interval; one number where there is nothing to predict.
func said(p model.Prediction) string {
	if p.Low == p.High {
		return percent(p.HitRatio)
	}
	return fmt.Sprintf("%s (%s to %s)", percent(p.HitRatio), percent(p.Low), percent(p.High))
}
