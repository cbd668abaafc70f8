package federation

import (
	"context"
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// flow is one line of the traffic graph.
type flow struct {
	legend, direction, kind string
	metric                  *metrics.Metric
}

var flows = []flow{
	{"PDUs in", "in", "PDU", metrics.ReceivedPDUs},
	{"EDUs in", "in", "EDU", metrics.ReceivedEDUs},
	{"PDUs out", "out", "PDU", metrics.SentPDUs},
	{"EDUs out", "out", "EDU", metrics.SentEDUs},
}

// asked writes the PromQL of one query.
type asked struct {
	process.Identity
	process.Selection
}

// flow is the rate of one flow. Outgoing PDUs count an event once for each federation sender that has a destination for it,
// so with several senders the busiest of them is nearest to the number of events; a process that was replaced within the
// window counts with its successor.
func (a asked) flow(f flow) string {
	if f.metric.Aggregate == metrics.Max {
		return "max by (server_name) (" + a.SumRate(a.By(), f.metric.Series()) + ")"
	}
	return a.SumRate("server_name", f.metric.Series())
}

// senders counts the processes that send events to other homeservers.
func (a asked) senders() string {
	return "count by (server_name) (" + a.SumRate(a.By(), metrics.SentPDUs.Series()) + " > 0)"
}

func edusByType(s process.Selection, types ...string) string {
	return s.SumRate("server_name, type", metrics.SentEDUsByType.Series(), query.OneOf("type", types))
}

func fetchTraffic(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	point := asked{identity, process.PerPoint(s)}
	streams := make([]model.Matrix, len(flows))
	var senders model.Vector
	questions := []query.Question{query.At(asked{identity, process.OverRange(s)}.senders(), &senders)}
	for i, f := range flows {
		questions = append(questions, query.Over(point.flow(f), &streams[i]))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	tellSenders(s, senders)
	var lines []query.Series
	for i, f := range flows {
		for _, line := range query.LinesOf(streams[i], func(model.Metric) string { return f.legend }) {
			line.Labels["direction"], line.Labels["kind"] = f.direction, f.kind
			lines = append(lines, line)
		}
	}
	tell := func() { tellAbsent(s, func(flow int) bool { return len(streams[flow]) > 0 }) }
	if len(lines) == 0 {
		err = process.ExplainEmpty(ctx, s, tell)
	} else {
		tell()
	}
	return query.Lines{Name: "Federation traffic", Measure: trafficMeasure, Lines: lines}, err
}

func fetchEDUs(ctx context.Context, s *query.Session) (query.Result, error) {
	result := query.Lines{Name: "Outgoing EDUs by type", Measure: edusMeasure}
	ranked, err := query.RankTop(ctx, s, edusByType(process.OverRange(s))+" > 0", "type",
		"Only the %d most frequent types of each homeserver are drawn; \"limit\" shows more.")
	if err != nil {
		return nil, err
	}
	if !ranked.Empty() {
		var matrix model.Matrix
		if err := s.Ask(ctx, query.Over(edusByType(process.PerPoint(s), ranked.Names()...), &matrix)); err != nil {
			return nil, err
		}
		result.Lines = ranked.Lines(matrix)
	}
	if len(result.Lines) == 0 {
		err = process.ExplainEmpty(ctx, s, func() { tellNoEDUs(s, ranked) })
	}
	return result, err
}

// lagQuantiles are the lines of the lag graph.
var lagQuantiles = []float64{0.99, 0.9, 0.5}

func fetchLag(ctx context.Context, s *query.Session) (query.Result, error) {
	point := process.PerPoint(s)
	streams := make([]model.Matrix, len(lagQuantiles))
	questions := make([]query.Question, len(lagQuantiles))
	for i, q := range lagQuantiles {
		promql := point.Quantile(q, "server_name", metrics.EventLag, query.Equal("name", "federation_sender"))
		questions[i] = query.Over(promql, &streams[i])
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	var lines []query.Series
	for i, q := range lagQuantiles {
		for _, line := range query.LinesOf(streams[i], func(model.Metric) string { return fmt.Sprintf("%g%%", q*100) }) {
			line.Labels["quantile"] = fmt.Sprintf("%g", q)
			lines = append(lines, line)
		}
	}
	var err error
	if len(lines) == 0 {
		err = process.ExplainEmpty(ctx, s, func() { tellNoLag(s) })
	}
	return query.Lines{Name: "Federation sending lag", Measure: lagMeasure, Lines: lines}, err
}

func fetchSummary(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := process.Find(ctx, s)
	if err != nil {
		return nil, err
	}
	whole := asked{identity, process.OverRange(s)}
	totals := make([]model.Vector, len(flows))
	var types, senders model.Vector
	questions := []query.Question{query.At(edusByType(whole.Selection), &types), query.At(whole.senders(), &senders)}
	for i, f := range flows {
		questions = append(questions, query.At(whole.flow(f), &totals[i]))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	tellSenders(s, senders)
	tellAbsent(s, func(flow int) bool { return len(totals[flow]) > 0 })
	return query.TableResult[part]{Name: "federation", Columns: summaryColumns, Rows: partsOf(totals, types)}, nil
}
