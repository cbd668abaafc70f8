package postgres

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const marker = "/* " + applicationName + " */ "

// guestTx is one transaction of ours.
type guestTx struct {
	conn   *pgx.Conn
	schema string // of Synapse's tables, as the role finds them; "" where it finds none
	asked  *asked
}

// asked are the statements of one transaction, and the limit that each has.
type asked struct {
	limit    time.Duration
	circuits *circuits // nil: none of them opens one
	all      []string
}

// last is the statement that runs, or ran last.
func (a *asked) last() string {
	if len(a.all) == 0 {
		return ""
	}
	return a.all[len(a.all)-1]
}

// Query runs a statement with our marker, by which an admin finds it in logs and in pg_stat_statements.
func (t guestTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if t.asked.circuits != nil {
		if err := t.asked.circuits.blocked(sql, t.asked.limit, time.Now()); err != nil {
			return nil, err
		}
	}
	t.asked.all = append(t.asked.all, sql)
	meters.statements.Inc()
	rows, err := t.conn.Query(ctx, marker+qualify(sql, t.schema), args...)
	return readableRows{rows}, err
}

// named finds where a statement names a table of Synapse.
var named = regexp.MustCompile(`\b(FROM|JOIN)\s+(` + strings.Join(tables(), "|") + `)\b|\bto_regclass\('(\w+)'\)`)

// qualify puts the schema before Synapse's tables, which no search_path leads to (see beginSQL): a table that it
// misses is not found, never another one. Statements keep the plain names, as people write them.
func qualify(sql, schema string) string {
	if schema == "" {
		schema = "public" // where PostgreSQL says what is wrong
	}
	prefix := quote(schema) + "."
	return named.ReplaceAllStringFunc(sql, func(place string) string {
		found := named.FindStringSubmatch(place)
		if table := found[2]; table != "" {
			return strings.TrimSuffix(place, table) + prefix + table
		}
		return "to_regclass('" + strings.ReplaceAll(prefix, "'", "''") + found[3] + "')"
	})
}

// readableRows repair text that is not UTF-8: one such name would make a whole answer unsendable.
type readableRows struct{ pgx.Rows }

// Next counts the rows.
func (r readableRows) Next() bool {
	there := r.Rows.Next()
	if there {
		meters.rows.Inc()
	}
	return there
}

func (r readableRows) Scan(into ...any) error {
	if err := r.Rows.Scan(into...); err != nil {
		return err
	}
	for _, place := range into {
		switch text := place.(type) {
		case *string:
			*text = strings.ToValidUTF8(*text, "\uFFFD")
		case **string:
			if *text != nil {
				**text = strings.ToValidUTF8(**text, "\uFFFD")
			}
		}
	}
	return nil
}
