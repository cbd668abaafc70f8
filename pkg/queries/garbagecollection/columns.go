package garbagecollection

import "github.com/matrix-insight/synapse-datasource/pkg/query"

var columns = []query.Column[row]{
	query.TextColumn("process", "Process", "job/index, with the instance where these are not unique.", func(r row) string { return r.process }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than this label.", func(r row) string { return r.server }),
	query.TextColumn("instance", "Instance", "The scraped address.", func(r row) string { return r.instance }),
	query.TextColumn("generation", "Generation", "0: young objects, often and quick. 2: everything, rare and slow.", func(r row) string { return r.generation }),
	query.NumberColumn("collections_per_hour", "Per hour", "none", "Collections per hour. Synapse leaves at least 1, 10 and 30 s between those of generation 0, 1 and 2.", func(r row) float64 { return r.perHour }),
	query.NumberColumn("mean_pause", "Mean pause", "s", "Mean length of a collection.", func(r row) *float64 { return r.mean }),
	query.NumberColumn("longest_pause", "Longest pause", "s", "The longest one took at least this long: the lower bound of the highest bucket used.", func(r row) *float64 { return r.longest }),
	query.NumberColumn("share", "Share", "percentunit", "Share of the process's time.", func(r row) float64 { return r.share }),
	query.TextColumn("verdict", "Verdict", "slow: each one stops the process for long. spikes: some do. expensive: they take much of its time. fine: none of these.", func(r row) string { v, _ := r.judge(); return v }).
		WithColours(query.Colour{Value: slow, Colour: "red"}, query.Colour{Value: spikes, Colour: "orange"}, query.Colour{Value: expensive, Colour: "orange"}, query.Colour{Value: fine, Colour: "green"}),
	query.TextColumn("explanation", "What it means", "What to conclude, with the numbers it rests on.", func(r row) string { _, e := r.judge(); return e }),
}
