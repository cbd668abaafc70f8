package cachefactors

import (
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

const (
	ifPredicted = " Empty where it is not predicted: no step is advised, nothing is proved, or the series are too short."
	provedLimit = " could avoid at most, proved from evictions; an estimate, at 10 misses per eviction, where Synapse looks up many keys at once."
)

var columns = []query.Column[row]{
	query.TextColumn("cache", "Cache", "The cache, by its metrics' label name.", func(r row) string { return r.Cache }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than the label.", func(r row) string { return r.Server }),
	query.TextColumn("verdict", "Verdict", "raise: take one step. probe: take one step and compare, the metrics can't tell. keep: large "+
		"enough. lower: memory is short and it can shrink. not-size-bound: its size is not what limits it. memory-bound: the memory limit decides. idle: hardly used. "+
		"cannot-tell: the reason says why.", func(r row) string { return string(r.Verdict) }).WithColours(
		colour(caches.Raise, "orange"), colour(caches.Probe, "yellow"), colour(caches.Keep, "green"), colour(caches.Lower, "blue"),
		colour(caches.NotSizeBound, "green"), colour(caches.MemoryBound, "purple"), colour(caches.Idle, "text"), colour(caches.CannotTell, "text")),
	query.NumberColumn("current_factor", "Factor now", "none", "Max entries of its largest process divided by Synapse's size at factor 1; empty "+
		"where that is unknown or no factor applies.", func(r row) *float64 { return r.factor.Current }),
	query.NumberColumn("recommended_factor", "Next factor", "none", "One step up, never above the largest useful factor; half for lower.", func(r row) *float64 { return r.factor.Next }),
	query.NumberColumn("max_useful_factor", "Largest useful factor", "none", "Nothing can change above it: entries expire before a larger "+
		"cache is full. Empty where entries don't expire, sizes are unknown or nothing was evicted because the cache was full.", func(r row) *float64 { return r.factor.Ceiling }),
	query.NumberColumn("entries", "Entries", "short", "Entries of the process that holds most; caches of lists count the items in them.", func(r row) *float64 { return r.Entries }),
	query.NumberColumn("max_entries", "Max entries", "short", "Maximum size, per process; the largest where processes differ. Empty where Synapse does not export it.",
		func(r row) *float64 { return r.MaxEntries }),
	query.NumberColumn("requests_per_second", "Requests", "reqps", "Lookups per second, hits and misses, in all processes.", func(r row) float64 { return r.PerSecond(r.Requests) }),
	query.NumberColumn("misses_per_second", "Misses", "cps", "Lookups per second that it could not answer, in all processes.", func(r row) float64 { return r.PerSecond(r.Misses()) }),
	query.NumberColumn("hit_ratio", "Hit ratio", "percentunit", "Hits divided by lookups of all processes; empty without lookups.", func(r row) *float64 { return r.HitRatio() }),
	query.NumberColumn("size_evictions_per_second", "Evictions, cache full", "cps", "Entries (or items) per second evicted because the cache was full: the only "+
		"sign of a cache that is too small.", row.evictionRate),
	query.NumberColumn("residence_time", "Entries stay", "s", "How long an entry stays in the full cache: entries divided by evictions per second. Empty where it is not full.",
		func(r row) *float64 { return r.Residence() }),
	query.NumberColumn("predicted_hit_ratio", "Predicted hit ratio", "percentunit", "Hit ratio expected at the next factor, or at twice the size where the factor is unknown. "+experimental+ifPredicted,
		func(r row) *float64 { return r.ofNext(func(g gain) float64 { return g.hit }) }),
	query.NumberColumn("predicted_hit_ratio_low", "Predicted, low", "percentunit", "Lower end of the 80% interval. "+experimental+ifPredicted,
		func(r row) *float64 { return r.ofNext(func(g gain) float64 { return g.low }) }),
	query.NumberColumn("predicted_hit_ratio_high", "Predicted, high", "percentunit", "Upper end of the 80% interval. "+experimental+ifPredicted,
		func(r row) *float64 { return r.ofNext(func(g gain) float64 { return g.high }) }),
	query.NumberColumn("avoided_misses_per_second", "Avoided misses", "cps", "Misses per second that the next factor is expected to avoid. "+experimental+ifPredicted, row.avoided),
	query.NumberColumn("avoided_misses_limit", "Avoidable at most", "cps", "Misses per second that any size"+provedLimit+" Empty where the proof "+
		"does not hold: not an LRU cache, resized in the range, cache_autotuning.", func(r row) *float64 { return r.atMost }),
	query.NumberColumn("database_time_saved", "Database time saved", "none", "Seconds of database time per second that the next factor is expected to save. "+experimental+ifPredicted,
		func(r row) *float64 { return r.saved }),
	query.NumberColumn("memory_cost", "Memory cost", "bytes", "What the step adds at most, in all processes; below 0 what it frees. Known only with caches.track_memory_usage.",
		func(r row) *float64 { return r.factor.Memory(r.Measurements, r.Verdict) }),
	query.NumberColumn("confidence", "Confidence", "percentunit", "Of the verdict. 1: follows from what was measured. Else how often this verdict was right in replayed "+
		"simulations, or our judgement where none apply. 0: not judged.", func(r row) float64 { return r.Confidence }),
	query.TextColumn("reason", "Reason", "What the verdict rests on, and what to do.", row.reason).AsSentence(),
}

func colour(v caches.Verdict, name string) query.Colour {
	return query.Colour{Value: string(v), Colour: name}
}

// processColumns are appended where each row is one process.
var processColumns = []query.Column[row]{
	query.TextColumn("job", "Job", "The process's label job.", func(r row) string { return string(r.Labels["job"]) }),
	query.TextColumn("index", "Index", "The process's label index.", func(r row) string { return string(r.Labels["index"]) }),
	query.TextColumn("instance", "Instance", "The process's label instance.", func(r row) string { return string(r.Labels["instance"]) }),
	query.TextColumn("process", "Process", "What the process is called: its job and index, with whatever label tells it apart where these don't.", func(r row) string { return r.Name }),
}

// evictionRate is nil where the metric is absent.
func (r row) evictionRate() *float64 {
	if !r.EvictionsSeen {
		return nil
	}
	return new(r.PerSecond(r.Evicted))
}

// table is the result of format table.
type table struct {
	rows       []row
	perProcess bool
}

func (t table) Frames(view query.View) data.Frames {
	all := columns
	if t.perProcess {
		all = slices.Concat(columns, processColumns)
	}
	return data.Frames{query.TableFrame("Cache factors", all, t.rows, view)}
}
