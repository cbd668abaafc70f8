package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Counted is by how much a counter grew on each process in the last d, the first values of new series included, by further
// labels if any are named.
//
// A counter with a label for the outcome comes into being at its first event: 40 failed requests between two scrapes are a
// series that starts at 40, and increase() is 0 there. So what a process has counted that is younger than d is all within d,
// and of an older one it is the difference to then, when what did not exist was 0. A process that Prometheus did not know d ago
// is not counted. Sums never fall while a process lives, so they are compared, not series.
func (s Scope) Counted(series metrics.Series, d time.Duration, by []string, more ...query.Matcher) string {
	selector, ago := s.selector(series, more), metrics.Offset(d)
	return strings.NewReplacer(
		"$now", s.SumPerProcess(series.Of(selector), by...), "$then", s.SumPerProcess(series.Of(selector+ago), by...), "$process", s.Identity.Labels(),
		"$young", fmt.Sprintf("time() - %s < %d", s.Now(metrics.ProcessStart.Series()), int64(d.Seconds())), "$known", metrics.ScheduleTime.Count().Of(s.Filters.Selector()+ago),
	).Replace("((clamp_min($now - ($then unless on ($process) $young), 0) or $now) and on ($process) ($known or $young))")
}

// byServlet is the kind of requests, for Counted.
var byServlet = []string{"servlet"}

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
	return "max_over_time((" + expression + ")" + subquery(outageHeld, max(s.Scrape, 30*time.Second)) + ")"
}

// subquery is a range and the step of its evaluations: "[300s:15s]".
func subquery(d, step time.Duration) string {
	return fmt.Sprintf("[%ds:%ds]", int64(d.Seconds()), int64(step.Seconds()))
}
