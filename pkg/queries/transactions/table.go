package transactions

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

var columns = []query.Column[row]{
	query.CountColumn("rank", "Rank", "Place by cost among the homeserver's transactions that were asked for, 1 costs most.", func(r row) int64 { return r.rank }),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than this label.", func(r row) string { return r.id.server }),
	query.TextColumn("transaction", "Transaction", "Synapse's name of the database transaction.", func(r row) string { return r.id.desc }),
	query.NumberColumn("calls_per_second", "Calls", "cps", "Calls per second, over all processes.", func(r row) float64 { return r.calls }),
	query.NumberColumn("mean_duration", "Mean duration", "s", "Mean time of one call, measured in the process: it holds the statements, the commit and any wait for the process's interpreter.", func(r row) float64 { return r.mean }),
	query.NumberColumn("cost", "Cost", "none", "Seconds of database time per second: calls times mean duration, the mean number of connections that it keeps busy. Not CPU time.", func(r row) float64 { return r.cost }),
	query.NumberColumn("share", "Share", "percentunit", "Part of the homeserver's whole cost.", func(r row) float64 { return r.share }),
	query.NumberColumn("cost_change", "Change", "none", "Cost divided by the cost of the same window earlier; empty when that is unknown, a process started near the start of a window, or the share is below 5 %.", func(r row) *float64 { return r.change }),
	query.TextColumn("verdict", "Verdict", "hot: expensive and frequent. slow: expensive per call. chatty: frequent and cheap. maintenance: Synapse's own housekeeping. quiet: neither.", func(r row) string { return r.verdict }).
		WithColours(query.Colour{Value: hot, Colour: "red"}, query.Colour{Value: slow, Colour: "orange"}, query.Colour{Value: chatty, Colour: "blue"},
			query.Colour{Value: maintaining, Colour: "purple"}, query.Colour{Value: quiet, Colour: "green"}),
	query.TextColumn("cache", "Cache in front", "The cache whose misses lead to this transaction, where one is known.", func(r row) string { return r.guard }),
	query.NumberColumn("cache_hit_ratio", "Cache hit ratio", "percentunit", "Part of the questions that this cache answered by itself.", func(r row) *float64 {
		if r.cache == nil {
			return nil
		}
		return r.cache.hitRatio()
	}),
	query.NumberColumn("cache_misses_per_second", "Cache misses", "cps", "Questions per second that this cache could not answer.", func(r row) *float64 {
		if r.cache == nil {
			return nil
		}
		return &r.cache.misses
	}),
	query.TextColumn("explanation", "What it means", "What to conclude, with the numbers it rests on.", row.explain),
}

// ranking is the table as a Result.
type ranking []row

func (r ranking) Frames(view query.View) data.Frames {
	return data.Frames{query.TableFrame("transactions", columns, r, view)}
}

func runTable(ctx context.Context, s *query.Session) (query.Result, error) {
	m, err := fetch(ctx, s)
	if err != nil {
		return nil, err
	}
	m.tellAbsent(s)
	if f := s.Filters; len(f.Job)+len(f.Index)+len(f.Instance) > 0 {
		s.Inform("Shares and verdicts are about the selected processes only, not the whole homeserver.")
	}
	shown := cut(s, m.rank())
	guards, err := fetchGuards(ctx, s, shown)
	if err != nil {
		return nil, err
	}
	for i, r := range shown {
		shown[i] = r.withGuard(guards)
	}
	return ranking(shown), nil
}

// tellAbsent says which homeservers' numbers are missing or are not whole.
func (m measurements) tellAbsent(s *query.Session) {
	if len(m.cost) == 0 {
		synapse.WarnAbsent(s, synapse.TransactionSum.Name)
	} else if len(m.calls) == 0 {
		synapse.WarnAbsent(s, synapse.TransactionCount.Name)
	}
	for _, server := range m.servers() {
		if _, whole := m.whole[server]; !whole {
			s.Inform("Prometheus has numbers of %s for a part of the time range only. Calls and cost per second are means over all of it, so they are too low; shares and mean durations hold.", query.SayServer(server))
		}
	}
}

// cut keeps the first of each homeserver and says how many it left out.
func cut(s *query.Session, rows []row) []row {
	kept, left := query.LimitPerServer(rows, s.Limit, func(r row) string { return r.id.server })
	if left > 0 {
		s.Inform("Cheaper transactions that are not shown: %d (limit %d for each homeserver).", left, s.Limit)
	}
	return kept
}
