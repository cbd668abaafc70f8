package graph

import (
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

const noUnit = "no unit"

var collection = []Graph{
	{
		ID: "gc-time", Title: "Time in garbage collection", Unit: "percentunit", split: true, Check: "gc-pauses",
		Help:   "Share of time in which a process collected garbage and did nothing else.",
		Worry:  "Rare collections of the oldest generation are cheap; a high share means that there is too much to visit: smaller caches, or more processes.",
		Levels: &Levels{limits.Collecting.Value, limits.MuchCollecting.Value, limits.Collecting.Source},
		term:   totalRate(metrics.GCTime.Sum()),
	},
	{
		ID: "gc-share", Title: "Garbage collection by generation", Unit: "percentunit", By: []string{"gen"}, split: true, Check: "gc-pauses",
		Help:     "Share of time in garbage collection, by generation.",
		Replaces: []Panel{panel("GC", "Total GC time by bucket (10m smoothing)", noUnit)},
		term:     rates(metrics.GCTime.Sum()),
	},
	{
		ID: "gc-lengths", Title: "Length of garbage collections", Unit: "s", By: []string{"gen"}, split: true, Check: "gc-pauses",
		Help:     "While a collection runs, the process does nothing else.",
		Worry:    "Seconds: clients notice. From " + limits.LongPause.String() + " on it is a spike.",
		Replaces: []Panel{panel("GC", "Average GC Time Per Collection", noUnit), panel("GC", "GC durations", "mixes all homeservers and everything else in Prometheus")},
		buckets:  histogram(metrics.GCTime),
	},
	{
		ID: "gc-frequency", Title: "Garbage collections", Unit: "cpm", By: []string{"gen"}, split: true,
		Help:     "Collections per minute, by generation.",
		Worry:    "Generation 2 takes " + limits.Collecting.String() + " of the time or more: fewer of its collections help, by the third number of gc_thresholds.",
		Replaces: []Panel{panel("GC", "GC frequency", noUnit)},
		term:     scaled(rates(metrics.GCTime.Count()), "60"),
	},
	{
		ID: "gc-collected", Title: "Objects freed by one collection", Unit: "short", By: []string{"generation"}, split: true,
		Help:     "Mean number of objects that a collection frees, by generation.",
		Worry:    "Long collections that free nothing: the process collects for nothing.",
		Replaces: []Panel{misled("GC", "Object counts per collection", "takes the rate of a number that goes up and down")},
		term:     ratio(rate(metrics.GCCollected), rate(metrics.GCCollections)),
	},
	{
		ID: "gc-allocations", Title: "Allocations since the last collection", Unit: "short", By: []string{"gen"}, split: true,
		Help:     "Python collects a generation when its number reaches the threshold in gc_thresholds.",
		Replaces: []Panel{panel("GC", "Allocation counts", noUnit)},
		term:     level(metrics.GCCounts),
	},
}
