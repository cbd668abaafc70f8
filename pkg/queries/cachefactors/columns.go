package cachefactors

import (
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const predicted = " Empty where it is not predicted: no step is advised, nothing is proved, or the series are too short."

var columns = []query.Column[row]{
	query.TextColumn("cache", "Cache", "The cache, by the label name of its metrics.", func(r row) string { return r.cache }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than the label.", func(r row) string { return r.server }),
	query.TextColumn("verdict", "Verdict", "raise: take one step. probe: take one step and measure, the metrics can't tell. keep: large "+
		"enough. lower: memory is short and it could do with less room. not-size-bound: its size is not what limits it. memory-bound: the memory limit decides. idle: hardly used. "+
		"cannot-tell: the reason says why.", func(r row) string { return r.verdict }).WithColours(
		query.Colour{Value: raise, Colour: "orange"}, query.Colour{Value: probe, Colour: "yellow"},
		query.Colour{Value: keep, Colour: "green"}, query.Colour{Value: lower, Colour: "blue"}, query.Colour{Value: notSizeBound, Colour: "green"},
		query.Colour{Value: memoryBound, Colour: "purple"}, query.Colour{Value: idle, Colour: "text"}, query.Colour{Value: cannotTell, Colour: "text"}),
	query.NumberColumn("current_factor", "Factor now", "none", "Its largest process's max entries divided by Synapse's size at factor 1; empty "+
		"where that is not known or no factor applies.", func(r row) *float64 { return r.current }),
	query.NumberColumn("recommended_factor", "Next factor", "none", "One step up, never above the largest useful factor; half for lower.", func(r row) *float64 { return r.next }),
	query.NumberColumn("max_useful_factor", "Largest useful factor", "none", "Nothing can change above it: entries expire before a larger "+
		"cache is full. Empty where entries don't expire, sizes are not known or nothing was dropped for lack of room.", func(r row) *float64 { return r.ceiling }),
	query.NumberColumn("entries", "Entries", "short", "Entries of the process that holds most; caches of lists count the items in them.", func(r row) *float64 { return r.entries }),
	query.NumberColumn("max_entries", "Max entries", "short", "Room for entries, per process; the largest where processes differ. Empty where Synapse does not export it.",
		func(r row) *float64 { return r.maxEntries }),
	query.NumberColumn("requests_per_second", "Requests", "reqps", "Lookups per second, hits and misses, in all processes.", func(r row) float64 { return r.perSecond(r.requests) }),
	query.NumberColumn("misses_per_second", "Misses", "cps", "Lookups per second that it could not answer, in all processes.", func(r row) float64 { return r.perSecond(r.misses()) }),
	query.NumberColumn("hit_ratio", "Hit ratio", "percentunit", "Hits divided by lookups of all processes; empty without lookups.", func(r row) *float64 { return r.hitRatio() }),
	query.NumberColumn("size_evictions_per_second", "Drops for lack of room", "cps", "Entries (or items) per second that had to leave because the cache was full: the only "+
		"sign of a cache that is too small.", func(r row) *float64 { return r.dropRate() }),
	query.NumberColumn("residence_time", "Entries stay", "s", "How long an entry stays in the full cache: entries divided by drops per second. Empty where it is not full.",
		func(r row) *float64 { return r.residence() }),
	query.NumberColumn("predicted_hit_ratio", "Predicted hit ratio", "percentunit", "Hit ratio expected at the next factor, or at twice the size where the factor is not known."+predicted, func(r row) *float64 { return r.predicted(func(g gain) float64 { return g.hit }) }),
	query.NumberColumn("predicted_hit_ratio_low", "Predicted, low", "percentunit", "Lower end of the 80 % interval."+predicted, func(r row) *float64 { return r.predicted(func(g gain) float64 { return g.low }) }),
	query.NumberColumn("predicted_hit_ratio_high", "Predicted, high", "percentunit", "Upper end of the 80 % interval."+predicted, func(r row) *float64 { return r.predicted(func(g gain) float64 { return g.high }) }),
	query.NumberColumn("avoided_misses_per_second", "Avoided misses", "cps", "Misses per second that the next factor is expected to avoid."+predicted, row.avoided),
	query.NumberColumn("avoided_misses_limit", "Avoidable at most", "cps", "Misses per second that any size could avoid at most, proved from evictions; an estimate, of ten for each eviction, where many keys are looked up at once. Empty where the proof "+
		"does not hold: not an LRU cache, resized in the range, cache_autotuning.", func(r row) *float64 { return r.atMost }),
	query.NumberColumn("database_time_saved", "Database time saved", "none", "Seconds of database time per second that the next factor is expected to save."+predicted, func(r row) *float64 { return r.saved }),
	query.NumberColumn("memory_cost", "Memory cost", "bytes", "What the step adds at most, in all processes; below 0 what it frees. Known only with caches.track_memory_usage.",
		func(r row) *float64 { return r.memory }),
	query.NumberColumn("confidence", "Confidence", "percentunit", "1: follows from what was measured. Of a prediction: how much it rests on. Else how often this verdict was right in replayed "+
		"simulations, or our judgement where none apply. 0: not judged.", func(r row) float64 { return r.confidence }),
	query.TextColumn("reason", "Reason", "What the verdict rests on, and what to do.", func(r row) string { return r.reason }),
}

// processColumns are appended where each row is one process.
var processColumns = []query.Column[row]{
	query.TextColumn("job", "Job", "The process's label job.", func(r row) string { return r.job }),
	query.TextColumn("index", "Index", "The process's label index.", func(r row) string { return r.index }),
	query.TextColumn("instance", "Instance", "The process's label instance.", func(r row) string { return r.instance }),
}

// dropRate is nil where the metric is absent.
func (f facts) dropRate() *float64 {
	if !f.dropsSeen {
		return nil
	}
	return known(f.perSecond(f.sizeDrops))
}

// table is the result of format table.
type table struct {
	rows       []row
	perProcess bool
}

func (t table) Frames(view query.View) data.Frames {
	all := columns
	if t.perProcess {
		all = append(append([]query.Column[row]{}, columns...), processColumns...)
	}
	return data.Frames{query.TableFrame("Cache factors", all, t.rows, view)}
}
