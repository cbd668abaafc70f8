package changes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const maxSize = "synapse_util_caches_cache_max_size"

// resizes finds when a cache's largest size over the processes changed. Only caches whose size changed at all are drawn.
func resizes(ctx context.Context, s *query.Session) ([]event, error) {
	largest := func(more ...query.Matcher) string {
		return "max by (server_name, name) (" + maxSize + s.Filters.Selector(more...) + ")"
	}
	var changed model.Vector
	promql := "max by (server_name, name) (changes(" + maxSize + s.Filters.Selector() + s.Range.Window() + ")) > 0"
	if err := s.Ask(ctx, query.At(promql, &changed)); err != nil || len(changed) == 0 {
		return nil, err
	}
	names := query.Ranked(changed, "name").Names()
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(largest(query.OneOf("name", names)), &matrix)); err != nil {
		return nil, err
	}
	return resizeEvents(matrix), nil
}

// resize is one change of one cache's size.
type resize struct {
	server, cache string
	at            model.Time
	from, to      float64
}

func resizeEvents(matrix model.Matrix) []event {
	var all []resize
	for _, stream := range matrix {
		for i := 1; i < len(stream.Values); i++ {
			if a, b := stream.Values[i-1], stream.Values[i]; a.Value != b.Value {
				all = append(all, resize{string(stream.Metric["server_name"]), string(stream.Metric["name"]), b.Timestamp, float64(a.Value), float64(b.Value)})
			}
		}
	}
	slices.SortFunc(all, func(a, b resize) int {
		return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(a.at, b.at), cmp.Compare(a.cache, b.cache))
	})
	var events []event
	for start := 0; start < len(all); {
		end := start + 1
		for end < len(all) && all[end].server == all[start].server && all[end].at == all[start].at {
			end++
		}
		events = append(events, resizedTogether(all[start:end]))
		start = end
	}
	return events
}

// resizedTogether makes one event of the caches that changed at the same step: one edit of the configuration.
func resizedTogether(group []resize) event {
	const shown = 5
	at := group[0].at.Time().UTC()
	var lines []string
	for _, r := range group[:min(shown, len(group))] {
		lines = append(lines, fmt.Sprintf("%s from %.0f to %.0f entries", r.cache, r.from, r.to))
	}
	if left := len(group) - shown; left > 0 {
		lines = append(lines, fmt.Sprintf("%d more", left))
	}
	title := "Cache " + group[0].cache + " resized"
	if len(group) > 1 {
		title = fmt.Sprintf("%d caches resized", len(group))
	}
	return event{at: at, end: at, kind: cacheResize, server: group[0].server, title: title, text: strings.Join(lines, "; ") + "."}
}
