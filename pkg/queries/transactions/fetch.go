package transactions

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// measurements are what the table is computed from, all over one window.
type measurements struct {
	calls           perTransaction // per second
	cost            perTransaction // seconds of database time per second
	costOnSaturated perTransaction // the part of cost on processes that are saturated
	totalCost       perServer      // of all transactions, where calls and cost hold only some of them; else nil
	totalCalls      perServer
	earlier         perTransaction // cost, compareTo earlier; only of servers whose two windows can be compared
	comparedTo      map[string]time.Duration
	whole           perServer // holds the homeservers that were there at both ends of the window
}

func fetchTable(ctx context.Context, s *query.Session) (query.Result, error) {
	m, err := fetchMeasurements(ctx, s)
	if err != nil {
		return nil, err
	}
	m.tellAbsent(s)
	if f := s.Filters; len(f.Job)+len(f.Index)+len(f.Instance) > 0 {
		s.Inform("Shares and verdicts are about the selected processes only, not the whole homeserver.")
	}
	rows := query.KeepLimit(s, m.rank(thresholdsOf(s.Settings)), func(r row) string { return r.id.server }, "cheaper transaction", "cheaper transactions")
	guards, err := fetchGuards(ctx, s, rows)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		rows[i] = r.withGuard(guards)
	}
	return query.TableResult[row]{Name: "transactions", Columns: columns, Rows: rows}, nil
}

func fetchMeasurements(ctx context.Context, s *query.Session) (measurements, error) {
	identity, err := process.Find(ctx, s)
	if err != nil {
		return measurements{}, err
	}
	var calls, cost, onSaturated, cold, whole, totalCost, totalCalls model.Vector
	var past history
	all := asked{process.OverRange(s), s.List("transaction")}
	questions := []query.Question{
		query.At(all.calls(), &calls),
		query.At(all.cost(), &cost),
		query.At(all.costOnSaturated(identity), &onSaturated),
		query.At(restarts(s.Filters, identity, s.Range.From, 0), &cold),
		query.At(covered(s.Filters, s.Range.Length(), 0), &whole),
		func(ctx context.Context, s *query.Session) (err error) {
			past, err = fetchHistory(ctx, s, identity, s.Duration("compareTo").Truncate(time.Second))
			return err
		},
	}
	if len(all.names) > 0 {
		questions = append(questions, query.At(all.totalCost(), &totalCost), query.At(all.totalCalls(), &totalCalls))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return measurements{}, err
	}
	m := measurements{
		calls: byID(calls, "desc"), cost: byID(cost, "desc"), costOnSaturated: byID(onSaturated, "desc"), whole: byServer(whole),
		comparedTo: map[string]time.Duration{}, earlier: perTransaction{},
	}
	if len(all.names) > 0 {
		m.totalCost, m.totalCalls = byServer(totalCost), byServer(totalCalls)
	}
	yesterday, err := fetchYesterday(ctx, s, identity, past, m.servers())
	if err == nil {
		m.compare(s, byServer(cold), past, yesterday)
	}
	return m, err
}

// history is the cost of an earlier window, and the homeservers for which it can be compared.
type history struct {
	ago    time.Duration
	cost   perTransaction
	usable map[string]bool
	seen   map[string]bool
}

func fetchHistory(ctx context.Context, s *query.Session, identity process.Identity, ago time.Duration) (history, error) {
	h := history{ago: ago, usable: map[string]bool{}, seen: map[string]bool{}}
	if ago == 0 {
		return h, nil
	}
	then := asked{process.Selection{Filters: s.Filters, Window: s.Range.Window() + metrics.Offset(ago)}, s.List("transaction")}
	var cost, there, cold model.Vector
	err := s.Ask(ctx,
		query.At(then.cost(), &cost),
		query.At(covered(s.Filters, s.Range.Length(), ago), &there),
		query.At(restarts(s.Filters, identity, s.Range.From, ago), &cold),
	)
	h.cost = byID(cost, "desc")
	restarted := byServer(cold)
	for server := range byServer(there) {
		h.seen[server] = true
		h.usable[server] = restarted[server] == 0
	}
	return h, err
}

// fetchYesterday is the history of a day ago, if some of the homeservers have none in the asked window.
func fetchYesterday(ctx context.Context, s *query.Session, identity process.Identity, past history, servers []string) (history, error) {
	unseen := func(server string) bool { return !past.seen[server] }
	if past.ago == 0 || past.ago == dayAgo || !slices.ContainsFunc(servers, unseen) {
		return history{}, nil
	}
	return fetchHistory(ctx, s, identity, dayAgo)
}

// fetchGuards reads the caches in front of the shown transactions, of all homeservers at once.
func fetchGuards(ctx context.Context, s *query.Session, shown []row) (map[id]guard, error) {
	var names []string
	for _, r := range shown {
		if name, ok := caches.GuardOf(r.id.desc); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	slices.Sort(names)
	whole := process.OverRange(s)
	var requests, hits, evicted model.Vector
	err := s.Ask(ctx,
		query.At(cacheRate(whole, metrics.CacheRequests, names), &requests),
		query.At(cacheRate(whole, metrics.CacheHits, names), &hits),
		query.At(cacheRate(whole, metrics.CacheEvicted, names, query.Equal("reason", caches.ReasonSize)), &evicted),
	)
	if err == nil && len(requests) == 0 {
		tellNoCaches(s)
	}
	return guardsOf(requests, hits, evicted), err
}

// shape is how one of the time series formats ranks and draws.
type shape struct {
	rankBy, draw func(asked) string
	measure      query.Measure
}

var shapes = map[string]shape{
	"cost":         {asked.cost, asked.cost, query.Measure{Name: "cost", Unit: "none", Help: "Seconds of database time per second."}},
	"rate":         {asked.calls, asked.calls, query.Measure{Name: "calls_per_second", Unit: "cps", Help: "Calls per second."}},
	"meanDuration": {asked.cost, asked.meanDuration, query.Measure{Name: "mean_duration", Unit: "s", Help: "Mean duration of one call."}},
}

func fetchLines(ctx context.Context, s *query.Session) (query.Result, error) {
	shape := shapes[s.Format.ID]
	result := query.Lines{Name: s.Format.Title, Measure: shape.measure}
	ranked, err := query.RankTop(ctx, s, shape.rankBy(asked{process.OverRange(s), s.List("transaction")})+" > 0", "desc",
		"Only the top %d transactions of each homeserver are drawn; \"limit\" shows more.")
	if err != nil {
		return nil, err
	}
	if !ranked.Empty() {
		var lines model.Matrix
		if err := s.Ask(ctx, query.Over(shape.draw(asked{process.PerPoint(s), ranked.Names()}), &lines)); err != nil {
			return nil, err
		}
		result.Lines = ranked.Lines(lines)
	}
	if len(result.Lines) == 0 {
		err = process.ExplainEmpty(ctx, s, func() {
			if ranked.Empty() {
				process.WarnAbsent(s, metrics.TransactionCount.Name)
			}
		})
	}
	return result, err
}
