package changes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// versions finds when a version of Synapse that was not there before appears on a homeserver.
func versions(ctx context.Context, s *query.Session) ([]event, error) {
	promql := "count by (server_name, version) (count by (server_name, job, index, instance) (synapse_storage_schedule_time_count" +
		s.Filters.Selector() + ") * on (job, index, instance) group_left (version) " +
		"max by (job, index, instance, version) (synapse_build_info" + s.Filters.ProcessSelector() + "))"
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(promql, &matrix)); err != nil {
		return nil, err
	}
	if len(matrix) == 0 {
		s.Warn("Prometheus has no synapse_build_info for this selection and time range, so changes of version can't be told. Is Synapse scraped, and does the filter match?")
	}
	return versionEvents(matrix), nil
}

// seenVersions are the versions that run on one homeserver at each time.
type seenVersions map[model.Time][]string

func versionEvents(matrix model.Matrix) []event {
	perServer := map[string]seenVersions{}
	for _, stream := range matrix {
		server := string(stream.Metric["server_name"])
		if perServer[server] == nil {
			perServer[server] = seenVersions{}
		}
		for _, p := range stream.Values {
			perServer[server][p.Timestamp] = append(perServer[server][p.Timestamp], string(stream.Metric["version"]))
		}
	}
	var events []event
	for _, server := range slices.Sorted(maps.Keys(perServer)) {
		events = append(events, perServer[server].events(server)...)
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
