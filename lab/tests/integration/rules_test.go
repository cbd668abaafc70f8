package integration

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/matrix-insight/synapse-datasource/lab/servers/stack"
)

// rulesDecideTheSame compares the rules for Prometheus with what the diagnosis found at the same time: a rule has a
// series exactly where its check says warning or critical.
func rulesDecideTheSame(t *testing.T, lab *stack.Stack, found []finding) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "provisioning", "prometheus", "matrix-synapse.rules.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Labels      map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Groups) != 1 || len(file.Groups[0].Rules) == 0 {
		t.Fatalf("the rule file has %d groups, want one with rules", len(file.Groups))
	}
	for _, rule := range file.Groups[0].Rules {
		bad := slices.ContainsFunc(found, func(f finding) bool {
			return f.check == rule.Labels["check"] && (f.severity == "warning" || f.severity == "critical")
		})
		if fires := instantSeries(t, lab, rule.Expr) > 0; fires != bad {
			t.Errorf("%s: has a series %t, the diagnosis finds something %t\n%s", rule.Alert, fires, bad, rule.Expr)
		}
	}
}

// instantSeries counts the series of an instant query at the end of the written history.
func instantSeries(t *testing.T, lab *stack.Stack, promql string) int {
	t.Helper()
	response, err := http.PostForm(lab.Prometheus.URL+"/api/v1/query", url.Values{
		"query": {promql}, "time": {strconv.FormatInt(lab.History.To.Unix(), 10)},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Error string
		Data  struct{ Result []json.RawMessage }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if answer.Error != "" {
		t.Fatalf("%s\n%s", answer.Error, promql)
	}
	return len(answer.Data.Result)
}
