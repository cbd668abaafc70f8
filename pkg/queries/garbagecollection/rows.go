package garbagecollection

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// row is one generation of one process.
type row struct {
	process, server, instance, generation string
	collections, perHour, share           float64
	mean, longest, uptime                 *float64 // seconds
	verdict, explanation                  string
}

// generation is one of a process.
type generation struct {
	process model.Fingerprint
	gen     string
}

func generationOf(identity process.Identity, m model.Metric) generation {
	return generation{identity.Process(m), string(m["gen"])}
}

// rows are the generations of each process, by rates over a length; the one that takes most time comes first.
func (a answers) rows(length time.Duration, pause limits.Levels) []row {
	spent := query.ValuesBy(a.sums, func(m model.Metric) generation { return generationOf(a.identity, m) })
	uptimes := map[model.Fingerprint]*float64{}
	for _, sample := range a.uptime {
		uptimes[a.identity.Process(sample.Metric)] = new(float64(sample.Value))
	}
	highest, servers := longest(a.identity, a.buckets, length), a.identity.Servers(a.present)
	var all []row
	for _, sample := range a.counts {
		at, factor := generationOf(a.identity, sample.Metric), a.young.RateFactor(sample.Metric)
		r := row{
			generation: at.gen, collections: float64(sample.Value) * length.Seconds(), perHour: float64(sample.Value) * 3600 * factor,
			share: spent[at] * factor, longest: highest[at], uptime: uptimes[at.process],
		}
		if sample.Value > 0 {
			r.mean = new(spent[at] / float64(sample.Value))
		}
		r.verdict, r.explanation = r.judge(pause)
		for _, m := range servers.Label(sample.Metric) {
			r.process, r.server, r.instance = a.identity.Name(m), query.ServerOf(m), string(m["instance"])
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
func longest(identity process.Identity, buckets model.Vector, length time.Duration) map[generation]*float64 {
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
				found[at] = new(lower)
			}
			below, lower = counts[bound], bound
		}
	}
	return found
}

// linesOf are the lines of each homeserver's processes.
func linesOf(identity process.Identity, servers process.Servers, found model.Matrix) []query.Series {
	var matrix model.Matrix
	for _, stream := range found {
		for _, labels := range servers.Label(stream.Metric) {
			matrix = append(matrix, &model.SampleStream{Metric: labels, Values: stream.Values})
		}
	}
	lines := query.LinesOf(matrix, func(m model.Metric) string {
		if generation := string(m["gen"]); generation != "" {
			return identity.Name(m) + " generation " + generation
		}
		return identity.Name(m)
	})
	query.SortByLegend(lines)
	return lines
}
