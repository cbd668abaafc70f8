package checks

import (
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

const (
	// chattyFloor is the calls per second, of all transactions, below which nobody is chatty. Source: ours.
	chattyFloor = 10.0
	// chattyShare is the part of all calls that one transaction should not make. Source: ours.
	chattyShare = 0.2
	// chattyQuick is the mean duration above which a transaction is no cheap one. Source: ours.
	chattyQuick = 0.005
	// chattyEvicting is the part of a cache's misses that its evictions for lack of room must reach: more than that
	// number of misses no size avoids. The tenth is ours.
	chattyEvicting = 0.1
)

var databaseChatty = Check{
	ID:    "database-chatty",
	Title: "One cheap transaction is asked very often",
	Meaning: "A transaction that is quick but asked all the time: often the cache in front of it is too small. By itself it is seldom what makes a server slow; " +
		"the guide warns that the number of calls misleads.",
	Decides: "A transaction with more than 100 calls per second within the last hour, more than 20 % of all calls, that takes less than 5 ms each. " +
		"Synapse's own housekeeping is left out. Below 10 calls per second in all it does not judge.",
	Source: "The guide's example (get_user_by_id and its cache). All numbers are ours.",
	CannotKnow: "Who calls it. One batched transaction can serve many misses of a cache, so misses and calls need not agree; and a cache that " +
		"was invalidated does not count that anywhere.",
	Unit:    "cps",
	Warning: Threshold(100),
	Causes:  []string{"cache-undersized"},
	Measures: func(w Where) map[string]string {
		all := txnQueries(w)
		evicted := query.Equal("reason", cachecatalogue.ReasonSize)
		by := "sum by (server_name, name) "
		full := "topk " + PerServer + "(20, " + by + "(" + w.Rate(cachecatalogue.Evicted, txnWindow, evicted) + ") > 0)"
		return map[string]string{
			"cost": all["cost"], "calls": all["calls"], "totalCalls": all["totalCalls"],
			"counted": "count " + PerServer + "(" + cachecatalogue.Evicted + w.Selector(evicted) + ")",
			"evicted": full,
			"misses": "(" + by + "(" + w.Rate(cachecatalogue.Requests, txnWindow) + ") - " + by + "(" + w.Rate(cachecatalogue.Hits, txnWindow) +
				")) and on (server_name, name) " + full,
		}
	},
	Signal: func(w Where) Signal {
		rate := func(at string) string {
			return "sum by (server_name, desc) (" + synapse.TransactionCount.Rate(w.Selector(), w.Window(txnWindow)+at) + ")"
		}
		return Signal{
			PromQL:  rate("") + " and on (server_name, desc) topk " + PerServer + "(3, " + rate(" @ end()") + ")",
			Subject: subjectOfTransaction,
		}
	},
	Judge: judgeDatabaseChatty,
}

func judgeDatabaseChatty(in Input) []Finding {
	if !in.Has("totalCalls") {
		return Absent(synapse.TransactionCount.Name)
	}
	total := in.Total("totalCalls")
	if total < chattyFloor {
		return Fine(fmt.Sprintf("Synapse makes %s database transactions per second in all: too few to judge.", number(total)))
	}
	cost := byDesc(in, "cost")
	var found []Finding
	for _, s := range in.Samples("calls") {
		t := txn{desc: s.Label("desc"), calls: s.Value, cost: cost[s.Label("desc")]}
		if t.calls < in.Warning || t.calls < chattyShare*total || t.mean() >= chattyQuick || synapse.IsMaintenance(t.desc) {
			continue
		}
		f := in.Graded(t.calls, Finding{
			Subject: Subject{Name: t.desc},
			Title:   "The transaction " + t.desc + " is asked very often",
			Evidence: fmt.Sprintf("%s was called %s times per second within the last hour, %s of all calls, at %s each: %s of database time per second.",
				t.desc, number(t.calls), percent(t.calls/total), seconds(t.mean()), seconds(t.cost)),
			Remedy: "Query type transactions, format table: " + t.desc + ".",
		})
		found = append(found, t.guarded(in, f))
	}
	if len(found) == 0 {
		return Fine(fmt.Sprintf("No cheap transaction makes more than %s calls per second and %s of all %s calls.", number(in.Warning), percent(chattyShare), number(total)))
	}
	return found
}

// guarded adds what the cache before the transaction has to do with it.
func (t txn) guarded(in Input, f Finding) Finding {
	const caller = "See what asks it: a client, a bridge or a module in a loop shows in the requests of the same time. "
	name, ok := cachecatalogue.GuardOf(t.desc)
	value := func(measurement string) float64 {
		for _, s := range in.Samples(measurement) {
			if s.Label("name") == name {
				return s.Value
			}
		}
		return 0
	}
	switch evicted, misses := value("evicted"), value("misses"); {
	case !ok:
		f.Advice = caller + "No cache is known to stand before it."
	case !in.Has("counted"):
		f.Advice = caller + "The cache " + name + " stands before it; whether it is too small is not known, for the metric of evictions is absent."
	case evicted > 0 && evicted >= chattyEvicting*misses:
		f.Evidence += fmt.Sprintf(" Its cache %s misses %s times per second and drops %s entries per second for lack of room.", name, number(misses), number(evicted))
		f.Advice = "Its cache " + name + " is full: see what the cache factors say about it, raise it by one step and measure. " + strings.TrimSpace(caller)
		f.Remedy, f.CauseSubject = "Query type cacheFactors: "+name+".", name
		return f
	default:
		f.Advice = caller + "The cache " + name + " stands before it and hardly ever drops an entry for lack of room: a larger one would not help."
	}
	f.NotCausedBy = []string{"cache-undersized"}
	return f
}
