package query

import (
	"fmt"
	"time"
)

// maxPoints keeps one series under the 11,000 points that Prometheus allows.
const maxPoints = 10_000

// TimeRange is the asked range, aligned so that panels and viewers who ask about the same time ask the same question.
type TimeRange struct {
	From, To time.Time
	Step     time.Duration // between points of a series, at least one scrape interval
	rate     time.Duration
}

// Align rounds the end of a range down to whole scrape intervals and its start to whole steps, so that the points of a
// graph stay where they are from one refresh to the next. interval is Grafana's wish for the time between points; rate
// windows span at least four scrapes, so that one lost scrape does not empty them, and one scrape more than a step, so
// that what happens between the last scrape of one window and the first of the next is drawn.
func Align(from, to time.Time, interval, scrape time.Duration) TimeRange {
	step := max(interval.Truncate(time.Second), scrape)
	if least := to.Sub(from) / maxPoints; step < least {
		step = least.Round(time.Second) + time.Second
	}
	if rest := step % scrape; rest != 0 {
		step += scrape - rest
	}
	grid := step
	if to.Sub(from) < 10*step {
		grid = scrape // a few points only: the range must not grow by much
	}
	to, from = to.Truncate(scrape), from.Truncate(grid)
	if least := to.Add(-4 * scrape); from.After(least) {
		from = least
	}
	return TimeRange{From: from, To: to, Step: step, rate: max(step+scrape, 4*scrape)}
}

// Length is the whole range, for one answer over all of it.
func (r TimeRange) Length() time.Duration { return r.To.Sub(r.From) }

// Window is the whole range in PromQL: "[21600s]".
func (r TimeRange) Window() string { return promWindow(r.Length()) }

// RateWindow is the window of one point of a series in PromQL.
func (r TimeRange) RateWindow() string { return promWindow(r.rate) }

func promWindow(d time.Duration) string {
	if d%time.Second != 0 {
		return fmt.Sprintf("[%dms]", d.Milliseconds())
	}
	return fmt.Sprintf("[%ds]", int(d.Seconds()))
}
