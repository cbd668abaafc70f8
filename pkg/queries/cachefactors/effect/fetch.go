package effect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// Key names a cache of a homeserver, or of one of its processes.
type Key struct{ Server, Cache, Job, Index, Instance string }

// Hours are what is compared from day to day.
type Hours struct {
	End    time.Time     // of the latest day's
	Length time.Duration // at most a day
	Settle time.Duration // how long before them nothing may have changed
}

const day = 24 * time.Hour

// Resized names those of the caches whose size changed within the days that Fetch reads; by is the labels of one Key. It
// costs little, so ask it before Fetch.
func Resized(ctx context.Context, s *query.Session, filters query.Filters, names []string, by string) ([]string, error) {
	size := fmt.Sprintf("(max by (%s) (%s))[%dd:6h]", by, cachecatalogue.MaxSize+filters.Selector(query.OneOf("name", names)), back)
	var changed model.Vector
	if err := s.Ask(ctx, query.At("max_over_time("+size+") > min_over_time("+size+")", &changed)); err != nil {
		return nil, err
	}
	var found []string
	for _, sample := range changed {
		found = append(found, string(sample.Metric["name"]))
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// Fetch reads some caches over the same hours of the last days, the latest first. by is the labels of one Key.
func Fetch(ctx context.Context, s *query.Session, filters query.Filters, names []string, by string, h Hours) (map[Key][]Day, error) {
	var requests, hits, sizes, changed model.Matrix
	over := func(promql string, answer *model.Matrix) query.Question {
		return query.Between(promql, h.End.Add(-back*day), h.End, day, answer)
	}
	selector := filters.Selector(query.OneOf("name", names))
	window := func(d time.Duration) string { return fmt.Sprintf("[%ds]", int(d.Seconds())) }
	aggregate := func(how, promql string) string { return how + " by (" + by + ") (" + promql + ")" }
	increase := func(metric string) string {
		return aggregate("sum", "increase("+metric+selector+window(h.Length)+")")
	}
	young := fmt.Sprintf("(time() - process_start_time_seconds%s < %d)", filters.ProcessSelector(), int((h.Length + h.Settle).Seconds()))
	err := s.Ask(ctx,
		over(increase(cachecatalogue.Requests), &requests), over(increase(cachecatalogue.Hits), &hits),
		over(aggregate("max", cachecatalogue.MaxSize+selector), &sizes),
		over(aggregate("sum", "changes("+cachecatalogue.MaxSize+selector+window(h.Length+h.Settle)+")")+" > 0 or "+
			aggregate("count", cachecatalogue.Requests+selector+" and on (job, index, instance) "+young), &changed),
	)
	if err != nil {
		return nil, err
	}
	all := map[Key][]Day{}
	each := func(matrix model.Matrix, set func(d *Day, v float64)) {
		for _, stream := range matrix {
			k := keyOf(stream.Metric)
			if all[k] == nil {
				all[k] = make([]Day, back+1)
			}
			for _, sample := range stream.Values {
				if ago := int(h.End.Sub(sample.Timestamp.Time()).Round(time.Hour) / day); ago >= 0 && ago <= back {
					set(&all[k][ago], float64(sample.Value))
				}
			}
		}
	}
	each(requests, func(d *Day, v float64) { d.Requests, d.Misses = v, v })
	each(hits, func(d *Day, v float64) { d.Misses = max(0, d.Misses-v) })
	each(sizes, func(d *Day, v float64) { d.MaxSize = v })
	each(changed, func(d *Day, _ float64) { d.Disturbed = true })
	return all, nil
}

func keyOf(m model.Metric) Key {
	of := func(label string) string { return string(m[model.LabelName(label)]) }
	return Key{of("server_name"), of("name"), of("job"), of("index"), of("instance")}
}

// Percent writes a share of the misses as people read it: "21 %", "0.4 %".
func Percent(share float64) string {
	text := fmt.Sprintf("%.0f", share*100)
	if share > -0.0095 && share < 0.0095 {
		text = strings.TrimSuffix(fmt.Sprintf("%.1f", share*100), ".0")
	}
	if text == "-0" {
		text = "0"
	}
	return text + " %"
}
