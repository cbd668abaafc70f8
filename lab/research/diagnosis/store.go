package main

import (
	"context"
	"math"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// Querier lets Prometheus' engine read the lines of a server. It implements storage.Queryable.
func (s *server) Querier(from, until int64) (storage.Querier, error) {
	return &querier{server: s, from: from, until: until}, nil
}

type querier struct {
	storage.LabelQuerier
	server      *server
	from, until int64
}

func (*querier) Close() error { return nil }

func (q *querier) Select(_ context.Context, _ bool, hints *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	from, until := q.from, q.until
	if hints != nil {
		from, until = hints.Start, hints.End
	}
	set := &seriesSet{at: -1}
	for _, l := range q.server.matching(matchers) {
		if samples := l.samples(from, until); len(samples) > 0 {
			set.series = append(set.series, storage.NewListSeries(l.labels, samples))
		}
	}
	return set
}

type seriesSet struct {
	series []storage.Series
	at     int
}

func (s *seriesSet) Next() bool                      { s.at++; return s.at < len(s.series) }
func (s *seriesSet) At() storage.Series              { return s.series[s.at] }
func (*seriesSet) Err() error                        { return nil }
func (*seriesSet) Warnings() annotations.Annotations { return nil }

// samples are what Prometheus stored within a time, and the marker where a series ended.
func (l *line) samples(from, until int64) []chunks.Sample {
	var samples []chunks.Sample
	every := l.process.server.scrape.Milliseconds()
	there := false
	for t := from - (from-l.process.offset)%every - every; t <= until; t += every {
		v, is := l.scraped(float64(t) / 1000)
		if !is && there {
			v = math.Float64frombits(value.StaleNaN)
		}
		if (is || there) && t >= from {
			samples = append(samples, sample{t, v})
		}
		there = is
	}
	return samples
}

// scraped is the value of a scrape, if it has the series.
func (l *line) scraped(t float64) (float64, bool) {
	p := l.process
	began, lives := p.lifeAt(t)
	name := l.labels.Get(labels.MetricName)
	answers := lives && !(t >= p.silentFrom && t < p.silentUntil)
	switch {
	case name == "up":
		if answers {
			return 1, true
		}
		return 0, t >= p.server.installed && !p.removed(t)
	case !answers || t < p.server.installed:
		return 0, false
	case name == "process_start_time_seconds":
		return began, true
	}
	if l.endless {
		began = min(p.server.installed, p.server.trouble-10*86400) // the positions of all processes are those of one stream
	}
	v := l.at(t, began)
	return v, !l.late || v > 0
}

type sample struct {
	t int64
	v float64
}

func (s sample) T() int64                      { return s.t }
func (s sample) ST() int64                     { return 0 }
func (s sample) F() float64                    { return s.v }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }
