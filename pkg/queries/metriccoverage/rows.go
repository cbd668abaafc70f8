package metriccoverage

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metriccatalogue"
)

// row is one metric on one homeserver.
type row struct {
	metriccatalogue.Metric
	server, foundAs string
	status          metriccatalogue.Status
	usedBy          []string
}

var statuses = []metriccatalogue.Status{
	metriccatalogue.IsAbsent, metriccatalogue.IsOlder, metriccatalogue.IsNotYet, metriccatalogue.IsPresent,
}

func options() []query.Option {
	values := make([]string, len(statuses))
	for i, status := range statuses {
		values[i] = string(status)
	}
	return query.OptionsOf(values...)
}

func known(wanted []string) error {
	for _, status := range wanted {
		if !slices.Contains(statuses, metriccatalogue.Status(status)) {
			return query.Badf("Unknown status %q. Valid statuses: present, older-name, not-yet, absent.", status)
		}
	}
	return nil
}

// present asks which names there are on each homeserver.
func present(ctx context.Context, s *query.Session) (map[string]map[string]bool, error) {
	queries := metriccatalogue.Presence(s.Filters, metriccatalogue.All)
	answers := make([]model.Vector, len(queries))
	questions := make([]query.Question, len(queries))
	for i, promql := range queries {
		questions[i] = query.At(promql, &answers[i])
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	return metriccatalogue.Present(answers...), nil
}

// rows are the metrics that something reads, what is missing first.
func rows(there map[string]map[string]bool, wanted []string) []row {
	used := readers()
	var all []row
	for server, names := range there {
		for _, m := range metriccatalogue.All {
			status, foundAs := m.Status(names)
			usedBy := used[m.Name]
			if len(usedBy) == 0 || len(wanted) > 0 && !slices.Contains(wanted, string(status)) {
				continue
			}
			all = append(all, row{Metric: m, server: server, foundAs: foundAs, status: status, usedBy: usedBy})
		}
	}
	slices.SortFunc(all, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(slices.Index(statuses, a.status), slices.Index(statuses, b.status)), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// readers are the query types and checks that read each metric: types as the catalogue says, checks as their queries do.
func readers() map[string][]string {
	used := map[string][]string{}
	for _, m := range metriccatalogue.All {
		used[m.Name] = slices.Clone(m.UsedBy)
	}
	for _, c := range checks.All {
		if c.ID == looks {
			continue
		}
		for _, m := range metriccatalogue.In(strings.Join(asked(c), "\n")) {
			used[m.Name] = append(used[m.Name], c.ID)
		}
	}
	return used
}

// looks is the check that only looks whether metrics are there.
const looks = "metric-coverage"

// asked is the PromQL of a check.
func asked(c checks.Check) []string {
	var queries []string
	for _, m := range c.Measures {
		queries = append(queries, m.PromQL(checks.Scope{}))
	}
	if c.Signal != nil {
		queries = append(queries, c.Signal.PromQL(checks.Scope{}))
	}
	return queries
}

var columns = []query.Column[row]{
	query.TextColumn("metric", "Metric", "The name under which Synapse exposes it today.", func(r row) string { return r.Name }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than this label.", func(r row) string { return r.server }),
	query.TextColumn("status", "Status", "present, older-name (read under the name of an older version), not-yet (comes with an event, a role, or an hour after the start), or absent.",
		func(r row) string { return string(r.status) }).
		WithColours(query.Colour{Value: string(metriccatalogue.IsPresent), Colour: "green"}, query.Colour{Value: string(metriccatalogue.IsOlder), Colour: "yellow"},
			query.Colour{Value: string(metriccatalogue.IsNotYet), Colour: "blue"}, query.Colour{Value: string(metriccatalogue.IsAbsent), Colour: "red"}),
	query.TextColumn("found_as", "Found as", "The series that told; empty where there is none.", func(r row) string { return r.foundAs }),
	query.TextColumn("used_by", "Read by", "The query types and checks that are blind, or see less, without it.", func(r row) string { return strings.Join(r.usedBy, ", ") }),
	query.TextColumn("meaning", "Meaning", "What it says, and how the numbers of several processes add up.", func(r row) string {
		return r.Meaning + " (Over processes: " + string(r.Adds) + ".)"
	}),
}

// metrics are rows as a Result.
type metrics []row

// table keeps the first rows of each homeserver and says how many more there are.
func table(s *query.Session, all []row) metrics {
	kept, left := query.LimitPerServer(all, s.Limit, func(r row) string { return r.server })
	if left > 0 {
		s.Inform("Metrics that are not shown: %d (limit %d for each homeserver).", left, s.Limit)
	}
	return kept
}

// Frames shows the same to everyone.
func (m metrics) Frames(view query.View) data.Frames {
	return data.Frames{query.TableFrame("metric coverage", columns, m, view)}
}
