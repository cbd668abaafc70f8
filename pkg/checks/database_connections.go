package checks

import (
	"context"
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// poolThreads matches the thread pools that hold connections: one per database of the configuration.
const poolThreads query.Matcher = `name=~"database-.*"`

var (
	// connectionReserve is what should stay free for psql, backups, bridges and this data source.
	connectionReserve = limits.Limit{Name: "reserve", Value: 10, Meaning: "number of connections that should stay free for other programs", Source: "ours"}
	// connectionsPooled: a thread opens its connection when it is first used, so some more threads than connections are normal.
	connectionsPooled = limits.Limit{Name: "pooled", Value: 2, Meaning: "threads per open connection above which a pooler is assumed", Source: "ours"}

	connectionPools = measure("pools", func(s Scope) string {
		return s.Homeserver().Sum(s.Homeserver().Now(metrics.PoolMaxThreads.Series(), poolThreads), "name")
	})
	connectionThreads = measure("threads", func(s Scope) string {
		return s.Homeserver().Sum(s.Homeserver().Now(metrics.PoolTotalThreads.Series(), poolThreads), "name")
	})
	connectionEach = measure("each", func(s Scope) string {
		return s.Homeserver().Max(s.Homeserver().Now(metrics.PoolMaxThreads.Series(), poolThreads))
	})
	connectionOwners = measure("processes", func(s Scope) string {
		return "count by (server_name) (count by (" + s.PerProcess() + ") (" + s.Homeserver().Now(metrics.PoolMaxThreads.Series(), poolThreads) + "))"
	})
)

var databaseConnections = Check{
	ID:    "database-connections",
	Topic: "PostgreSQL connections",
	Title: "Connection pools exceed max_connections",
	Meaning: "Each process opens up to database.args.cp_max connections. All of them together must fit into PostgreSQL's max_connections, or processes are refused when they need a " +
		"connection most.",
	Decides: "The connections that the pools of all processes may open together, as a share of those that PostgreSQL has for ordinary users: a warning above {warning}. Critical if " +
		"{critical} of PostgreSQL's connections are open now. If Synapse has more than {pooled} threads per open connection, a pooler such as PgBouncer is in between and the sum is not judged.",
	CannotKnow: "Anything on a replica, which has connections and limits of its own; limits of Synapse's role and pools of other programs; processes that Prometheus does not scrape. The pools of several " +
		"databases are added up, though they may be on different servers.",
	Thresholds: limits.Thresholds{Check: "database-connections", Warning: limits.At(1), Critical: limits.At(0.95), TwoNumbers: true, Unit: "percentunit",
		WarningOf: "of PostgreSQL's connections in all pools together", CriticalOf: "of them open", Source: "PostgreSQL's settings; the share of open ones is ours"},
	Limits:   []limits.Limit{connectionsPooled},
	Steps:    connectionSteps,
	Panel:    "connections-in-use",
	Measures: []*Measurement{connectionPools, connectionThreads, connectionEach, connectionOwners},
	Read:     readConnections, ReadOnce: "connections",
	Judge: judgeDatabaseConnections,
}

var connectionSteps = []string{
	"Lower database.args.cp_max in the worker file of processes that do little (it needs a `database:` section of its own there) and restart them.",
	"Raise max_connections in postgresql.conf and restart PostgreSQL. Each connection costs memory; Synapse answers errors during the restart.",
}

// connections is PostgreSQL's side of the budget.
type connections struct {
	Allowed  int64 // max_connections
	Reserved int64 // for superusers and the like
	Limit    int64 // of this database; -1: none
	Open     int64 // of all databases
	Here     int64 // of this database
	Replica  bool
}

// Settings and numbers of connections are readable by every role. reserved_connections exists since PostgreSQL 16.
const connectionsSQL = `SELECT current_setting('max_connections')::bigint AS allowed,
  current_setting('superuser_reserved_connections')::bigint
    + coalesce(nullif(current_setting('reserved_connections', true), ''), '0')::bigint AS reserved,
  d.datconnlimit::bigint AS "limit",
  (SELECT coalesce(sum(numbackends), 0) FROM pg_catalog.pg_stat_database)::bigint AS open,
  pg_catalog.pg_stat_get_db_numbackends(d.oid)::bigint AS here,
  pg_catalog.pg_is_in_recovery() AS replica
FROM pg_catalog.pg_database d WHERE d.datname = current_database()`

func readConnections(ctx context.Context, tx query.Tx, _ ReadInput) (any, error) {
	rows, err := query.Rows[connections](ctx, tx, connectionsSQL)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0], nil
}

// available is what ordinary users may open in this database.
func (c connections) available() int64 {
	free := c.Allowed - c.Reserved
	if c.Limit >= 0 {
		free = min(free, c.Limit)
	}
	return max(free, 1)
}

func judgeDatabaseConnections(in Input) []Finding {
	if !in.Has(connectionPools) {
		return metricMissing(metrics.PoolMaxThreads)
	}
	pools, threads, several := in.Total(connectionPools), in.Total(connectionThreads), len(in.Samples(connectionPools)) > 1
	sum := fmt.Sprintf("The pools of %s may open %.0f connections (up to %.0f each)", words.Count(in.Total(connectionOwners), "process", "processes"), pools, in.Total(connectionEach))
	c, ok := in.Rows.(connections)
	switch {
	case !ok:
		return UnknownFinding(sum + ". How many PostgreSQL allows is unknown: " + in.RowsMissing)
	case c.Replica:
		return UnknownFinding(fmt.Sprintf("%s. PostgreSQL is a replica, which allows %d for ordinary users; the primary may allow fewer.", sum, c.available()))
	}
	free := float64(c.available())
	value, open := pools/free, float64(c.Open)/free
	if c.Limit >= 0 {
		open = max(open, float64(c.Here)/free)
	}
	f := Finding{Value: &value, Threshold: limits.At(in.Warning), Evidence: fmt.Sprintf("%s; PostgreSQL allows %d for ordinary users. Open now: %d, of which %d in this database.", sum, c.available(), c.Open, c.Here)}
	switch {
	case open >= in.Critical:
		f.Severity, f.Value, f.Threshold = Critical, &open, limits.At(in.Critical)
		f.Title = "PostgreSQL nearly out of connections"
		f.Steps = append([]string{"Run `SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC` as a role that may see all sessions, and fix a program that leaks connections."}, connectionSteps...)
	case threads > connectionsPooled.Value*float64(c.Here):
		f.Evidence = fmt.Sprintf("%s and have %.0f threads for them, but %d are open in PostgreSQL: a pooler seems to be in between. Its limits decide, and they are not visible here.", sum, threads, c.Here)
	case value > in.Warning:
		f.Severity, f.Steps = Warning, connectionSteps
		if several {
			f.Severity = Info
			f.Evidence = fmt.Sprintf("%s in several databases; PostgreSQL allows %d for ordinary users. If the databases are on different servers, each has its own limit.", sum, c.available())
		}
	}
	return []Finding{f}
}
