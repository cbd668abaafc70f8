package advice

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// text is a sentence of the product, and where it is written.
type text struct{ where, text string }

// texts are all strings of the code that people may read: those with spaces that are no query.
func texts(t *testing.T) []text {
	t.Helper()
	var all []text
	files := token.NewFileSet()
	err := filepath.WalkDir("../../pkg", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			expression, is := node.(ast.Expr)
			if !is {
				return true
			}
			joined, whole := fold(expression)
			if whole && isProse(joined) {
				all = append(all, text{files.Position(node.Pos()).String(), joined})
			}
			return !whole
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// fold joins the literals of a sum of strings; what is not a literal stands as a blank.
func fold(expression ast.Expr) (joined string, isText bool) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		value, err := strconv.Unquote(e.Value)
		return value, err == nil
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		left, is := fold(e.X)
		right, also := fold(e.Y)
		return left + " " + right, is || also
	}
	return "", false
}

// isProse leaves out queries, which are checked by running them.
func isProse(s string) bool {
	if !strings.Contains(s, " ") {
		return false
	}
	for _, sign := range []string{"by (", "FROM ", "on (", "{{", "pg_catalog.", `=~"`, `="%s"`} {
		if strings.Contains(s, sign) && !strings.Contains(s, ". ") {
			return false
		}
	}
	return true
}
