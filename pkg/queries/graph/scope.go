package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// scope is what a graph's PromQL is about: which series, over which window, and what tells its lines apart.
type scope struct {
	process.Selection
	identity process.Identity
	// processes tells that lines are told apart by process.
	processes bool
	// own are the labels of the metric that tell lines apart.
	own      []string
	matchers []query.Matcher
	// whole is the range of a subquery while lines are ranked, "" while they are drawn.
	whole string
}

// base is the list for a PromQL "by" without the metric's own labels.
func (s scope) base() string {
	if s.processes {
		return s.identity.By()
	}
	return "server_name"
}

// by is the list for a PromQL "by" that tells the lines apart.
func (s scope) by(more ...string) string {
	return strings.Join(slices.Concat([]string{s.base()}, s.own, more), ", ")
}

// labels are those that tell the lines of one homeserver apart.
func (s scope) labels() []string { return strings.Split(s.by(), ", ")[1:] }

// selecting gives the selection for a metric: what Prometheus writes about a target has no index where relabelling gave it to
// the samples only.
func (s scope) selecting(m *metrics.Metric) process.Selection {
	if m.Scope == metrics.OfTarget {
		return process.Selection{Filters: s.Filters.Without("index"), Window: s.Window}
	}
	return s.Selection
}

// join makes one series per line of several ones of a metric. How follows from the metric: what each process counts for itself
// is added up; of what every process reports about the one database, or of what is no number of the homeserver, the highest is taken.
func (s scope) join(m *metrics.Metric, promql string, more ...string) string {
	how := "max"
	if m.Aggregate == metrics.Sum {
		how = "sum"
	}
	return how + " by (" + s.by(more...) + ") (" + s.served(m, promql, more...) + ")"
}

// total adds up over the processes what join would keep apart: the CPU of the whole homeserver.
func (s scope) total(m *metrics.Metric, promql string) string {
	return "sum by (" + s.by() + ") (" + s.served(m, promql) + ")"
}

// served labels the series of whole processes with the homeserver that they serve.
func (s scope) served(m *metrics.Metric, promql string, more ...string) string {
	labels := slices.Concat(s.own, more)
	if dropped := slices.DeleteFunc(slices.Clone(m.Labels), func(label string) bool { return slices.Contains(labels, label) }); m.Scope == metrics.OfProcess && len(dropped) > 0 {
		promql = "sum without (" + strings.Join(dropped, ", ") + ") (" + promql + ")"
	}
	switch {
	case m.Scope == metrics.OfTarget:
		return s.identity.WithServerOfTarget(s.Filters, promql)
	case m.Scope == metrics.OfProcess && len(labels) > 0:
		return s.identity.WithServerBy(s.Filters, labels, promql)
	case m.Scope == metrics.OfProcess:
		return s.identity.WithServer(s.Filters, promql)
	}
	return promql
}

// highest is a level while it is drawn, and its maximum over the range while lines are ranked: a queue that has emptied leads.
func (s scope) highest(level string) string {
	if s.whole == "" {
		return level
	}
	return "max_over_time((" + level + ")" + s.whole + ")"
}

// ranking is the scope by which lines are ranked over the whole range.
func (s scope) ranking(session *query.Session) scope {
	s.Selection = process.OverRange(session)
	r := session.Range
	s.whole = fmt.Sprintf("[%ds:%ds]", int(r.Length().Seconds()), int(r.Step.Seconds()))
	return s
}
