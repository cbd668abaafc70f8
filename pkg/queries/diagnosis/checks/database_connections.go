package checks

import (
	"context"
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	// connectionReserve is what should stay free for psql, backups, bridges and this data source. Source: ours.
	connectionReserve = 10
	// connectionsNearly is the part of the connections from which the next programs may be refused. Source: ours.
	connectionsNearly = 0.95
	// pooled times as many threads as connections: a thread opens its connection when it is first used, so a few more
	// threads than connections are normal. Source: ours.
	pooled = 2
)

var databaseConnections = Check{
	ID:      "database-connections",
	Title:   "The connection pools may ask for more connections than PostgreSQL has",
	Meaning: "Each process opens up to database.args.cp_max connections. All of them together must fit into PostgreSQL's max_connections, or processes are refused when they need them most.",
	Decides: "The connections that the pools of all processes may open together, divided by those that PostgreSQL has for ordinary users: more than 1 is a warning. " +
		"At least 95 % of PostgreSQL's connections in use now is critical. Where Synapse has more than twice as many threads for connections as PostgreSQL has connections, a pooler (PgBouncer) stands between, and the sum is not judged.",
	Source: "Synapse's thread pool metrics against PostgreSQL's settings max_connections, superuser_reserved_connections and reserved_connections. The 95 % are ours.",
	CannotKnow: "Everything on a replica, which has connections and limits of its own. Limits of the role that Synapse signs in with, and pools of other programs. Where Synapse has several databases, their pools are added up, though they may be on different servers. " +
		"Processes that Prometheus does not scrape are missing.",
	Unit:    "percentunit",
	Warning: Threshold(1), Critical: Threshold(connectionsNearly),
	TwoNumbers: true,
	Measures: func(w Where) map[string]string {
		w = w.Homeserver()
		by := "sum by (server_name, name) "
		return map[string]string{
			"pools":   by + "(synapse_threadpool_max_threads" + w.Selector(poolName) + ")",
			"threads": by + "(synapse_threadpool_total_threads" + w.Selector(poolName) + ")",
			"each":    "max " + PerServer + "(synapse_threadpool_max_threads" + w.Selector(poolName) + ")",
			"many":    "count " + PerServer + "(count " + PerProcess + "(synapse_threadpool_max_threads" + w.Selector(poolName) + "))",
		}
	},
	Read: readConnections, ReadOnce: "connections",
	Judge: judgeDatabaseConnections,
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

// readConnections reads the budget.
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
	if !in.Has("pools") {
		return Absent("synapse_threadpool_max_threads")
	}
	pools, threads, several := in.Total("pools"), in.Total("threads"), len(in.Samples("pools")) > 1
	sum := fmt.Sprintf("The connection pools of %s may open %.0f connections together, up to %.0f each, and have %.0f threads for them so far.",
		counted(int64(in.Total("many")), "process", "processes"), pools, in.Total("each"), threads)
	if several {
		sum += " These are pools of several databases; if they are on different servers, each has its own budget."
	}
	c, ok := in.Rows.(connections)
	if !ok {
		return Blind(sum + " How many PostgreSQL allows is not known: " + in.RowsMissing)
	}
	if c.Replica {
		return Blind(fmt.Sprintf("%s PostgreSQL is a replica, which has %d for ordinary users. The primary may have fewer; what is open there, and whether a pooler stands between, can be seen there only.", sum, c.available()))
	}
	free := float64(c.available())
	sum += fmt.Sprintf(" PostgreSQL has %d for ordinary users (max_connections %d, %d reserved); %d are open now, %d of them to this database.",
		c.available(), c.Allowed, c.Reserved, c.Open, c.Here)
	value, open := pools/free, float64(c.Open)/free
	if c.Limit >= 0 {
		open = max(open, float64(c.Here)/free)
	}
	f := Finding{Evidence: sum, Value: &value, Threshold: Threshold(in.Warning)}
	switch {
	case open >= in.Critical:
		f.Severity, f.Value, f.Threshold = Critical, &open, Threshold(in.Critical)
		f.Title = "PostgreSQL is nearly out of connections"
		f.Advice = "See who holds them (pg_stat_activity, with a role that may read it): a program that leaks connections is put right at its source. " + lessOrMore
	case threads > pooled*float64(c.Here):
		f.Evidence += " Far fewer are open in PostgreSQL than Synapse has threads for, so a pooler seems to stand between them: its limits decide, and they are not visible here."
	case value > in.Warning:
		f.Severity = Warning
		f.Advice = "That is harmless as long as the pools don't fill up at the same time, which they do when the database is slow. " + lessOrMore
		if several {
			f.Severity = Info
		}
	}
	return []Finding{f}
}

const lessOrMore = "Processes that do little need few connections: lower database.args.cp_max for them first; it takes a restart of these processes. " +
	"Raising PostgreSQL's max_connections costs memory for each connection and takes a restart of PostgreSQL."
