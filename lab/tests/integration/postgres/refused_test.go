package postgres_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

func TestRefused(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	_ = closed.Close()
	for name, c := range map[string]struct {
		change func(*settings.Postgres)
		kind   upstream.Kind
	}{
		"wrong password":   {func(c *settings.Postgres) { c.Password = "wrong" }, upstream.Auth},
		"unknown user":     {func(c *settings.Postgres) { c.User = "stranger" }, upstream.Auth},
		"unknown database": {func(c *settings.Postgres) { c.User, c.Database = "postgres", "nothing" }, upstream.Auth},
		"no TLS there":     {func(c *settings.Postgres) { c.SSLMode = "require" }, upstream.TLS},
		"nobody listens":   {func(c *settings.Postgres) { c.Host = nobody }, upstream.Unreachable},
		"unknown host":     {func(c *settings.Postgres) { c.Host = "postgres.invalid" }, upstream.Unreachable},
		"no socket":        {func(c *settings.Postgres) { c.Host = t.TempDir() }, upstream.Unreachable},
		"no port":          {func(c *settings.Postgres) { c.Host = "localhost:sql" }, upstream.Auth},
		"broken CA":        {func(c *settings.Postgres) { c.SSLMode, c.CACert = "verify-full", "nonsense" }, upstream.Auth},
	} {
		t.Run(name, func(t *testing.T) {
			settings := config()
			c.change(&settings)
			db := client(t, settings)
			_, err := db.Owner(t.Context())
			fault := wantFault(t, err, c.kind, upstream.Downstream)
			if fault.Message == "" || fault.Remedy == "" {
				t.Errorf("half a message: %+v", fault)
			}
			aspects := db.Probe(t.Context())
			if aspects[0].Status != upstream.Error || aspects[1].Status != upstream.NotChecked || aspects[0].Message != fault.Message {
				t.Errorf("probe = %+v", aspects)
			}
		})
	}
}

// TestEnvironmentIsIgnored sets all that pgx would read by itself.
func TestEnvironmentIsIgnored(t *testing.T) {
	home := t.TempDir()
	secret := filepath.Join(home, ".pgpass")
	service := filepath.Join(home, ".pg_service.conf")
	write(t, secret, "*:*:*:*:wrong\n")
	write(t, service, "[elsewhere]\nhost=192.0.2.1\nuser=stranger\nsearch_path=nowhere\noptions=-c statement_timeout=1\n")
	for name, value := range map[string]string{
		"HOME": home, "PGHOST": "192.0.2.1", "PGPORT": "1", "PGDATABASE": "nothing", "PGUSER": "stranger", "PGPASSWORD": "wrong",
		"PGPASSFILE": secret, "PGAPPNAME": "someone", "PGCONNECT_TIMEOUT": "1", "PGSSLMODE": "verify-full", "PGSSLKEY": secret,
		"PGSSLCERT": secret, "PGSSLCERTMODE": "require", "PGSSLSNI": "0", "PGSSLROOTCERT": secret, "PGSSLPASSWORD": "x",
		"PGSSLNEGOTIATION": "direct", "PGTARGETSESSIONATTRS": "standby", "PGSERVICE": "elsewhere", "PGSERVICEFILE": service,
		"PGTZ": "Asia/Tokyo", "PGOPTIONS": "-c statement_timeout=1", "PGMINPROTOCOLVERSION": "3.2", "PGMAXPROTOCOLVERSION": "3.2",
		"PGCHANNELBINDING": "require", "PGREQUIREAUTH": "none",
	} {
		t.Setenv(name, value)
	}
	seen, err := one(t.Context(), client(t, config()), `SELECT current_user || ' ' || current_database() || ' ' ||
		current_setting('application_name') || ' ' || current_setting('TimeZone') || ' ' || current_setting('statement_timeout')`)
	if err != nil || seen != `grafana synapse matrix-synapse-datasource UTC 10s` {
		t.Errorf("the database sees %q, %v", seen, err)
	}
	// Without a password of ours, none may be taken from elsewhere.
	c := config()
	c.Password = ""
	t.Setenv("PGPASSWORD", password)
	write(t, secret, "*:*:*:*:"+password+"\n")
	_, err = client(t, c).Owner(t.Context())
	_ = wantFault(t, err, upstream.Auth, upstream.Downstream)
	// The one that can't be named away: an unreadable service is an error that says what to do.
	t.Setenv("PGSERVICE", "missing")
	_, err = client(t, config()).Owner(t.Context())
	if fault := wantFault(t, err, upstream.Unreachable, upstream.Downstream); !strings.Contains(fault.Remedy, "PGSERVICE") {
		t.Errorf("remedy: %s", fault.Remedy)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestMissingGrants runs exactly the statements that the error names, and nothing else.
func TestMissingGrants(t *testing.T) {
	for name, revoke := range map[string]string{
		"all":        "",
		"no schema":  "USAGE",
		"one column": "rejection_reason",
	} {
		t.Run(name, func(t *testing.T) {
			poor := `poor "` + name + `" role`
			quoted := `"poor ""` + name + `"" role"`
			admin(t, synapse, "CREATE ROLE "+quoted+" LOGIN PASSWORD 'p'; REVOKE ALL ON SCHEMA public FROM PUBLIC")
			switch revoke {
			case "USAGE":
			case "":
				admin(t, synapse, "GRANT USAGE ON SCHEMA public TO "+quoted)
			default:
				sql := strings.ReplaceAll(postgres.RoleSQL(role, synapse), `"grafana"`, quoted)
				_, grants, _ := strings.Cut(sql, "GRANT")
				admin(t, synapse, "GRANT"+strings.ReplaceAll(grants, ", "+revoke, ""))
			}
			c := config()
			c.User, c.Password = poor, "p"
			db := client(t, c)
			err := askRooms(t, db)
			fault := wantFault(t, err, upstream.MissingGrant, upstream.Downstream)
			_, statements, ok := strings.Cut(fault.Remedy, "\n")
			if !ok {
				t.Fatalf("remedy: %s", fault.Remedy)
			}
			if aspect := db.Probe(t.Context())[1]; aspect.Remedy != fault.Remedy {
				t.Errorf("the health check says %+v", aspect)
			}
			if revoke == "rejection_reason" && strings.Count(statements, "GRANT") != 1 {
				t.Errorf("more than the missing grant: %s", statements)
			}
			admin(t, synapse, statements)
			if err := askRooms(t, db); err != nil {
				t.Errorf("after %s: %v", statements, err)
			}
			for _, aspect := range db.Probe(t.Context()) {
				if aspect.Status != upstream.OK {
					t.Errorf("%+v", aspect)
				}
			}
			admin(t, synapse, "DROP OWNED BY "+quoted+"; DROP ROLE "+quoted)
		})
	}
}

// TestMissingNames: what only decorates costs its columns, never the answer.
func TestMissingNames(t *testing.T) {
	sql := strings.ReplaceAll(postgres.RoleSQL(role, synapse), `"grafana"`, `"unnamed"`)
	admin(t, synapse, sql+"; REVOKE ALL ON rooms, room_stats_current FROM unnamed; REVOKE ALL (name) ON room_stats_state FROM unnamed")
	c := config()
	c.User = "unnamed"
	frame := ask(t, client(t, c), `{}`, query.View{ShowRooms: true})
	if frame.Rows() < 5 {
		t.Errorf("%d rooms", frame.Rows())
	}
	for _, name := range values[*string](t, frame, "name") {
		if name != nil {
			t.Errorf("a name: %s", *name)
		}
	}
	wantNotice(t, frame, "names the missing grants")
	for _, f := range diagnoseRooms(t, client(t, c), query.View{ShowRooms: true}, "extremities") {
		if f.severity == "unknown" {
			t.Errorf("a check is blind: %+v", f)
		}
	}
	admin(t, synapse, "DROP OWNED BY unnamed; DROP ROLE unnamed")
}

func TestNotSynapse(t *testing.T) {
	c := config()
	c.Database = "empty"
	db := client(t, c)
	fault := wantFault(t, askRooms(t, db), upstream.NotSynapse, upstream.Downstream)
	if !strings.Contains(fault.Message, `"empty" is not Synapse's`) {
		t.Error(fault.Message)
	}
	aspects := db.Probe(t.Context())
	if aspects[0].Status != upstream.OK || aspects[1].Status != upstream.NotChecked || aspects[2].Status != upstream.Error {
		t.Errorf("probe = %+v", aspects)
	}
}

// TestOlderSchema: a table that an old Synapse does not have is named, with the version.
func TestOlderSchema(t *testing.T) {
	admin(t, synapse, "ALTER TABLE partial_state_rooms RENAME TO hidden")
	defer admin(t, synapse, "ALTER TABLE hidden RENAME TO partial_state_rooms")
	fault := wantFault(t, askRooms(t, client(t, config())), upstream.NotSynapse, upstream.Downstream)
	if !strings.Contains(fault.Message, "schema version 94, which lacks partial_state_rooms") {
		t.Error(fault.Message)
	}
}

func TestProbeOfAHealthyDatabase(t *testing.T) {
	aspects := client(t, config()).Probe(t.Context())
	for i, want := range []string{"postgres", "grants", "schema"} {
		if aspects[i].Aspect != want || aspects[i].Status != upstream.OK || aspects[i].Remedy != "" {
			t.Errorf("%+v", aspects[i])
		}
		t.Log(aspects[i].Message)
	}
}

func askRooms(t *testing.T, db query.Database) error {
	t.Helper()
	_, err := try(db, `{}`, query.View{})
	return err
}
