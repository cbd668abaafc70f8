package postgres_test

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// traps make, in the schema public, an operator of each name of :operators for each pair of types, and functions of each name of
// :functions. PostgreSQL prefers what fits the types exactly, wherever it is on the search_path, to its own with a
// conversion. Nobody may execute them: a statement that would call one fails before its first row, even if it has none.
const traps = `CREATE ROLE mallory; GRANT CREATE, USAGE ON SCHEMA public TO mallory; SET ROLE mallory;
DO $do$
DECLARE
  types text[] := '{smallint,integer,bigint,real,double precision,numeric,text,character varying,"char",name,oid,regclass,xid,boolean,timestamptz,timestamp,date,interval,pg_lsn,text[],name[],bigint[]}';
  few text[] := '{integer,bigint,real,double precision,numeric,text,name,oid,regclass,timestamptz,interval,text[]}';
  a text; b text; o text; f text;
BEGIN
  FOREACH a IN ARRAY types LOOP FOREACH b IN ARRAY types LOOP
    EXECUTE format('CREATE FUNCTION public.trap(%s, %s) RETURNS boolean LANGUAGE sql AS $f$SELECT true$f$', a, b);
    FOREACH o IN ARRAY :operators LOOP
      EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.trap)', o, a, b);
    END LOOP;
  END LOOP; END LOOP;
  FOREACH f IN ARRAY :functions LOOP
    EXECUTE format('CREATE FUNCTION public.%I() RETURNS boolean LANGUAGE sql AS $f$SELECT true$f$', f);
    FOREACH a IN ARRAY few LOOP
      EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS boolean LANGUAGE sql AS $f$SELECT true$f$', f, a);
      FOREACH b IN ARRAY few LOOP
        EXECUTE format('CREATE FUNCTION public.%I(%s, %s) RETURNS boolean LANGUAGE sql AS $f$SELECT true$f$', f, a, b);
      END LOOP;
    END LOOP;
  END LOOP;
  REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
END $do$`

var (
	operatorName = regexp.MustCompile(`[-+*/<>=~!@#%^&|]+`)
	functionName = regexp.MustCompile(`(\w+)\(`)
)

// plant has another role make its traps, where it may create as everybody may in the schema public up to PostgreSQL 14.
func plant(t *testing.T, database string, all map[string]string) {
	t.Helper()
	operators, functions := map[string]bool{"=": true, "~~": true, "!~~": true}, map[string]bool{}
	for _, sql := range all {
		for _, name := range operatorName.FindAllString(strings.ReplaceAll(sql, "*)", ")"), -1) {
			operators[name] = true
		}
		for _, match := range functionName.FindAllStringSubmatch(sql, -1) {
			functions[strings.ToLower(match[1])] = true
		}
	}
	list := func(names map[string]bool) string {
		return "'{" + strings.Join(slices.Sorted(maps.Keys(names)), ",") + "}'::text[]"
	}
	admin(t, database, strings.NewReplacer(":operators", list(operators), ":functions", list(functions)).Replace(traps))
}

// TestPlantedOperatorsAndFunctions: what another role puts into Synapse's schema never runs with the rights of ours.
func TestPlantedOperatorsAndFunctions(t *testing.T) {
	since(t, 11) // CREATE OPERATOR … FUNCTION
	c := own(t, "planted")
	admin(t, "planted", `GRANT pg_read_all_stats TO planted`)
	plant(t, "planted", statements(t))
	wantArmed(t, c)
	wantEverything(t, client(t, c))
}

// TestSchema: Synapse's tables are where the role's search_path says, whatever that schema is called.
func TestSchema(t *testing.T) {
	since(t, 12) // pg_stat_progress_create_index, which is read from there on
	c := own(t, "moved")
	admin(t, "moved", `GRANT pg_read_all_stats TO moved; ALTER SCHEMA public RENAME TO "Synapse's ""own"" schema"`)
	_, err := client(t, c).Owner(t.Context())
	fault := wantFault(t, err, upstream.NotSynapse, upstream.Downstream)
	_, statement, _ := strings.Cut(fault.Remedy, "\n")
	admin(t, "moved", statement)
	wantEverything(t, client(t, c))
}

// wantEverything: all works, also those statements that are asked in special cases only.
func wantEverything(t *testing.T, db *postgres.Client) {
	t.Helper()
	askEverything(t, db)
	for _, aspect := range db.Probe(t.Context()) {
		if aspect.Status != upstream.OK {
			t.Errorf("%+v", aspect)
		}
	}
	for name, sql := range statements(t) {
		err := db.Read(t.Context(), 0, func(ctx context.Context, tx query.Tx) error {
			rows, err := tx.Query(ctx, sql, noValues(sql)...)
			if err != nil {
				return err
			}
			rows.Close()
			return rows.Err()
		})
		if err != nil {
			t.Errorf("%s: %v (%v)", name, err, errors.Unwrap(err))
		}
	}
}

// wantArmed: without the plugin's care a trap is stepped on.
func wantArmed(t *testing.T, c settings.Postgres) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, server.UserDSN(c.User, string(c.Password), c.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx) //nolint:errcheck // the server goes away with the tests
	for _, sql := range []string{"SELECT reltuples > 0 FROM pg_class", "SELECT pg_relation_size('events'::regclass::oid)"} {
		_, err = conn.Exec(ctx, sql)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "42501" || !strings.Contains(pg.Message, "function") {
			t.Errorf("%s gives %v, want a trap", sql, err)
		}
	}
}
