package garbagecollection

import "github.com/matrix-insight/synapse-datasource/pkg/query"

var (
	shareMeasure = query.Measure{Name: "gc_share", Unit: "percentunit", Help: "Share of time in garbage collection."}
	pauseMeasure = query.Measure{Name: "mean_pause", Unit: "s", Help: "Mean duration of a collection."}
)

var columns = []query.Column[row]{
	query.TextColumn("process", "Process", "Its job and index, with the instance where these are not unique.",
		func(r row) string { return r.process }),
	query.TextColumn("server_name", "Homeserver", "The homeserver. Empty where Synapse is older than this label.",
		func(r row) string { return r.server }),
	query.TextColumn("instance", "Instance", "The scraped address.",
		func(r row) string { return r.instance }),
	query.TextColumn("generation", "Generation", "0: young objects, frequent and short. 2: all objects, rare and long.",
		func(r row) string { return r.generation }),
	query.NumberColumn("collections_per_hour", "Per hour", "none",
		"Collections per hour. Synapse waits at least 1, 10 and 30 s between those of generation 0, 1 and 2.",
		func(r row) float64 { return r.perHour }),
	query.NumberColumn("mean_pause", "Mean pause", "s", "Mean duration of a collection.",
		func(r row) *float64 { return r.mean }),
	query.NumberColumn("longest_pause", "Longest pause", "s", "The longest collection took at least this long: the lower bound of the highest bucket used.",
		func(r row) *float64 { return r.longest }),
	query.NumberColumn("share", "Share", "percentunit", "Share of the process's time.",
		func(r row) float64 { return r.share }),
	query.TextColumn("verdict", "Verdict",
		"slow: each collection blocks the process for long. spikes: some do. expensive: they take much of its time. starting: too young to judge. "+
			"fine: none of these.",
		func(r row) string { return r.verdict }).WithColours(
		query.Colour{Value: slow, Colour: "red"}, query.Colour{Value: spikes, Colour: "orange"}, query.Colour{Value: expensive, Colour: "orange"},
		query.Colour{Value: starting, Colour: "blue"}, query.Colour{Value: fine, Colour: "green"}),
	query.TextColumn("explanation", "What it means", "What the verdict means for this process, with the numbers.",
		func(r row) string { return r.explanation }).AsSentence(),
}
