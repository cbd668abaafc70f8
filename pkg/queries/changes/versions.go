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
	// Joined here: PromQL refuses a process with two versions, as it has for minutes after an upgrade where series come
	// through another Prometheus.
	var processes model.Vector
	var builds model.Matrix
	err := s.Ask(ctx,
		query.At("count by (server_name, job, index, instance) (last_over_time(synapse_storage_schedule_time_count"+s.Filters.Selector()+s.Range.Window()+"))", &processes),
		query.Over("max by (job, index, instance, version) (synapse_build_info"+s.Filters.ProcessSelector()+")", &builds))
	if err != nil {
		return nil, err
	}
	matrix := perServer(processes, builds)
	if len(matrix) == 0 {
		s.Warn("Prometheus has no synapse_build_info for this selection and time range, so changes of version can't be told. Is Synapse scraped, and does the filter match?")
	}
	return versionEvents(matrix), nil
}

// perServer labels the processes' versions with each homeserver that they serve.
func perServer(processes model.Vector, builds model.Matrix) model.Matrix {
	servers := map[model.Fingerprint][]model.LabelValue{}
	for _, p := range processes {
		at := processOf(p.Metric)
		servers[at] = append(servers[at], p.Metric["server_name"])
	}
	var all model.Matrix
	for _, build := range builds {
		for _, server := range servers[processOf(build.Metric)] {
			labels := model.Metric{"server_name": server, "version": build.Metric["version"]}
			all = append(all, &model.SampleStream{Metric: labels, Values: build.Values})
		}
	}
	return all
}

func processOf(m model.Metric) model.Fingerprint {
	return model.Metric{"job": m["job"], "index": m["index"], "instance": m["instance"]}.Fingerprint()
}

// seenVersions are the versions that run on one homeserver at each time.
type seenVersions map[model.Time][]string

func versionEvents(matrix model.Matrix) []event {
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
