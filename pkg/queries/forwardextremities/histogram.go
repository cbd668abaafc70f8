package forwardextremities

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const notSampled = "Synapse counts the extremities of its rooms once an hour, for the first time one hour after its start, in the " +
	"process that runs background tasks. The metric is not there%s: not sampled yet, or the filters leave that process out."

// band is the number of rooms of one homeserver in one range of extremities.
type band struct {
	name, server string
	rooms        int64
}

type histogram struct{ bands []band }

var bandColumns = []query.Column[band]{
	query.TextColumn("band", "Extremities", "Forward extremities of a room, as a range.", func(b band) string { return b.name }),
	query.TextColumn("server_name", "Homeserver", "The homeserver whose rooms are counted.", func(b band) string { return b.server }),
	query.CountColumn("rooms", "Rooms", "Rooms with that many forward extremities, counted by Synapse once an hour. Rooms that were "+
		"left long ago count as well.", func(b band) int64 { return b.rooms }),
}

func (h histogram) Frames(view query.View) data.Frames {
	frame := query.TableFrame("Rooms per number of forward extremities", bandColumns, h.bands, view)
	frame.Meta.PreferredVisualization = ""
	return data.Frames{frame}
}

// histogramOf reads the buckets as they are now. They are a gauge: a snapshot that every process exports of one
// database, so max, and never rate.
func histogramOf(ctx context.Context, s *query.Session) (query.Result, error) {
	var buckets, active model.Vector
	err := s.Ask(ctx,
		query.At(fmt.Sprintf("max by (server_name, le) (%s%s)", roomsBucket, s.Filters.Selector()), &buckets),
		query.At(activeServers(s), &active))
	if err != nil {
		return nil, err
	}
	var counted []string
	for _, sample := range buckets {
		counted = append(counted, string(sample.Metric["server_name"]))
	}
	tellNotSampled(s, active, counted)
	return histogram{bands(buckets)}, nil
}

// activeServers are the homeservers that persist events, and so have rooms to count.
func activeServers(s *query.Session) string {
	return fmt.Sprintf("group by (server_name) (%s%s)", eventsCount, s.Filters.Selector())
}

// tellNotSampled says of which homeservers the hourly count of rooms is not there.
func tellNotSampled(s *query.Session, active model.Vector, counted []string) {
	if len(counted) == 0 {
		s.Warn(notSampled, "")
		return
	}
	var missing []string
	for _, sample := range active {
		if server := string(sample.Metric["server_name"]); !slices.Contains(counted, server) {
			missing = append(missing, cmp.Or(server, "the homeserver without a server_name"))
		}
	}
	if slices.Sort(missing); len(missing) > 0 {
		s.Warn(notSampled, " for "+strings.Join(missing, ", "))
	}
}

// bands takes the difference of neighbouring buckets, homeserver by homeserver.
func bands(buckets model.Vector) []band {
	type bucket struct {
		server string
		bound  float64
		rooms  float64
	}
	var all []bucket
	for _, sample := range buckets {
		if bound, ok := parseBound(string(sample.Metric["le"])); ok {
			all = append(all, bucket{string(sample.Metric["server_name"]), bound, float64(sample.Value)})
		}
	}
	slices.SortFunc(all, func(a, b bucket) int { return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(a.bound, b.bound)) })
	result := make([]band, len(all))
	for i, b := range all {
		below := bucket{server: b.server}
		if i > 0 && all[i-1].server == b.server {
			below = all[i-1]
		}
		result[i] = band{bandName(below.bound, b.bound), b.server, int64(math.Round(max(b.rooms-below.rooms, 0)))}
	}
	return result
}
