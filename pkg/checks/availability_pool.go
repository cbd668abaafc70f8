package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Every database connection is busy and nothing finishes. A database that refuses connections leaves the pool empty: that shows
// as failed answers.
var (
	fullPool      = limits.Limit{Name: "fullPool", Value: 0.95, Unit: "percentunit", Meaning: "share of database connections that are busy at every scrape of 5 minutes", Source: "ours"}
	perConnection = limits.Limit{Name: "perConnection", Value: 5, Meaning: "number of transactions per connection in 5 minutes up to which the database hangs", Source: "ours"}
)

const (
	poolWindow = 5 * time.Minute
	// smallPool is the size up to which a single long transaction fills the pool, so that nothing may finish at all.
	smallPool       = 2
	smallPoolWindow = 3 * time.Minute
	// poolSamples are needed: the number of busy threads is that of the moment of a scrape.
	poolSamples = 5

	databasePools query.Matcher = `name=~"database-.*"`
)

var (
	// fullPools is the size of the full pools, by name.
	fullPools = measure("fullPools", func(s Scope) string {
		by := "by (" + s.PerProcess() + ", name) "
		size := "max " + by + "(" + s.Now(metrics.PoolMaxThreads.Series(), databasePools) + ")"
		busy := func(function string) string {
			return "max " + by + "(" + s.Over(function, metrics.PoolWorkingThreads.Series(), poolWindow, databasePools) + ")"
		}
		return s.held(strings.NewReplacer(
			"$size", size, "$busy", busy("min_over_time"), "$seen", busy("count_over_time"), "$process", s.PerProcess(), "$all", "sum by ("+s.PerProcess()+") ("+size+")",
			"$full", plain(fullPool.Value), "$samples", plain(poolSamples), "$small", plain(smallPool), "$per", plain(perConnection.Value),
			"$finished", transactionsFinished(s, poolWindow), "$nothing", transactionsFinished(s, smallPoolWindow)+" == 0",
		).Replace("$size and $busy >= $full * $size and $seen >= $samples and ($size > $small and on ($process) $finished <= $per * $all or $size and on ($process) $nothing)"))
	})
	poolFinished = measure("finished", func(s Scope) string {
		return "min_over_time(" + transactionsFinished(s, poolWindow) + subquery(outageHeld, time.Minute) + ")"
	})
)

func transactionsFinished(s Scope, d time.Duration) string {
	return s.Counted(metrics.TransactionCount.Series(), d, nil)
}

func judgePools(in Input) []Finding {
	var found []Finding
	for _, p := range in.Samples(fullPools) {
		finished, _ := in.ValueFor(poolFinished, p)
		name := strings.TrimPrefix(p.Label("name"), "database-")
		busy := fmt.Sprintf("All %s database connections (%s) were busy", words.Number(p.Value), name)
		if p.Value == 1 {
			busy = "The only database connection (" + name + ") was busy"
		}
		found = append(found, Finding{
			Subject: Subject{Name: p.Process()}, Severity: Critical, Title: "Database hangs", Unit: "none", Value: limits.At(finished),
			Threshold: limits.At(perConnection.Value * p.Value), NotCausedBy: notCausedBut("database-locks"),
			Evidence: fmt.Sprintf("%s for 5 min, and %s in that time: the database hangs.", busy, words.Count(finished, "transaction finished", "transactions finished")),
			Steps: []string{
				"Look who blocks: `SELECT pid, pg_blocking_pids(pid), application_name, state, now() - xact_start AS age, left(query, 80) FROM pg_stat_activity ORDER BY age DESC NULLS LAST` in psql on Synapse's database.",
				"Check PostgreSQL's disk and the network to it: `df -h`, `iostat -x 1 3`, the end of its log. If it does not answer psql either, the database itself has stopped.",
				"If a forgotten session holds a lock, run `SELECT pg_cancel_backend(<pid>)`. Synapse's own sessions reconnect by themselves.",
			},
		})
	}
	return found
}
