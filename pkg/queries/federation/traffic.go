package federation

import (
	"context"
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// flow is one line of the traffic graph.
type flow struct {
	legend, direction, kind string
	promql                  func(query.Filters, string) string
}

var flows = []flow{
	{"PDUs in", "in", "PDU", func(f query.Filters, w string) string { return sum(pdusIn, f, w) }},
	{"EDUs in", "in", "EDU", func(f query.Filters, w string) string { return sum(edusIn, f, w) }},
	{"PDUs out", "out", "PDU", events},
	{"EDUs out", "out", "EDU", func(f query.Filters, w string) string { return sum(edusOut, f, w) }},
}

func runTraffic(ctx context.Context, s *query.Session) (query.Result, error) {
	streams := make([]model.Matrix, len(flows))
	var several model.Vector
	questions := []query.Question{query.At(senders(s.Filters, s.Range.Window()), &several)}
	for i, f := range flows {
		questions = append(questions, query.Over(f.promql(s.Filters, s.Range.RateWindow()), &streams[i]))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	tellSenders(s, several)
	result := query.Lines{Name: "Federation traffic", Measure: query.Measure{Name: "per_second", Unit: "cps", Help: "PDUs or EDUs per second."}}
	for i, f := range flows {
		result.Lines = append(result.Lines, legends(f.legend, map[string]string{"direction": f.direction, "kind": f.kind}, streams[i])...)
	}
	if len(result.Lines) == 0 {
		s.Warn("Prometheus has no federation metrics for this selection and time range: the homeserver does not federate, or is not scraped.")
	}
	return result, nil
}

// tellSenders: with several senders, events that go to destinations of more than one are counted by each.
func tellSenders(s *query.Session, senders model.Vector) {
	for _, sample := range senders {
		if sample.Value > 1 {
			s.Inform("%.0f federation senders share the destinations of %s and each counts an event once; outgoing PDUs are those of the busiest sender.",
				float64(sample.Value), server(sample.Metric))
		}
	}
}

func server(m model.Metric) string {
	if name := string(m["server_name"]); name != "" {
		return name
	}
	return "the homeserver"
}

// legends names lines after what they are, with the homeserver where there are several.
func legends(name string, labels map[string]string, streams model.Matrix) []query.Series {
	several := query.SeveralServers(streams)
	lines := make([]query.Series, len(streams))
	for i, stream := range streams {
		lines[i] = query.NewSeries(query.Legend(name, stream.Metric, several), stream)
		for label, value := range labels {
			lines[i].Labels[label] = value
		}
	}
	return lines
}

func runEDUs(ctx context.Context, s *query.Session) (query.Result, error) {
	result := query.Lines{Name: "Outgoing EDUs by type", Measure: query.Measure{Name: "per_second", Unit: "cps", Help: "EDUs per second in transactions that succeeded."}}
	var top model.Vector
	if err := s.Ask(ctx, query.At(fmt.Sprintf("topk by (server_name) (%d, %s > 0)", s.Limit, byType(s.Filters, s.Range.Window())), &top)); err != nil {
		return nil, err
	}
	if len(top) == 0 {
		s.Warn("Prometheus has no %s for this selection and time range: no EDU was sent, or the federation sender is not scraped.", edusByType)
		return result, nil
	}
	ranked := query.Ranked(top, "type")
	var matrix model.Matrix
	if err := s.Ask(ctx, query.Over(byType(s.Filters, s.Range.RateWindow(), ranked.Names()...), &matrix)); err != nil {
		return nil, err
	}
	result.Lines = ranked.Lines(matrix)
	return result, nil
}

// lagQuantiles are the lines of the lag graph.
var lagQuantiles = []float64{0.99, 0.9, 0.5}

func runLag(ctx context.Context, s *query.Session) (query.Result, error) {
	streams := make([]model.Matrix, len(lagQuantiles))
	var questions []query.Question
	for i, q := range lagQuantiles {
		questions = append(questions, query.Over(lag(q, s.Filters, s.Range.RateWindow()), &streams[i]))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	result := query.Lines{Name: "Federation sending lag", Measure: query.Measure{Name: "lag", Unit: "s",
		Help: "Time from an event until the federation sender had dealt with it; 10 s is the highest the histogram can tell."}}
	for i, q := range lagQuantiles {
		for _, line := range legends(fmt.Sprintf("%g %%", q*100), nil, streams[i]) {
			if len(line.Values) > 0 {
				line.Labels["quantile"] = fmt.Sprintf("%g", q)
				result.Lines = append(result.Lines, line)
			}
		}
	}
	if len(result.Lines) == 0 {
		s.Inform("No event passed the federation sender in this time range, or it is not scraped (%s).", lagByEvent)
	}
	return result, nil
}
