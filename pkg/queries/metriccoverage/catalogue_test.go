package metriccoverage_test

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

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metriccatalogue"
)

// looksLikeMetric finds names of metrics in text.
var looksLikeMetric = regexp.MustCompile(`\b(synapse|python|process|jemalloc|scrape)_[a-z0-9_]+`)

// notMetrics look like one.
var notMetrics = map[string]string{
	"process_event_queue_for_federation": "a background job", "scrape_configs": "Prometheus' configuration", "scrape_timeout": "Prometheus' configuration",
	"scrape_interval": "Prometheus' configuration", "process_rooms": "a transaction", "synapse_admin": "an address of the admin API",
}

// mentioned is a metric's name, or the beginning of one, in a source file.
type mentioned struct{ name, file string }

// sources reads every string of the plugin's Go files but the catalogue's own.
func sources(t *testing.T) []mentioned {
	t.Helper()
	var all []mentioned
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "metriccatalogue") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil //nolint:nilerr // a file being written: the compiler tells
		}
		relative, err := filepath.Rel(root, path)
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(literal.Value)
			for _, name := range looksLikeMetric.FindAllString(text, -1) {
				if notMetrics[name] == "" {
					all = append(all, mentioned{name, filepath.ToSlash(relative)})
				}
			}
			return true
		})
		return err
	})
	if err != nil || len(all) < 50 {
		t.Fatalf("%d names, %v", len(all), err)
	}
	return all
}

// beginning is whether a metric's name begins with a text that the source completes.
func beginning(text string) bool {
	return slices.ContainsFunc(metriccatalogue.All, func(m metriccatalogue.Metric) bool {
		return strings.HasPrefix(m.Name, strings.TrimSuffix(text, "_")+"_")
	})
}

// Every metric that the plugin names is in the catalogue, and the catalogue knows which query type reads it.
func TestEverySourceIsInTheCatalogue(t *testing.T) {
	folders := map[string]string{}
	for _, typ := range queries.All {
		folders["queries/"+strings.ToLower(typ.ID)+"/"] = typ.ID
	}
	for _, m := range sources(t) {
		metric, known := metriccatalogue.Find(m.name)
		if !known {
			if !beginning(m.name) {
				t.Errorf("%s names %s, which is not in the catalogue", m.file, m.name)
			}
			continue
		}
		for folder, id := range folders {
			if strings.HasPrefix(m.file, folder) && !strings.Contains(m.file, "/checks/") && !slices.Contains(metric.UsedBy, id) {
				t.Errorf("%s: used by %s (%s)", metric.Name, id, m.file)
			}
		}
	}
}

// The catalogue claims no reader that does not name the metric, itself or through what all types share.
func TestClaimedReaders(t *testing.T) {
	reads := map[string]bool{}
	for _, m := range sources(t) {
		if metric, known := metriccatalogue.Find(m.name); known {
			parts := strings.Split(m.file, "/")
			reads[metric.Name+" "+strings.Join(parts[:min(2, len(parts)-1)], "/")] = true
		}
	}
	for _, m := range metriccatalogue.All {
		for _, id := range m.UsedBy {
			if folder := "queries/" + strings.ToLower(id); !reads[m.Name+" "+folder] && !reads[m.Name+" synapse"] && !reads[m.Name+" synapse/cachecatalogue"] {
				t.Errorf("%s: not read by %s", m.Name, id)
			}
		}
	}
}

// What checks ask is known by the whole name, not by its beginning.
func TestEveryCheckAsksKnownMetrics(t *testing.T) {
	quoted := regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	for _, c := range checks.All {
		var asked []string
		if c.Measures != nil {
			for _, promql := range c.Measures(checks.Where{}) {
				asked = append(asked, promql)
			}
		}
		if c.Signal != nil {
			asked = append(asked, c.Signal(checks.Where{}).PromQL)
		}
		for _, promql := range asked {
			for _, name := range looksLikeMetric.FindAllString(quoted.ReplaceAllString(promql, ""), -1) {
				if _, known := metriccatalogue.Find(name); !known {
					t.Errorf("%s asks for %s, which is not in the catalogue", c.ID, name)
				}
			}
		}
	}
}

func TestCatalogue(t *testing.T) {
	seen := map[string]bool{}
	read := map[string]bool{}
	for _, c := range checks.All {
		if c.Measures != nil && c.ID != "metric-coverage" {
			for _, promql := range c.Measures(checks.Where{}) {
				for _, m := range metriccatalogue.In(promql) {
					read[m.Name] = true
				}
			}
		}
	}
	for _, m := range metriccatalogue.All {
		if seen[m.Name] {
			t.Errorf("%s is there twice", m.Name)
		}
		seen[m.Name] = true
		if !strings.HasSuffix(m.Meaning, ".") || m.Adds == "" {
			t.Errorf("%s lacks its meaning or how it adds up", m.Name)
		}
		for _, id := range m.UsedBy {
			if _, err := queries.Find(id); err != nil {
				t.Errorf("%s is used by %q, which is no query type", m.Name, id)
			}
		}
		if len(m.UsedBy) == 0 && !read[m.Name] {
			t.Errorf("nothing reads %s", m.Name)
		}
	}
}
