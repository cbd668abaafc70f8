package garbagecollection

import (
	"context"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// asked writes the PromQL about the processes that the query selects. Which homeserver a process serves is joined
// afterwards: a process may have several generations, and in rare cases several homeservers.
type asked struct {
	process.Identity
	process.Selection
}

// perGeneration sums one part of the histogram by process, generation and further labels.
func (a asked) perGeneration(part metrics.Series, more string) string {
	return a.served(a.SumRate(a.Labels()+", gen"+more, part))
}

// served selects the processes of the asked homeservers.
func (a asked) served(processes string) string {
	return "(" + processes + ") and on (" + a.Labels() + ") " + a.Of(metrics.ScheduleTime.Count())
}

func (a asked) share() string { return a.served(a.SumRate(a.Labels(), metrics.GCTime.Sum())) }

func (a asked) meanPause() string { return a.served(a.Mean(a.Labels()+", gen", metrics.GCTime)) }

func (a asked) uptime() string { return "time() - " + a.Of(metrics.ProcessStart.Series()) }

func fetchLines(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	ask := asked{identity, process.PerPoint(s)}
	promql, measure := ask.share(), shareMeasure
	if s.Format.ID == "pauses" {
		promql, measure = ask.meanPause(), pauseMeasure
	}
	var found model.Matrix
	var present model.Vector
	if err := s.Ask(ctx, query.Over(promql, &found), query.At(identity.Seen(s.Filters, s.Range.Window()), &present)); err != nil {
		return nil, err
	}
	lines := linesOf(identity, identity.Servers(present), found)
	if len(lines) == 0 {
		if err := process.ExplainEmpty(ctx, s, func() { warnAbsent(s) }); err != nil {
			return nil, err
		}
	}
	lines = query.KeepLimit(s, lines, query.Series.Server, "line", "lines")
	return query.Lines{Name: s.Format.Title, Measure: measure, Lines: lines}, nil
}

// answers are the vectors that rows are made of.
type answers struct {
	identity                               process.Identity
	present, counts, sums, buckets, uptime model.Vector
	young                                  process.Young
}

func fetchSummary(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	ask, a := asked{identity, process.OverRange(s)}, answers{identity: identity}
	err = s.Ask(ctx,
		query.At(identity.Seen(s.Filters, ask.Window), &a.present),
		query.At(ask.perGeneration(metrics.GCTime.Count(), ""), &a.counts),
		query.At(ask.perGeneration(metrics.GCTime.Sum(), ""), &a.sums),
		query.At(ask.perGeneration(metrics.GCTime.Bucket(), ", le"), &a.buckets),
		query.At(ask.uptime(), &a.uptime),
		identity.AskYoung(&a.young),
	)
	if err != nil {
		return nil, err
	}
	if len(a.counts) == 0 {
		warnAbsent(s)
	}
	all := a.rows(s.Range.Length(), limits.GCPause.In(s.Settings.Thresholds))
	rows := query.KeepLimit(s, all, func(r row) string { return r.server }, "row", "rows")
	return query.TableResult[row]{Name: "garbage collection", Columns: columns, Rows: rows}, nil
}
