package metrics

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A metric has one home: no string outside this folder names one.
func TestMetricsAreNamedHereOnly(t *testing.T) {
	looksLikeMetric := regexp.MustCompile(`\b(synapse|python|process|jemalloc|scrape)_[a-z0-9_]+`)
	texts := 0
	for path, text := range literals(t) {
		texts++
		for _, name := range looksLikeMetric.FindAllString(text, -1) {
			if _, known := Find(name); known {
				t.Errorf("%s names %s: use its value of this package", path, name)
			}
		}
	}
	if texts < 1000 {
		t.Errorf("only %d texts in the sources", texts)
	}
}

// literals gives every string of the plugin's Go files outside this folder, with its file.
func literals(t *testing.T) func(yield func(path, text string) bool) {
	t.Helper()
	type found struct{ path, text string }
	var all []found
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, filepath.Join(root, "synapse", "metrics")+string(filepath.Separator)) {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					all = append(all, found{path, text})
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(path, text string) bool) {
		for _, f := range all {
			if !yield(f.path, f.text) {
				return
			}
		}
	}
}
