package federation

import (
	"cmp"
	"context"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// part is one row of the summary: a direction and kind, outgoing EDUs by type.
type part struct {
	direction, server, kind, kindType string
	perSecond                         float64
	share                             *float64
}

var flowColumns = []query.Column[part]{
	query.TextColumn("direction", "Direction", "in: from other homeservers. out: to them.", func(p part) string { return p.direction }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than this label.", func(p part) string { return p.server }),
	query.TextColumn("kind", "Kind", "PDU: an event of a room. EDU: something passing, such as typing or presence.", func(p part) string { return p.kind }),
	query.TextColumn("type", "Type", "Of outgoing EDUs; Synapse does not count others by type.", func(p part) string { return p.kindType }),
	query.NumberColumn("per_second", "Per second", "cps", "Mean over the time range.", func(p part) float64 { return p.perSecond }),
	query.NumberColumn("share", "Share", "percentunit", "Part of its direction and kind.", func(p part) *float64 { return p.share }),
}

type summary []part

func (p summary) Frames(view query.View) data.Frames {
	return data.Frames{query.TableFrame("federation", flowColumns, p, view)}
}

func runSummary(ctx context.Context, s *query.Session) (query.Result, error) {
	identity, err := synapse.FindIdentity(ctx, s)
	if err != nil {
		return nil, err
	}
	totals := make([]model.Vector, len(flows))
	var types, several model.Vector
	window := s.Range.Window()
	questions := []query.Question{query.At(byType(s.Filters, window), &types), query.At(senders(s.Filters, identity, window), &several)}
	for i, f := range flows {
		questions = append(questions, query.At(f.promql(f.metric, s.Filters, identity, window), &totals[i]))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return nil, err
	}
	tellSenders(s, several)
	var rows summary
	typed := map[model.LabelValue]bool{} // homeservers whose outgoing EDUs are rows by type
	for _, sample := range types {
		typed[sample.Metric["server_name"]] = true
	}
	for i, f := range flows {
		for _, sample := range totals[i] {
			if f.direction == "out" && f.kind == "EDU" && typed[sample.Metric["server_name"]] {
				continue
			}
			rows = append(rows, part{direction: f.direction, server: string(sample.Metric["server_name"]), kind: f.kind, perSecond: float64(sample.Value)})
		}
	}
	for _, sample := range types {
		rows = append(rows, part{direction: "out", server: string(sample.Metric["server_name"]), kind: "EDU",
			kindType: string(sample.Metric["type"]), perSecond: float64(sample.Value)})
	}
	tellAbsent(s, func(flow int) bool { return len(totals[flow]) > 0 })
	return rows.shared(), nil
}

// shared fills in the shares and sorts: in before out, PDUs before EDUs, the largest first.
func (p summary) shared() summary {
	type group struct{ direction, server, kind string }
	total := map[group]float64{}
	for _, row := range p {
		total[group{row.direction, row.server, row.kind}] += row.perSecond
	}
	for i, row := range p {
		if all := total[group{row.direction, row.server, row.kind}]; all > 0 {
			share := row.perSecond / all
			p[i].share = &share
		}
	}
	slices.SortFunc(p, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(a.direction, b.direction), cmp.Compare(b.kind, a.kind),
			cmp.Compare(b.perSecond, a.perSecond), cmp.Compare(a.kindType, b.kindType))
	})
	return p
}
