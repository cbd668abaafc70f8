package checks

import (
	"context"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// lockState is who waits for whom in Synapse's database.
type lockState struct {
	facts    lockFacts
	waits    []lockWait
	sessions map[int64]lockSession // those that block, and those of Synapse with a long statement
	held     []lockMode
	workers  []workerLock
}

type lockFacts struct {
	Replica  bool
	AllStats bool  `db:"all_stats"`
	Sessions int64 // of Synapse's role, in this database
	// Plain and ReadWrite tell whether the role may read Synapse's two tables of locks; nil where there is none.
	Plain     *bool
	ReadWrite *bool `db:"read_write"`
}

// lockWait is a session that waits for a lock.
type lockWait struct {
	PID         int64
	Application string
	Synapse     bool // its role owns Synapse's tables
	Kind        string
	Table       *string
	Mode        string
	Blockers    []int64  // 0 is a prepared transaction
	Waits       *float64 // seconds; nil where it is not known yet
	Key         string   // names this one wait
}

// lockSession is what the role may see of a session; without pg_read_all_stats only its application.
type lockSession struct {
	PID           int64
	Application   string
	Synapse       bool
	State         *string
	Open, Running *float64 // seconds of its transaction and of its statement
	Verb          *string
	Wraparound    bool
}

type lockMode struct {
	PID         int64
	Table, Mode string
}

// workerLock is one of the locks by which Synapse's processes exclude each other. What it locks may be a room or a user, and is
// not read.
type workerLock struct {
	Name, Instance, Token string
	Held                  *time.Duration `db:"-"` // at least; nil where this read is the first to see it
}

// Only Synapse's role owns its tables. The columns of has_column_privilege stand for the table: they are granted together.
const lockFactsSQL = `SELECT pg_catalog.pg_is_in_recovery() AS replica,
  pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS all_stats,
  (SELECT count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datname = current_database()
    AND a.usesysid = (SELECT relowner FROM pg_catalog.pg_class WHERE oid = to_regclass('events'))) AS sessions,
  has_column_privilege(to_regclass('worker_locks')::oid, 'token', 'SELECT') AS plain,
  has_column_privilege(to_regclass('worker_read_write_locks')::oid, 'token', 'SELECT') AS read_write
FROM pg_catalog.pg_database d WHERE d.datname = current_database()`

// lockWaitsSQL reads what every role may see. Who waits for a row waits for its transaction, and the table is that of the row
// lock it holds meanwhile. waitstart exists since PostgreSQL 14; as JSON it may be missing. Sessions of this data source don't
// count.
const lockWaitsSQL = `SELECT w.pid::bigint AS pid, coalesce(a.application_name, '') AS application,
  coalesce(a.usesysid = (SELECT relowner FROM pg_catalog.pg_class WHERE oid = to_regclass('events')), false) AS synapse,
  w.locktype AS kind, c.relname::text AS "table", w.mode, pg_catalog.pg_blocking_pids(w.pid)::bigint[] AS blockers,
  greatest(extract(epoch FROM clock_timestamp() - (to_jsonb(w) ->> 'waitstart')::timestamptz), 0)::float8 AS waits,
  concat_ws('/', w.pid, w.virtualtransaction, w.locktype, w.mode, w.relation, w.transactionid, w.virtualxid) AS key
FROM pg_catalog.pg_locks w
JOIN pg_catalog.pg_stat_activity a ON a.pid = w.pid AND a.datname = current_database()
LEFT JOIN pg_catalog.pg_class c ON c.oid = coalesce(w.relation,
  (SELECT r.relation FROM pg_catalog.pg_locks r WHERE r.pid = w.pid AND r.granted AND r.locktype = 'tuple' LIMIT 1))
WHERE NOT w.granted AND coalesce(a.application_name, '') <> current_setting('application_name')
ORDER BY w.pid LIMIT 200`

// lockSessionsSQL takes no more of a statement than its verb, and only a known one. $1 are sessions that block, $2 is the age
// of a long statement in seconds.
const lockSessionsSQL = `SELECT a.pid::bigint AS pid, coalesce(a.application_name, '') AS application,
  coalesce(a.usesysid = o.relowner, false) AS synapse, a.state,
  extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS open,
  CASE WHEN a.state = 'active' THEN extract(epoch FROM clock_timestamp() - a.query_start)::float8 END AS running,
  substring(upper(substring(ltrim(a.query, E' \n\t') FROM 1 FOR 20))
    FROM '^(SELECT|INSERT|UPDATE|DELETE|WITH|LOCK|ALTER|CREATE|DROP|REINDEX|CLUSTER|VACUUM|ANALYZE|TRUNCATE|COPY|REFRESH|AUTOVACUUM)[^A-Z]') AS verb,
  coalesce(a.query LIKE 'autovacuum:%(to prevent wraparound)', false) AS wraparound
FROM pg_catalog.pg_stat_activity a
LEFT JOIN pg_catalog.pg_class o ON o.oid = to_regclass('events')
WHERE a.datname = current_database() AND (a.pid::bigint = ANY($1) OR a.state = 'active' AND a.backend_type = 'client backend'
  AND a.usesysid = o.relowner AND a.query_start < clock_timestamp() - $2::bigint * interval '1 second')
ORDER BY a.query_start LIMIT 100`

const lockModesSQL = `SELECT h.pid::bigint AS pid, c.relname::text AS "table", h.mode
FROM pg_catalog.pg_locks h JOIN pg_catalog.pg_class c ON c.oid = h.relation
WHERE h.granted AND h.locktype = 'relation' AND h.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND h.pid::bigint = ANY($1) AND c.relname::text = ANY($2)
ORDER BY h.pid, c.relname, h.mode LIMIT 1000`

// A lock is renewed every 30 s and void after two minutes; rows of workers that died may stay for ever. Source: storage/databases/main/lock.py.
const (
	plainLocksSQL = `SELECT lock_name AS name, instance_name AS instance, token FROM worker_locks
WHERE last_renewed_ts > extract(epoch FROM clock_timestamp()) * 1000 - 120000 ORDER BY lock_name, token LIMIT 500`
	readWriteLocksSQL = `SELECT lock_name AS name, instance_name AS instance, token FROM worker_read_write_locks
WHERE last_renewed_ts > extract(epoch FROM clock_timestamp()) * 1000 - 120000 ORDER BY lock_name, token LIMIT 500`
)

func readLocks(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	facts, err := query.Rows[lockFacts](ctx, tx, lockFactsSQL)
	if err != nil || len(facts) == 0 {
		return nil, err
	}
	l := lockState{facts: facts[0], sessions: map[int64]lockSession{}}
	if l.facts.Replica {
		return l, nil
	}
	if l.waits, err = query.Rows[lockWait](ctx, tx, lockWaitsSQL); err != nil {
		return nil, err
	}
	l.remember(in)
	blockers := l.blockers()
	sessions, err := query.Rows[lockSession](ctx, tx, lockSessionsSQL, blockers, int64(lockLongStatement.Value))
	if err != nil {
		return nil, err
	}
	for _, s := range sessions {
		l.sessions[s.PID] = s
	}
	if len(blockers) > 0 {
		if l.held, err = query.Rows[lockMode](ctx, tx, lockModesSQL, blockers, tablesOf(l.waits)); err != nil {
			return nil, err
		}
	}
	return l, l.readWorkerLocks(ctx, tx, in)
}

func (l *lockState) readWorkerLocks(ctx context.Context, tx query.Tx, in ReadInput) error {
	for _, of := range []struct {
		readable *bool
		sql      string
	}{{l.facts.Plain, plainLocksSQL}, {l.facts.ReadWrite, readWriteLocksSQL}} {
		if of.readable == nil || !*of.readable {
			continue
		}
		rows, err := query.Rows[workerLock](ctx, tx, of.sql)
		if err != nil {
			return err
		}
		l.workers = append(l.workers, rows...)
	}
	seen := since(in, "worker locks", l.workers, func(w workerLock) string { return w.Token })
	for i, w := range l.workers {
		l.workers[i].Held = seen[w.Token]
	}
	return nil
}

// remember adds how long sessions have waited where PostgreSQL does not tell.
func (l *lockState) remember(in ReadInput) {
	seen := since(in, "lock waits", l.waits, func(w lockWait) string { return w.Key })
	for i, w := range l.waits {
		if waited := seen[w.Key]; w.Waits == nil && waited != nil {
			seconds := waited.Seconds()
			l.waits[i].Waits = &seconds
		}
	}
}

// since is for how long reads have found the same things, by their names; nil where this read is the first to find one.
func since[T any](in ReadInput, key string, things []T, name func(T) string) map[string]*time.Duration {
	found := query.Recall(in.Memory, key, func(old map[string]time.Time) map[string]time.Time {
		now := make(map[string]time.Time, len(things))
		for _, thing := range things {
			first, known := old[name(thing)]
			if !known {
				first = in.Now
			}
			now[name(thing)] = first
		}
		return now
	})
	ages := map[string]*time.Duration{}
	for name, first := range found {
		if age := in.Now.Sub(first); age > 0 {
			ages[name] = &age
		}
	}
	return ages
}
