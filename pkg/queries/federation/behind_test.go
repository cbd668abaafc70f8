package federation

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"        //nolint:depguard // a fake of query.Tx needs the type of its rows
	"github.com/jackc/pgx/v5/pgconn" //nolint:depguard // the same

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// slowDatabase counts destinations, and fails where those are looked at that miss events.
type slowDatabase struct{ fault *upstream.Fault }

func (slowDatabase) Owner(context.Context) (string, error) { return "example.org", nil }

func (d slowDatabase) Read(ctx context.Context, _ time.Duration, fn func(context.Context, query.Tx) error) error {
	return fn(ctx, slowTx(d))
}

type slowTx struct{ fault *upstream.Fault }

func (t slowTx) Query(_ context.Context, sql string, _ ...any) (pgx.Rows, error) {
	switch sql {
	case behindSQL:
		return nil, t.fault
	case countSQL:
		return &rows{names: []string{"everyone", "failing", "hour", "day", "week", "oldest", "reached"}, left: 1}, nil
	}
	return &rows{}, nil
}

// rows are all zero.
type rows struct {
	pgx.Rows
	names []string
	left  int
}

func (r *rows) Next() bool { r.left--; return r.left >= 0 }

func (r *rows) FieldDescriptions() []pgconn.FieldDescription {
	all := make([]pgconn.FieldDescription, len(r.names))
	for i, name := range r.names {
		all[i].Name = name
	}
	return all
}

func (*rows) Scan(...any) error             { return nil }
func (*rows) Close()                        {}
func (*rows) Err() error                    { return nil }
func (*rows) CommandTag() pgconn.CommandTag { return pgconn.CommandTag{} }

// Where no statement may read a whole table, the failing destinations are not known, and the healthy ones are.
func TestDestinationsNotCounted(t *testing.T) {
	kind := Type()
	request, err := kind.Decode([]byte(`{"format":"destinations"}`))
	if err != nil {
		t.Fatal(err)
	}
	var db wholeTables
	options := settings.Settings{QueryTimeout: time.Minute, Postgres: settings.Postgres{WholeTable: settings.WholeTableNone}}
	frames, err := query.NewRunner(options, nil, &db).Run(t.Context(), kind, request, query.TimeRange{}, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	if text := notices(frames); !strings.Contains(text, "neither listed nor counted") || strings.Contains(text, "known destinations") {
		t.Errorf("%s", text)
	}
	if !slices.Equal(db.asked, []string{behindSQL}) {
		t.Errorf("it asked %q", db.asked)
	}
}

// wholeTables keeps what it is asked.
type wholeTables struct{ asked []string }

func (*wholeTables) Owner(context.Context) (string, error) { return "example.org", nil }

func (d *wholeTables) Read(ctx context.Context, _ time.Duration, fn func(context.Context, query.Tx) error) error {
	return fn(ctx, d)
}

func (d *wholeTables) Query(_ context.Context, sql string, _ ...any) (pgx.Rows, error) {
	d.asked = append(d.asked, sql)
	return &rows{}, nil
}

// Where PostgreSQL does not find out in time who misses events, or the role may not, the table has the failing ones.
func TestBehindNotKnown(t *testing.T) {
	slow := &upstream.Fault{Kind: upstream.Timeout, Source: upstream.Downstream, Message: "It took too long."}
	frames := ask(t, nil, slowDatabase{slow}, `{"queryType":"federation","format":"destinations"}`)
	if text := notices(frames); !strings.Contains(text, "are not listed. It took too long.") || !strings.Contains(text, "0 of 0 known destinations") {
		t.Errorf("%s", text)
	}
}
