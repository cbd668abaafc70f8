package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// session signs in as a role and begins with a statement, under an application's name; it ends with the test.
func session(t *testing.T, db, user, application, sql string) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(server.DSN(db))
	if err != nil {
		t.Fatal(err)
	}
	config.RuntimeParams["application_name"] = application
	if user != "" { // else the superuser
		config.User, config.Password = user, password
	}
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	return conn
}

// waiting lets sessions of Synapse wait for a statement until the test ends.
func waiting(t *testing.T, db, user, sql string, number int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}, number)
	for range number {
		conn := session(t, db, user, "", "BEGIN")
		go func() {
			_, _ = conn.Exec(ctx, sql)
			ended <- struct{}{}
		}()
	}
	t.Cleanup(func() {
		cancel()
		for range number {
			<-ended
		}
	})
	for range 100 {
		conn := session(t, db, "", "look", "SELECT")
		var n int
		if err := conn.QueryRow(t.Context(), "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted").Scan(&n); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close(t.Context())
		if n >= number {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("nobody waits")
}

// lockedServer is a homeserver whose tables belong to a role of their own.
func lockedServer(t *testing.T, name string) settings.Postgres {
	t.Helper()
	c := own(t, name)
	admin(t, name, "CREATE ROLE "+name+"_synapse LOGIN PASSWORD '"+password+"'; GRANT ALL ON ALL TABLES IN SCHEMA public TO "+name+"_synapse; ALTER TABLE events OWNER TO "+name+"_synapse")
	return c
}

func lockFinding(t *testing.T, c settings.Postgres) map[string]found {
	t.Helper()
	short := 0.2
	options := settings.Settings{
		DatasourceUID: "uid", ScrapeInterval: 15 * time.Second, QueryTimeout: 25 * time.Second,
		Thresholds: map[string]settings.Threshold{"database-locks": {Warning: &short}},
	}
	request, err := diagnosis.Type().Decode([]byte(`{"checks": ["database-locks"]}`))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // longer than the threshold
	within := query.Align(time.Now().Add(-time.Hour), time.Now(), time.Minute, options.ScrapeInterval)
	frames, err := query.NewRunner(options, nothing{}, client(t, c)).Run(t.Context(), diagnosis.Type(), request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]found{}
	severity, subject := values[string](t, frames[0], "severity"), values[string](t, frames[0], "subject")
	evidence, advice := values[string](t, frames[0], "evidence"), values[string](t, frames[0], "advice")
	for i := range severity {
		all[subject[i]] = found{severity[i], evidence[i], advice[i]}
	}
	return all
}

func onlyOne(t *testing.T, all map[string]found) found {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("%d findings: %v", len(all), all)
	}
	for _, f := range all {
		return f
	}
	return found{}
}

// A table that the whole homeserver needs is locked by a forgotten session: every other read of the plugin that touches it
// fails, and this one answers, with what each role may see.
func TestLocksOfRealSessions(t *testing.T) {
	since(t, 14) // pg_locks.waitstart: before it, one read does not tell how long somebody waits
	c := lockedServer(t, "held")
	quiet := onlyOne(t, lockFinding(t, c))
	if quiet.severity != "ok" || !strings.Contains(quiet.evidence, "No session waits") {
		t.Errorf("before: %+v", quiet)
	}
	holder := session(t, "held", "", "forgotten psql", "BEGIN; LOCK TABLE events, local_current_membership IN ACCESS EXCLUSIVE MODE")
	if _, err := holder.Exec(t.Context(), "SELECT 'secret of a room' AS x"); err != nil {
		t.Fatal(err)
	}
	waiting(t, "held", "held_synapse", "SELECT count(*) FROM events", 4)
	wantLocked := func(f found, more, less string) {
		t.Helper()
		for _, want := range []string{"4 sessions wait for a lock on events", "Synapse's: 4", "forgotten psql", "AccessExclusiveLock on events", more} {
			if f.severity != "critical" || !strings.Contains(f.evidence, want) {
				t.Errorf("no %q in %+v", want, f)
			}
		}
		if strings.Contains(f.evidence, less) || strings.Contains(f.evidence+f.advice, "secret") {
			t.Errorf("%q, or what the session does, in %+v", less, f)
		}
	}
	wantLocked(onlyOne(t, lockFinding(t, c)), "the longest for", "idle in transaction")
	admin(t, "held", "GRANT pg_monitor TO held")
	wantLocked(onlyOne(t, lockFinding(t, c)), "idle in transaction, open for", "no application name")
}

// Who waits for a row waits for the transaction that wrote it, and a session that waits itself is not the one to blame.
func TestLocksOfRows(t *testing.T) {
	since(t, 14) // pg_locks.waitstart
	c := lockedServer(t, "rowlock")
	admin(t, "rowlock", "GRANT pg_read_all_stats TO rowlock")
	_ = session(t, "rowlock", "", "script", "BEGIN; UPDATE rooms SET is_public = is_public")
	waiting(t, "rowlock", "rowlock_synapse", "UPDATE rooms SET is_public = is_public", 3)
	f := onlyOne(t, lockFinding(t, c))
	if f.severity != "critical" || !strings.Contains(f.evidence, "3 sessions wait for a lock on rooms") || !strings.Contains(f.evidence, "(script), RowExclusiveLock on rooms, idle in transaction") {
		t.Errorf("%+v", f)
	}
}

// Worker locks are as old as the time between two reads that find the same token; without the grant the rest is answered.
func TestWorkerLocks(t *testing.T) {
	c := lockedServer(t, "workerlock")
	admin(t, "workerlock", `INSERT INTO worker_locks VALUES ('dead', '!secret:example.org', 'worker9', 'old', 1)`)
	admin(t, "workerlock", `INSERT INTO worker_read_write_locks VALUES ('purge', '!secret:example.org', 'worker1', true, 'kept', extract(epoch FROM now()) * 1000)`)
	db, memory := client(t, c), query.NewMemory()
	check, _ := checks.Find("database-locks")
	read := func(after time.Duration) []checks.Finding {
		t.Helper()
		in := checks.NewInput("example.org", time.Now(), checks.Scope{}, settings.Settings{}, check, nil)
		if err := db.ReadApart(t.Context(), 0, func(ctx context.Context, tx query.Tx) (err error) {
			in.Rows, err = check.Read(ctx, tx, checks.ReadInput{Now: homeserver.Now.Add(after), Memory: memory})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return check.Judge(in)
	}
	if f := read(0)[0]; f.Severity != checks.OK || !strings.Contains(f.Evidence, "Worker locks in use: 1") {
		t.Errorf("at first %+v", f)
	}
	if f := read(11 * time.Minute)[0]; f.Severity != checks.Info || f.Subject.Name != "purge of worker1" || strings.Contains(f.Evidence, "secret") {
		t.Errorf("later %+v", f)
	}
	admin(t, "workerlock", "REVOKE ALL ON worker_read_write_locks FROM workerlock; REVOKE ALL (lock_name, instance_name, token, last_renewed_ts) ON worker_read_write_locks FROM workerlock")
	if f := read(22 * time.Minute)[0]; f.Severity != checks.OK || !strings.Contains(f.Evidence, "may not be read") {
		t.Errorf("without the grant %+v", f)
	}
	admin(t, "workerlock", "DROP TABLE worker_read_write_locks")
	if f := read(33 * time.Minute)[0]; f.Severity != checks.OK || strings.Contains(f.Evidence, "may not be read") {
		t.Errorf("of a Synapse without the table %+v", f)
	}
}

// Where every connection of the pool is busy, a read on a connection of its own still answers.
func TestReadApartWithABusyPool(t *testing.T) {
	c := config()
	c.MaxConnections = 1
	db := client(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	busy, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		_ = db.Read(ctx, 0, func(ctx context.Context, tx query.Tx) error {
			close(busy)
			_, err := query.Rows[struct{ X string }](ctx, tx, "SELECT pg_sleep(60)::text AS x")
			return err
		})
	}()
	<-busy
	err := db.ReadApart(t.Context(), 0, func(ctx context.Context, tx query.Tx) error {
		_, err := query.Rows[struct{ N int64 }](ctx, tx, "SELECT count(*) AS n FROM pg_catalog.pg_locks")
		return err
	})
	cancel()
	<-ended
	if err != nil {
		t.Error(err)
	}
}
