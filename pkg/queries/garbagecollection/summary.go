package garbagecollection

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// row is one generation of one process.
type row struct {
	process, server, instance, generation string
	perHour, share                        float64
	mean, longest                         *float64 // seconds
}

func runSummary(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	var present, counts, sums, buckets model.Vector
	var newcomers synapse.Newcomers
	q := questions{identity, s.Filters, s.Range.Window()}
	err = s.Ask(ctx,
		query.At(identity.Seen(s.Filters, q.window), &present),
		query.At(q.served(q.per("_count", ", gen")), &counts),
		query.At(q.served(q.per("_sum", ", gen")), &sums),
		query.At(q.served(q.per("_bucket", ", gen, le")), &buckets),
		identity.AskNewcomers(&newcomers),
	)
	if err != nil {
		return nil, err
	}
	if len(counts) == 0 {
		warnAbsent(s)
	}
	all := rows(identity, identity.Homes(present), newcomers, counts, sums, longest(identity, buckets, s.Range.Length()))
	shown, left := query.LimitPerServer(all, s.Limit, func(r row) string { return r.server })
	if left > 0 {
		s.Inform("Rows that are not shown: %d (limit %d for each homeserver).", left, s.Limit)
	}
	return table(shown), nil
}

func rows(identity synapse.Identity, homes synapse.Homes, newcomers synapse.Newcomers, counts, sums model.Vector, highest map[generation]*float64) []row {
	spent := map[generation]float64{}
	for _, sample := range sums {
		spent[generationOf(identity, sample.Metric)] = float64(sample.Value)
	}
	var all []row
	for _, sample := range counts {
		at, ownTime := generationOf(identity, sample.Metric), newcomers.OwnTime(sample.Metric)
		r := row{generation: at.gen, perHour: float64(sample.Value) * 3600 * ownTime, share: spent[at] * ownTime, longest: highest[at]}
		if sample.Value > 0 {
			mean := spent[at] / float64(sample.Value)
			r.mean = &mean
		}
		for _, m := range homes.Labelled(sample.Metric) {
			r.process, r.server, r.instance = identity.Name(m), string(m["server_name"]), string(m["instance"])
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(b.share, a.share), cmp.Compare(a.process, b.process), cmp.Compare(a.generation, b.generation))
	})
	return all
}

// oneCollection is what a bucket must grow by more than the one below it. Prometheus guesses what a counter grew by beyond
// its samples, and guesses less for one that began at 0: that much is no collection.
const oneCollection = 0.5

// longest is, per process and generation, the lower bound of the highest bucket that was used, by rates over a length.
func longest(identity synapse.Identity, buckets model.Vector, length time.Duration) map[generation]*float64 {
	per := map[generation]map[float64]float64{}
	for _, sample := range buckets {
		bound, err := strconv.ParseFloat(string(sample.Metric["le"]), 64)
		if err != nil {
			bound = math.Inf(1)
		}
		at := generationOf(identity, sample.Metric)
		if per[at] == nil {
			per[at] = map[float64]float64{}
		}
		per[at][bound] += float64(sample.Value) // "1" and "1.0" are one bound, in the spellings of two versions of Prometheus
	}
	found := map[generation]*float64{}
	for at, counts := range per {
		below, lower := 0.0, 0.0
		for _, bound := range slices.Sorted(maps.Keys(counts)) {
			if (counts[bound]-below)*length.Seconds() > oneCollection {
				used := lower
				found[at] = &used
			}
			below, lower = counts[bound], bound
		}
	}
	return found
}

// generation is one of a process.
type generation struct {
	process model.Fingerprint
	gen     string
}

func generationOf(identity synapse.Identity, m model.Metric) generation {
	return generation{identity.Process(m), string(m["gen"])}
}

// Thresholds. Source: the guide speaks of spikes of multiple seconds; the numbers are ours.
const (
	longPause     = 1.0  // seconds, mean
	spike         = 2.5  // seconds, a bound of the histogram
	expensivePart = 0.05 // of time
)

// The verdicts.
const (
	spikes    = "spikes"
	slow      = "slow"
	expensive = "expensive"
	fine      = "fine"
)

func (r row) judge() (verdict, explanation string) {
	mean, worst := value(r.mean), value(r.longest)
	switch {
	case mean >= longPause:
		return slow, fmt.Sprintf("A collection stops the process for %.1f s, %.0f times an hour. Look at how many entries its caches hold and at its memory over time.", mean, r.perHour)
	case worst >= spike:
		return spikes, fmt.Sprintf("At least one collection stopped the process for more than %.3g s: everyone served by it waited. See when (format pauses), and whether it was just after a start.", worst)
	case r.share >= expensivePart:
		return expensive, fmt.Sprintf("%.0f %% of the time goes into collecting. Look at how many entries its caches hold and at its memory over time.", r.share*100)
	}
	return fine, ""
}

func value(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// table is the rows as a Result.
type table []row

func (t table) Frames(view query.View) data.Frames {
	return data.Frames{query.TableFrame("garbage collection", columns, t, view)}
}
