package metriccoverage

import (
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/coverage"
)

var columns = []query.Column[row]{
	query.TextColumn("metric", "Metric", "The name under which Synapse exposes it today.",
		func(r row) string { return r.Name }),
	query.TextColumn("server_name", "Homeserver", "The homeserver. Empty where Synapse is older than this label.",
		func(r row) string { return r.server }),
	query.TextColumn("status", "Status", statusHelp,
		func(r row) string { return string(r.status) }).WithColours(
		query.Colour{Value: string(coverage.Present), Colour: "green"}, query.Colour{Value: string(coverage.OlderName), Colour: "yellow"},
		query.Colour{Value: string(coverage.OtherVersion), Colour: "gray"}, query.Colour{Value: string(coverage.NotYet), Colour: "blue"},
		query.Colour{Value: string(coverage.Absent), Colour: "red"}),
	query.TextColumn("found_as", "Found as", "The series that was found. Empty where there is none.",
		func(r row) string { return r.foundAs }),
	query.TextColumn("used_by", "Read by", "The query types and checks that see less, or nothing, without it.",
		func(r row) string { return strings.Join(r.readBy, ", ") }),
	query.TextColumn("meaning", "Meaning", "What it says, and how the numbers of several processes become one.",
		row.meaning).AsSentence(),
}
