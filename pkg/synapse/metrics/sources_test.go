package metrics

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every metric that a string of the plugin names, or whose name it begins, is declared.
func TestEverySourceNamesDeclaredMetrics(t *testing.T) {
	looksLikeMetric := regexp.MustCompile(`\b(synapse|python|process|jemalloc|scrape)_[a-z0-9_]+`)
	notMetrics := map[string]string{
		"process_event_queue_for_federation": "a background job", "scrape_configs": "Prometheus' configuration",
		"scrape_timeout": "Prometheus' configuration", "scrape_interval": "Prometheus' configuration",
		"process_rooms": "a transaction", "synapse_admin": "an address of the admin API",
		"synapse_port_db": "a program of Synapse",
	}
	named := 0
	for path, text := range literals(t) {
		for _, name := range looksLikeMetric.FindAllString(text, -1) {
			if notMetrics[name] != "" {
				continue
			}
			named++
			if _, known := Find(name); !known && !begins(name) {
				t.Errorf("%s names %s, which is not declared", path, name)
			}
		}
	}
	if named < 50 {
		t.Errorf("only %d names of metrics in the sources", named)
	}
}

// begins tells whether a text is the beginning of a metric's name that a source completes.
func begins(text string) bool {
	return slices.ContainsFunc(All(), func(m *Metric) bool {
		return slices.ContainsFunc(m.suffixes(), func(suffix string) bool {
			return strings.HasPrefix(m.Name+suffix, strings.TrimSuffix(text, "_")+"_")
		})
	})
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
