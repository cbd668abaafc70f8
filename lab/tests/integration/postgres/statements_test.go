package postgres_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/tables"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

var (
	isStatement = regexp.MustCompile(`^(SELECT|WITH)\s[\s\S]*(\sFROM\s|_privilege\()`)
	parameter   = regexp.MustCompile(`\$(\d+)`)
)

// statements are all SQL constants of the plugin, by name, as its source has them.
func statements(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir("../../../../pkg", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for i, value := range spec.Values {
					if sql := text(value); isStatement.MatchString(sql) {
						found[filepath.Base(filepath.Dir(path))+"."+spec.Names[i].Name] = sql
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil || len(found) < 20 {
		t.Fatalf("only %d statements in the source, %v", len(found), err)
	}
	return found
}

// text is what a literal, or a sum of literals, says.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		said, _ := strconv.Unquote(e.Value)
		return said
	case *ast.BinaryExpr:
		return text(e.X) + text(e.Y)
	}
	return ""
}

// noValues are parameters without a value, as many as a statement has.
func noValues(sql string) []any {
	most := 0
	for _, match := range parameter.FindAllStringSubmatch(sql, -1) {
		n, _ := strconv.Atoi(match[1])
		most = max(most, n)
	}
	return make([]any, most)
}

// overheard is a database that keeps the statements that it is asked, and their failures.
type overheard struct {
	query.Database
	mu     sync.Mutex
	asked  []string
	failed []error
}

func (o *overheard) Read(ctx context.Context, limit time.Duration, fn func(context.Context, query.Tx) error) error {
	err := o.Database.Read(ctx, limit, func(ctx context.Context, tx query.Tx) error { return fn(ctx, overheardTx{tx, o}) })
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.failed = append(o.failed, err)
	}
	return err
}

type overheardTx struct {
	query.Tx
	o *overheard
}

func (t overheardTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	t.o.mu.Lock()
	t.o.asked = append(t.o.asked, sql)
	t.o.mu.Unlock()
	return t.Tx.Query(ctx, sql, args...)
}

// askEverything runs all that the plugin asks PostgreSQL, as panels and rules have it asked.
func askEverything(t *testing.T, db query.Database) *overheard {
	t.Helper()
	o := &overheard{Database: db}
	ask(t, o, `{}`, query.View{ShowRooms: true})
	askFederation(t, o, `{"format": "destinations"}`, query.View{ShowDestinations: true})
	ofType(t, o, tables.Type(), `{}`)
	ofType(t, o, diagnosis.Type(), `{}`)
	for _, err := range o.failed {
		t.Errorf("a read failed: %v", err)
	}
	return o
}

// TestStatementsAreConstant: nothing that comes from a user or from a database becomes part of a statement's text.
func TestStatementsAreConstant(t *testing.T) {
	o := askEverything(t, client(t, config()))
	known := slices.Collect(maps.Values(statements(t)))
	for _, sql := range o.asked {
		if !slices.Contains(known, sql) {
			t.Errorf("this statement is no constant of the source: %s", sql)
		}
	}
	if len(o.asked) < 12 {
		t.Errorf("only %d statements were asked", len(o.asked))
	}
}
