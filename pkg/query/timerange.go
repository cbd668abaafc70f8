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

// Align rounds a range down to whole scrape intervals (or steps, where these are longer). interval is Grafana's wish
// for the time between points; rate windows span at least four scrapes, so that one lost scrape does not empty them.
func Align(from, to time.Time, interval, scrape time.Duration) TimeRange {
	step := max(interval.Truncate(time.Second), scrape)
	if least := to.Sub(from) / maxPoints; step < least {
		step = least.Round(time.Second) + time.Second
	}
	if rest := step % scrape; rest != 0 {
		step += scrape - rest
	}
	to = to.Truncate(scrape)
	return TimeRange{From: alignDown(from, scrape, to), To: to, Step: step, rate: max(step, 4*scrape)}
}

func alignDown(from time.Time, scrape time.Duration, to time.Time) time.Time {
	from = from.Truncate(scrape)
	if least := to.Add(-4 * scrape); from.After(least) {
		return least
	}
	return from
}

// Length is the whole range, for one answer over all of it.
func (r TimeRange) Length() time.Duration { return r.To.Sub(r.From) }

// Window is the whole range in PromQL: "[21600s]".
func (r TimeRange) Window() string { return promWindow(r.Length()) }

// RateWindow is the window of one point of a series in PromQL.
func (r TimeRange) RateWindow() string { return promWindow(r.rate) }

func promWindow(d time.Duration) string { return fmt.Sprintf("[%ds]", int(d.Seconds())) }
