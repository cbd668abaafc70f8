package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Counted is by how much a counter grew in the last d, each series for itself and its first value included.
//
// A counter with a label for the outcome comes into being at its first event: 40 failed requests between two scrapes are a
// series that starts at 40, and increase() is 0 there. So what a process has counted that is younger than d is all within d;
// of an older one that Prometheus knew d ago, it is the difference to then, when a series that did not exist was 0; where
// Prometheus did not know the process then, only increase() can tell.
func (s Scope) Counted(series metrics.Series, d time.Duration, more ...query.Matcher) string {
	selector, ago := s.selector(series, more), metrics.Offset(d)
	start := metrics.ProcessStart.Series().Of(s.Filters.ProcessSelector())
	return strings.NewReplacer(
		"$now", series.Of(selector), "$then", series.Of(selector+ago), "$increase", series.Increase(selector, metrics.Window(d)),
		"$age", fmt.Sprintf("time() - %s < %d", start, int64(d.Seconds())), "$known", metrics.ProcessStart.Series().Of(s.Filters.ProcessSelector()+ago),
		"$process", s.Identity.Labels(),
	).Replace("($now and on ($process) ($age) or clamp_min($now - ($then or $now * 0), 0) and on ($process) $known or $increase)")
}

// scrapes is a window of d that holds at least so many scrapes.
func (s Scope) scrapes(atLeast int, d time.Duration) time.Duration {
	return max(d, time.Duration(atLeast)*s.Scrape)
}

// step is how far apart the evaluations of a subquery are: no closer than there are values.
func (s Scope) step() time.Duration { return max(s.Scrape, 15*time.Second) }

// lowestOf is the lowest value that an expression had within the last d.
func (s Scope) lowestOf(expression string, d time.Duration) string {
	return "min_over_time((" + expression + ")" + subquery(d, s.step()) + ")"
}

// held is the highest value that an expression had within the last minutes: what was found stays found until good requests have
// gone on for a while.
func (s Scope) held(expression string) string {
	return "max_over_time((" + expression + ")" + subquery(outageHeld, s.step()) + ")"
}

// subquery is a range and the step of its evaluations: "[300s:15s]".
func subquery(d, step time.Duration) string {
	return fmt.Sprintf("[%ds:%ds]", int64(d.Seconds()), int64(step.Seconds()))
}
