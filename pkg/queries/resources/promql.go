package resources

import (
	"context"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// asked writes the PromQL about each process.
type asked struct {
	process.Identity
	process.Selection
}

func (a asked) withServer(processes string) string { return a.WithServer(a.Filters, processes) }

func (a asked) cpu() string    { return a.withServer(a.Rate(metrics.ProcessCPU.Series())) }
func (a asked) busy() string   { return a.withServer(a.Rate(metrics.ReactorTick.Sum())) }
func (a asked) memory() string { return a.withServer(a.Of(metrics.ProcessMemory.Series())) }
func (a asked) gc() string     { return a.withServer(a.SumRate(a.Labels(), metrics.GCTime.Sum())) }

// allocated is what jemalloc says of a process's memory; it is there only where jemalloc is loaded.
func (a asked) allocated(kind string) string {
	return a.withServer(a.Of(metrics.Jemalloc.Series(), query.Equal("type", kind)))
}

func (a asked) poolWait() string {
	return a.Mean("server_name, "+a.Labels(), metrics.ScheduleTime)
}

// stallsPerHour is the ticks of the event loop that took longer than its being blocked.
func (a asked) stallsPerHour() string {
	all := a.SumRate(a.Labels(), metrics.ReactorTick.Count())
	quick := a.SumRate(a.Labels(), metrics.ReactorTick.Bucket(), process.UpTo(limits.StallLength.Value))
	return a.withServer("3600 * (" + all + " - " + quick + ")")
}

func (a asked) openFiles() string {
	return a.withServer(a.Of(metrics.ProcessOpenFDs.Series()) + " / " + a.Of(metrics.ProcessMaxFDs.Series()))
}

func (a asked) uptime() string {
	return a.withServer("time() - " + a.Of(metrics.ProcessStart.Series()))
}

// versions is not joined to the homeserver in PromQL, which refuses a process with two versions: where series come through
// another Prometheus, it has two for minutes after an upgrade.
func (a asked) versions() string {
	return "max by (" + a.Labels() + ", version) (" + a.Of(metrics.BuildInfo.Series()) + ")"
}

func (a asked) present() string {
	return "count by (server_name, " + a.Labels() + ") (" + a.Of(metrics.ScheduleTime.Count()) + ")"
}

// answers are the vectors that rows are made of, all per process.
type answers struct {
	identity                                                                        process.Identity
	present, cpu, busy, stalls, tick, memory, pool, gc, fds, uptime, version, roles model.Vector
	young                                                                           process.Young
}

func fetchProcesses(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	ask, a := asked{identity, process.OverRange(s)}, answers{identity: identity}
	err = s.Ask(ctx,
		query.At(ask.present(), &a.present),
		query.At(ask.cpu(), &a.cpu),
		query.At(ask.busy(), &a.busy),
		query.At(ask.stallsPerHour(), &a.stalls),
		query.At(ask.withServer(ask.Quantile(0.99, ask.Labels(), metrics.ReactorTick)), &a.tick),
		query.At(ask.memory(), &a.memory),
		query.At(ask.poolWait(), &a.pool),
		query.At(ask.gc(), &a.gc),
		query.At(ask.openFiles(), &a.fds),
		query.At(ask.uptime(), &a.uptime),
		query.At(ask.versions(), &a.version),
		query.At(identity.RolesQuery(s.Filters, ask.Window), &a.roles),
		identity.AskYoung(&a.young),
	)
	if err != nil {
		return nil, err
	}
	a.tellMissing(s)
	rows := query.KeepLimit(s, a.rows(thresholdsOf(s.Settings)), func(r row) string { return r.server }, "less busy process", "less busy processes")
	return query.TableResult[row]{Name: "processes", Columns: columns, Rows: rows}, nil
}

// shape is one graph of all processes.
type shape struct {
	promql  func(asked) string
	metric  *metrics.Metric
	measure query.Measure
	// parts are further lines of each process, where Prometheus has them, by what is added to its name.
	parts map[string]func(asked) string
}

var shapes = map[string]shape{
	"cpu":          {promql: asked.cpu, metric: metrics.ProcessCPU, measure: cpuMeasure},
	"reactor":      {promql: asked.busy, metric: metrics.ReactorTick, measure: busyMeasure},
	"databasePool": {promql: asked.poolWait, metric: metrics.ScheduleTime, measure: poolMeasure},
	"memory": {
		promql: asked.memory, metric: metrics.ProcessMemory, measure: memoryMeasure,
		parts: map[string]func(asked) string{
			" in use":           func(a asked) string { return a.allocated("allocated") },
			" held by jemalloc": func(a asked) string { return a.allocated("resident") },
		},
	},
}

func fetchLines(ctx context.Context, s *query.Session) (query.Result, error) {
	shape := shapes[s.Format.ID]
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	ask := asked{identity, process.PerPoint(s)}
	var whole model.Matrix
	parts := map[string]*model.Matrix{}
	questions := []query.Question{query.Over(shape.promql(ask), &whole)}
	for part, promql := range shape.parts {
		parts[part] = &model.Matrix{}
		questions = append(questions, query.Over(promql(ask), parts[part]))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	if len(whole) == 0 {
		if err := process.ExplainEmpty(ctx, s, func() { process.WarnAbsent(s, shape.metric.Name) }); err != nil {
			return nil, err
		}
	}
	return query.Lines{Name: s.Format.Title, Measure: shape.measure, Lines: linesOf(s, identity, whole, parts)}, nil
}
