package changes

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// drawn bounds how many processes' sizes are drawn: a factor is changed for all of them, so that one mostly tells all.
const drawn = 5

// fetchResizes finds when the size of a cache changed, and what that brought.
func fetchResizes(ctx context.Context, s *query.Session) ([]event, error) {
	groups, err := fetchResizeGroups(ctx, s)
	if err != nil {
		return nil, err
	}
	outcomes, err := fetchOutcomes(ctx, s, groups)
	if err != nil {
		return nil, err
	}
	events := make([]event, len(groups))
	for i, group := range groups {
		events[i] = resizeEvent(group, outcomes[i])
	}
	return events, nil
}

// fetchResizeGroups finds when sizes changed. A process that changed most caches is drawn first, and of the others
// only the caches that it does not have: sizes are never compared between processes, which may differ for good.
func fetchResizeGroups(ctx context.Context, s *query.Session) ([][]resize, error) {
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	by := "max by (" + identity.By() + ", name) "
	size, selector := metrics.CacheMaxSize.Series(), s.Filters.Selector()
	// Within a series the size changes; in Kubernetes the changed one has another instance.
	promql := by + "(" + size.Over("changes", selector, s.Range.Window()) + ") > 0 or " +
		by + "(" + size.Of(selector) + ") != " + by + "(" + size.Of(selector+metrics.Offset(s.Range.Length())) + ")"
	var changed model.Vector
	if err := s.Ask(ctx, query.At(promql, &changed)); err != nil || len(changed) == 0 {
		return nil, err
	}
	chosen := chooseProcesses(identity, changed)
	if left := len(chosen) - drawn; left > 0 {
		chosen = chosen[:drawn]
		s.Inform("Processes whose own resizes are not shown: %d.", left)
	}
	matrices := make([]model.Matrix, len(chosen))
	questions := make([]query.Question, len(chosen))
	for i, c := range chosen {
		questions[i] = query.Over("max by (server_name, name) ("+size.Of(s.Filters.Selector(c.matchers()...))+")", &matrices[i])
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	return resizeGroups(slices.Concat(matrices...)), nil
}

// resized are caches that changed on one process.
type resized struct {
	labels model.Metric
	caches []string
}

// matchers select the process and its caches; labels are those that the question grouped by.
func (r resized) matchers() []query.Matcher {
	matchers := []query.Matcher{query.OneOf("name", r.caches)}
	for _, label := range slices.Sorted(maps.Keys(r.labels)) {
		if label != "name" {
			matchers = append(matchers, query.Equal(string(label), string(r.labels[label])))
		}
	}
	return matchers
}

// chooseProcesses picks processes until every cache that changed is drawn once on each homeserver.
func chooseProcesses(identity process.Identity, changed model.Vector) []resized {
	perProcess := map[string]*resized{}
	for _, sample := range changed {
		key := string(sample.Metric["server_name"]) + " " + identity.Name(sample.Metric)
		if perProcess[key] == nil {
			perProcess[key] = &resized{labels: sample.Metric}
		}
		perProcess[key].caches = append(perProcess[key].caches, string(sample.Metric["name"]))
	}
	keys := slices.SortedFunc(maps.Keys(perProcess), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(perProcess[b].caches), len(perProcess[a].caches)), cmp.Compare(a, b))
	})
	type cache struct{ server, name string }
	done := map[cache]bool{}
	var chosen []resized
	for _, key := range keys {
		r := *perProcess[key]
		server := string(r.labels["server_name"])
		r.caches = slices.DeleteFunc(r.caches, func(name string) bool { return done[cache{server, name}] })
		for _, name := range r.caches {
			done[cache{server, name}] = true
		}
		if len(r.caches) > 0 {
			slices.Sort(r.caches)
			chosen = append(chosen, r)
		}
	}
	return chosen
}

// resize is one change of one cache's size.
type resize struct {
	server, cache string
	last, at      model.Time // the last sample before it, and the first after it
	from, to      float64
}

// resizeGroups finds the changes, those of one homeserver that follow each other closely together.
func resizeGroups(matrix model.Matrix) [][]resize {
	var all []resize
	for _, stream := range matrix {
		for i := 1; i < len(stream.Values); i++ {
			if a, b := stream.Values[i-1], stream.Values[i]; a.Value != b.Value {
				all = append(all, resize{string(stream.Metric["server_name"]), string(stream.Metric["name"]), a.Timestamp, b.Timestamp, float64(a.Value), float64(b.Value)})
			}
		}
	}
	slices.SortFunc(all, func(a, b resize) int {
		return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(a.at, b.at), cmp.Compare(a.cache, b.cache))
	})
	var groups [][]resize
	for start := 0; start < len(all); {
		end := start + 1
		for end < len(all) && all[end].server == all[start].server && all[end].at.Sub(all[end-1].at) <= together {
			end++
		}
		groups = append(groups, all[start:end])
		start = end
	}
	return groups
}

// resizeEvent makes one event of the caches that changed one after the other: one edit of the configuration. After a
// restart each cache shows its size when it is first used.
func resizeEvent(group []resize, outcomes map[string]outcome) event {
	title, text := sayResizes(group, outcomes)
	return event{
		at: group[0].at.Time().UTC(), end: group[len(group)-1].at.Time().UTC(),
		kind: cacheResize, server: group[0].server, title: title, text: text,
	}
}
