package cachefactors

import (
	"context"
	"time"

	prometheus "github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// What the series may cost. Source: ours; 11,000 is the most points that Prometheus gives of one series.
const (
	mostCaches  = 30
	mostPoints  = 10_000
	mostSamples = 120_000 // of one metric
	longest     = 24 * time.Hour
	lookBack    = 24 * time.Hour
)

// stretch is the time of which the series are read: from its start on, of which the time from judged on is predicted.
type stretch struct {
	start, judged, to time.Time
	step              time.Duration
}

// stretchOf reaches back to the earliest of the processes' starts near the range, where there is one, and as far as evicted
// entries could still have been of use. The step grows with the number of series.
func stretchOf(within query.TimeRange, lifetime, interval time.Duration, started *time.Time, series int) stretch {
	t := stretch{judged: within.From, to: within.To}
	if earliest := t.to.Add(-longest); t.judged.Before(earliest) {
		t.judged = earliest
	}
	t.start = t.judged.Add(-2*lifetime - 2*interval)
	if started != nil && started.Before(t.start) {
		t.start = started.Add(-2 * interval)
	}
	points := min(mostPoints, max(1, mostSamples/max(1, series)))
	least := t.to.Sub(t.start) / time.Duration(points)
	t.step = interval * max(1, (least+interval-1)/interval)
	t.start = t.to.Add(-t.to.Sub(t.start).Truncate(t.step)) // a point at the very end
	return t
}

func (t stretch) window() model.Window {
	return model.Window{From: float64(t.judged.Unix()), To: float64(t.to.Unix())}
}

// The columns of a history.
const (
	columnRequests = iota
	columnHits
	columnFull
	columnUnread
	columnEntries
	columnSize
	columnCount
)

// history is the samples of one cache in one process.
type history [columnCount][]prometheus.SamplePair

// fetchHistories reads each process's counters and sizes as they were scraped.
func (a asked) fetchHistories(ctx context.Context, s *query.Session, t stretch) (map[caches.Key]*history, error) {
	evicted := func(reason string) string {
		return metrics.CacheEvicted.Series().Of(a.Selector(query.Equal("reason", reason)))
	}
	series := [columnCount]string{
		metrics.CacheRequests.Series().Of(a.Selector()), metrics.CacheHits.Series().Of(a.Selector()),
		evicted(caches.ReasonSize), evicted(caches.ReasonInvalidation),
		metrics.CacheSize.Series().Of(a.Selector()), metrics.CacheMaxSize.Series().Of(a.Selector()),
	}
	var answers [columnCount]prometheus.Matrix
	var questions []query.Question
	for column, promql := range series {
		questions = append(questions, query.Between(promql, t.start, t.to, t.step, &answers[column]))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	each := a.Queries
	each.PerProcess = true
	all := map[caches.Key]*history{}
	for column, answer := range answers {
		for _, stream := range answer {
			k := each.KeyOf(stream.Metric)
			if all[k] == nil {
				all[k] = &history{}
			}
			all[k][column] = stream.Values
		}
	}
	return all, nil
}

// series keeps the moments at which every column has a sample.
func (h *history) series() model.Series {
	var s model.Series
	columns := [columnCount]*[]float64{&s.Requests, &s.Hits, &s.EvictedSize, &s.EvictedInvalidation, &s.Entries, &s.MaxSize}
	var next [columnCount]int
	for _, sample := range h[columnRequests] {
		complete := true
		for c := range h {
			for next[c] < len(h[c]) && h[c][next[c]].Timestamp < sample.Timestamp {
				next[c]++
			}
			complete = complete && next[c] < len(h[c]) && h[c][next[c]].Timestamp == sample.Timestamp
		}
		if !complete {
			continue
		}
		s.Times = append(s.Times, float64(sample.Timestamp)/1000)
		for c := range h {
			*columns[c] = append(*columns[c], float64(h[c][next[c]].Value))
		}
	}
	return s
}
