package caches

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

const day = 24 * time.Hour

// Settling is how long after a change of its size, or a start, a cache is not compared: until what it held before would have
// expired.
func Settling(entryTTL time.Duration) time.Duration {
	if lifetime := Lifetime(entryTTL); lifetime > 0 {
		return lifetime
	}
	return limits.Warm.Duration()
}

// FetchResized names those of the caches whose size changed within the days that FetchDays reads. It costs little, so ask it
// first.
func FetchResized(ctx context.Context, s *query.Session, q Queries) ([]string, error) {
	size := fmt.Sprintf("(%s)[%dd:6h]", q.sizes("max"), daysBack)
	var changed model.Vector
	if err := s.Ask(ctx, query.At("max_over_time("+size+") > min_over_time("+size+")", &changed)); err != nil {
		return nil, err
	}
	var names []string
	for _, sample := range changed {
		names = append(names, string(sample.Metric["name"]))
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// FetchDays reads the caches over the same hours (the window of q, up to end) of the last days, the latest day first.
func FetchDays(ctx context.Context, s *query.Session, q Queries, end time.Time) (map[Key][]Day, error) {
	var requests, hits, sizes, disturbed model.Matrix
	over := func(promql string, answer *model.Matrix) query.Question {
		return query.Between(promql, end.Add(-daysBack*day), end, day, answer)
	}
	settled := q.Window + Settling(q.EntryTTL)
	young := fmt.Sprintf("(time() - %s < %d)", metrics.ProcessStart.Series().Of(q.Filters.ProcessSelector()), int(settled.Seconds()))
	err := s.Ask(ctx,
		over(q.requests(), &requests), over(q.hits(), &hits), over(q.sizes("max"), &sizes),
		over(q.aggregate("sum", metrics.CacheMaxSize.Series().Over("changes", q.Selector(), metrics.Window(settled)))+" > 0 or "+
			q.aggregate("count", metrics.CacheRequests.Series().Of(q.Selector())+" and on ("+q.Identity.Labels()+") "+young), &disturbed),
	)
	if err != nil {
		return nil, err
	}
	all := map[Key][]Day{}
	each := func(matrix model.Matrix, set func(d *Day, v float64)) {
		for _, stream := range matrix {
			k := q.KeyOf(stream.Metric)
			if all[k] == nil {
				all[k] = make([]Day, daysBack+1)
			}
			for _, sample := range stream.Values {
				if ago := int(end.Sub(sample.Timestamp.Time()).Round(time.Hour) / day); ago >= 0 && ago <= daysBack {
					set(&all[k][ago], float64(sample.Value))
				}
			}
		}
	}
	each(requests, func(d *Day, v float64) { d.Requests, d.Misses = v, v })
	each(hits, func(d *Day, v float64) { d.Misses = max(0, d.Misses-v) })
	each(sizes, func(d *Day, v float64) { d.MaxSize = v })
	each(disturbed, func(d *Day, _ float64) { d.Disturbed = true })
	return all, nil
}
