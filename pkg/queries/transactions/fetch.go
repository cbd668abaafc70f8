package transactions

import (
	"context"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// id is one transaction of one homeserver.
type id struct{ server, desc string }

type perTransaction map[id]float64

type perServer map[string]float64

// measurements are what the table is computed from, all over one window.
type measurements struct {
	calls      perTransaction // per second
	cost       perTransaction // seconds of database time per second
	costOnFull perTransaction // the part of cost on processes that are full
	totalCost  perServer      // of all transactions, where calls and cost hold only some of them; else nil
	totalCalls perServer
	earlier    perTransaction // cost, compareTo earlier; only of servers whose two windows can be compared
	comparedTo map[string]time.Duration
	whole      perServer // holds the homeservers that were there at both ends of the window
}

func byID(v model.Vector, label model.LabelName) perTransaction {
	values := perTransaction{}
	for _, sample := range v {
		values[id{string(sample.Metric["server_name"]), string(sample.Metric[label])}] = float64(sample.Value)
	}
	return values
}

func byServer(v model.Vector) perServer {
	values := perServer{}
	for _, sample := range v {
		values[string(sample.Metric["server_name"])] = float64(sample.Value)
	}
	return values
}

func fetch(ctx context.Context, s *query.Session) (measurements, error) {
	var calls, cost, onFull, cold, whole model.Vector
	all := selection{filters: s.Filters, names: s.List("transaction")}
	window := s.Range.Window()
	m := measurements{comparedTo: map[string]time.Duration{}, earlier: perTransaction{}}
	asked := s.Duration("compareTo").Truncate(time.Second)
	var past history
	questions := []query.Question{
		query.At(all.calls(window), &calls),
		query.At(all.cost(window), &cost),
		query.At(all.costOnFull(window), &onFull),
		query.At(restarts(s.Filters, s.Range.From.Unix(), ""), &cold),
		query.At(covered(s.Filters, s.Range.Length(), 0), &whole),
		func(ctx context.Context, s *query.Session) (err error) {
			past, err = fetchHistory(ctx, s, all, asked)
			return err
		},
	}
	var totalCost, totalCalls model.Vector
	if len(all.names) > 0 {
		questions = append(questions, query.At(all.totalCost(window), &totalCost), query.At(all.totalCalls(window), &totalCalls))
	}
	if err := s.Ask(ctx, questions...); err != nil {
		return m, err
	}
	if len(all.names) > 0 {
		m.totalCost, m.totalCalls = byServer(totalCost), byServer(totalCalls)
	}
	m.calls, m.cost, m.costOnFull, m.whole = byID(calls, "desc"), byID(cost, "desc"), byID(onFull, "desc"), byServer(whole)
	return m, m.compare(ctx, s, all, byServer(cold), past)
}

// history is the cost of an earlier window, and the homeservers for which it can be compared.
type history struct {
	ago    time.Duration
	cost   perTransaction
	usable map[string]bool
	seen   map[string]bool
}

func fetchHistory(ctx context.Context, s *query.Session, all selection, ago time.Duration) (history, error) {
	h := history{ago: ago, usable: map[string]bool{}, seen: map[string]bool{}}
	if ago == 0 {
		return h, nil
	}
	offset := synapse.Offset(ago)
	var cost, there, cold model.Vector
	err := s.Ask(ctx,
		query.At(all.cost(s.Range.Window()+offset), &cost),
		query.At(covered(s.Filters, s.Range.Length(), ago), &there),
		query.At(restarts(s.Filters, s.Range.From.Add(-ago).Unix(), offset), &cold),
	)
	h.cost = byID(cost, "desc")
	restarted := byServer(cold)
	for server := range byServer(there) {
		h.seen[server] = true
		h.usable[server] = restarted[server] == 0
	}
	return h, err
}

// dayAgo is compared with where the asked window has no data.
const dayAgo = 24 * time.Hour

// compare fills in the earlier cost, from yesterday for homeservers without data in the asked window.
func (m *measurements) compare(ctx context.Context, s *query.Session, all selection, coldNow perServer, past history) error {
	if past.ago == 0 {
		return nil
	}
	var yesterday history
	for _, server := range m.servers() {
		if !past.seen[server] && yesterday.ago == 0 && past.ago != dayAgo {
			var err error
			if yesterday, err = fetchHistory(ctx, s, all, dayAgo); err != nil {
				return err
			}
		}
		from := past
		if !past.seen[server] && yesterday.seen[server] {
			from = yesterday
			s.Inform("cost_change of %s compares with one day ago: there is no complete data %s ago.", query.SayServer(server), span(past.ago))
		}
		switch {
		case !from.seen[server]:
			s.Inform("cost_change of %s is empty: there is no complete data of the same window %s.", query.SayServer(server), tried(past.ago))
		case coldNow[server] > 0 || !from.usable[server]:
			s.Inform("cost_change of %s is empty: a process started within an hour of the start of one of the two windows, and cold caches cost more.", query.SayServer(server))
		default:
			m.take(server, from)
		}
	}
	return nil
}

// tried is which windows were looked at in vain.
func tried(ago time.Duration) string {
	if ago == dayAgo {
		return span(ago) + " ago"
	}
	return span(ago) + " or one day ago"
}

func (m *measurements) take(server string, from history) {
	m.comparedTo[server] = from.ago
	for t, cost := range from.cost {
		if t.server == server {
			m.earlier[t] = cost
		}
	}
}
