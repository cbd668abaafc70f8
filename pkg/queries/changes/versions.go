package changes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// versions finds when a version of Synapse that was not there before appears on a homeserver.
func versions(ctx context.Context, s *query.Session) ([]event, error) {
	promql := "count by (server_name, version) (count by (server_name, job, index, instance) (synapse_storage_schedule_time_count" +
		s.Filters.Selector() + ") * on (job, index, instance) group_left (version) synapse_build_info" + s.Filters.ProcessSelector() + ")"
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(promql, &matrix)); err != nil {
		return nil, err
	}
	return versionEvents(matrix), nil
}

func versionEvents(matrix model.Matrix) []event {
	type appearance struct {
		version     string
		first, last time.Time
	}
	perServer := map[string][]appearance{}
	for _, stream := range matrix {
		if len(stream.Values) == 0 {
			continue
		}
		server := string(stream.Metric["server_name"])
		perServer[server] = append(perServer[server], appearance{
			version: string(stream.Metric["version"]),
			first:   stream.Values[0].Timestamp.Time().UTC(), last: stream.Values[len(stream.Values)-1].Timestamp.Time().UTC(),
		})
	}
	var events []event
	for server, seen := range perServer {
		slices.SortFunc(seen, func(a, b appearance) int { return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.version, b.version)) })
		for i := 1; i < len(seen); i++ {
			if !seen[i].first.After(seen[0].first) {
				continue // there from the beginning, as during a rollout
			}
			events = append(events, event{
				at: seen[i].first, end: seen[i].first, kind: version, server: server,
				title: "Synapse " + seen[i].version,
				text:  fmt.Sprintf("The homeserver went from %s to %s.", seen[i-1].version, seen[i].version),
			})
		}
	}
	return events
}
