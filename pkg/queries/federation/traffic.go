package federation

import (
	"context"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// flow is one line of the traffic graph.
type flow struct {
	legend, direction, kind, metric string
	promql                          func(metric string, f query.Filters, identity synapse.Identity, window string) string
}

var flows = []flow{
	{"PDUs in", "in", "PDU", pdusIn, sum},
	{"EDUs in", "in", "EDU", edusIn, sum},
	{"PDUs out", "out", "PDU", pdusOut, busiest},
	{"EDUs out", "out", "EDU", edusOut, sum},
}

func runTraffic(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	streams := make([]model.Matrix, len(flows))
	var several model.Vector
	questions := []query.Question{query.At(senders(s.Filters, identity, s.Range.Window()), &several)}
	for i, f := range flows {
		questions = append(questions, query.Over(f.promql(f.metric, s.Filters, identity, s.Range.RateWindow()), &streams[i]))
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
		if told, err := synapse.TellSparse(ctx, s); told || err != nil {
			return result, err
		}
	}
	tellAbsent(s, func(flow int) bool { return len(streams[flow]) > 0 })
	return result, nil
}

// tellAbsent names what there is nothing of: a counter exists from its first event on, in the processes that count it.
func tellAbsent(s *query.Session, there func(flow int) bool) {
	var missing []string
	for i, f := range flows {
		if !there(i) {
			missing = append(missing, f.legend+" ("+f.metric+")")
		}
	}
	switch len(missing) {
	case 0:
	case len(flows):
		s.Warn("Prometheus has no federation metrics for this selection and time range: the homeserver does not federate, or is not scraped.")
	default:
		s.Inform("Prometheus has nothing of these for this selection and time range: %s. None happened since the start, or the processes that count them are not scraped or not selected.",
			strings.Join(missing, ", "))
	}
}

// tellSenders: with several senders, events that go to destinations of more than one are counted by each.
func tellSenders(s *query.Session, senders model.Vector) {
	for _, sample := range senders {
		if sample.Value > 1 {
			s.Inform("%.0f federation senders share the destinations of %s and each counts an event once; outgoing PDUs are those of the busiest sender.",
				float64(sample.Value), query.SayServer(query.ServerOf(sample.Metric)))
		}
	}
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
