package process

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

const (
	// lookBack is the time in which processes are compared: one that is down now keeps the others' names as they are.
	lookBack = 24 * time.Hour
	// lookEvery is how often they are looked at. Two that were there together at two of these times live beside each other;
	// at one time it may be a rollout.
	lookEvery = 30 * time.Minute
	// longestJobs bounds the list of jobs in a query, so that it fits into a GET.
	longestJobs = 1500
)

// Reads are the metrics that Find asks for.
func Reads() []string {
	return metrics.Names(metrics.ScheduleTime, metrics.Up, metrics.ProcessStart, metrics.BuildInfo)
}

// Find finds out which labels tell the processes apart, from the labels of every process of the last day: whatever a query
// selects, a process has the same name. It is asked once for all queries about the same time range. Where Prometheus mixes
// the numbers of several processes, a notice says so.
func Find(ctx context.Context, s *query.Session) (Identity, error) {
	i, err := query.Once(ctx, s, query.Prometheus, "identity", find)
	if err == nil {
		i.problems.warnMixed(s)
		i.problems.warnHalfLabelled(s)
	}
	return i, err
}

func find(ctx context.Context, s *query.Session) (Identity, error) {
	var seen model.Matrix
	from := s.Range.To.Add(-lookBack)
	if err := s.Ask(ctx, query.Between(marker.Of(""), from, s.Range.To, lookEvery, &seen)); err != nil {
		return Identity{}, err
	}
	all := targetsOf(seen, from)
	if len(all) == 0 {
		return NewIdentity(orUsual(s.Settings.ProcessLabels)...), nil
	}
	var ups, jumps model.Vector
	jobs := all.jobs()
	if err := s.Ask(ctx, query.At(metrics.Up.Series().Of(jobs), &ups), query.At(jumpsBack(jobs, s.Settings.ScrapeInterval), &jumps)); err != nil {
		return Identity{}, err
	}
	i := all.identity(s.Settings.ProcessLabels, ups, jumps)
	if all.nameless() {
		var builds model.Vector
		if err := s.Ask(ctx, query.At("count by (version) ("+metrics.BuildInfo.Series().Of(jobs)+")", &builds)); err != nil {
			return Identity{}, err
		}
		i.problems.halfLabelled = anyHalfLabelled(builds)
	}
	return i, nil
}

func orUsual(configured []string) []string {
	if len(configured) > 0 {
		return configured
	}
	return usualNames
}

// jobs selects the jobs of the processes, so that other people's targets are not asked for.
func (all targets) jobs() string {
	jobs := map[string]bool{}
	for _, t := range all {
		jobs[string(t.labels["job"])] = true
	}
	names := slices.Sorted(maps.Keys(jobs))
	if len(strings.Join(names, "|")) > longestJobs {
		return ""
	}
	return "{" + string(query.OneOf("job", names)) + "}"
}

// identity is what the answers to all questions make.
func (all targets) identity(configured []string, ups, jumps model.Vector) Identity {
	i := NewIdentity(configured...)
	if len(configured) == 0 {
		i = NewIdentity(all.names()...)
		i.crowded = all.crowded()
	}
	i.labels = all.keepApart(i.labels)
	i.scraped = all.sharedWith(ups, i.labels)
	i.problems = problems{mixed: all.mixed(i, jumps), missing: all.without(configured)}
	if len(configured) > 0 {
		i.problems.alike = all.alike(configured)
	}
	return i
}

// jumpsBack is PromQL for start times that go back again and again. A process that restarts starts later each time: only
// several processes under the same labels look as if one of them started earlier than it did a moment ago.
func jumpsBack(jobs string, scrape time.Duration) string {
	window := max(mixedWindow, 20*scrape)
	return fmt.Sprintf("%s >= %d", metrics.ProcessStart.Series().Over("resets", jobs, metrics.Window(window)), mixedJumps)
}
