package changes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// fetchVersions finds when a version of Synapse that was not there before appears on a homeserver, or says why it can't.
func fetchVersions(ctx context.Context, s *query.Session) ([]event, error) {
	matrix, err := fetchBuilds(ctx, s)
	if err == nil && len(matrix) == 0 {
		s.Warn("Prometheus has no %s for this selection and time range, so changes of version are unknown. Check that Synapse is scraped and that the filter matches.", metrics.BuildInfo.Name)
	}
	return upgradesOf(matrix), err
}

// fetchBuilds are the versions of each homeserver's processes.
func fetchBuilds(ctx context.Context, s *query.Session) (matrix model.Matrix, err error) {
	// Joined here: PromQL refuses a process with two versions, as it has for minutes after an upgrade where series come
	// through another Prometheus.
	var processes model.Vector
	var builds model.Matrix
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	err = s.Ask(ctx,
		query.At(identity.Seen(s.Filters, s.Range.Window()), &processes),
		query.Over("max by ("+identity.Labels()+", version) ("+metrics.BuildInfo.Series().Of(s.Filters.ProcessSelector())+")", &builds))
	if err != nil {
		return nil, err
	}
	servers := identity.Servers(processes)
	for _, build := range builds {
		for _, labels := range servers.Label(build.Metric) {
			matrix = append(matrix, &model.SampleStream{Metric: labels, Values: build.Values})
		}
	}
	return matrix, nil
}

// seenVersions are the versions that run on one homeserver at each time.
type seenVersions map[model.Time][]string

func upgradesOf(matrix model.Matrix) []event {
	seen := map[string]seenVersions{}
	for _, stream := range matrix {
		server := string(stream.Metric["server_name"])
		if seen[server] == nil {
			seen[server] = seenVersions{}
		}
		for _, p := range stream.Values {
			version := string(stream.Metric["version"])
			if there := seen[server][p.Timestamp]; !slices.Contains(there, version) {
				seen[server][p.Timestamp] = append(there, version)
			}
		}
	}
	var events []event
	for _, server := range slices.Sorted(maps.Keys(seen)) {
		events = append(events, seen[server].events(server)...)
	}
	return events
}

// events are where a version appears beside or instead of others: an upgrade, or a way back. One that a restart hid for
// a moment does not appear again.
func (s seenVersions) events(server string) []event {
	var events []event
	last := map[string]model.Time{}
	var before []string
	for _, at := range slices.Sorted(maps.Keys(s)) {
		now := slices.Sorted(slices.Values(s[at]))
		for _, v := range now {
			seen, known := last[v]
			if len(before) > 0 && !slices.Contains(before, v) && (!known || at.Sub(seen) > together) {
				events = append(events, event{
					at: at.Time().UTC(), end: at.Time().UTC(), kind: version, server: server, title: "Synapse " + v,
					text: fmt.Sprintf("The homeserver went from %s to %s.", strings.Join(before, " and "), v),
				})
			}
		}
		for _, v := range now {
			last[v] = at
		}
		before = now
	}
	return events
}
