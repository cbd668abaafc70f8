package integration

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/stack"
)

// rulesDecideTheSame compares the rules for Prometheus with what the diagnosis finds at the same time by metrics alone: a
// rule has a series exactly where its check is as bad as the rule's severity, or worse.
func rulesDecideTheSame(t *testing.T, lab *stack.Stack, asked *ask.Plugin) {
	t.Helper()
	found := diagnose(t, asked, lab.Source.With(withoutPostgres), lab.History)
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "provisioning", "prometheus", "matrix-synapse.rules.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct {
				Record, Alert, Expr string
				Labels              map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	recorded, alerts := map[string]string{}, 0
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if rule.Record != "" {
				recorded[rule.Record] = "(" + rule.Expr + ")"
				continue
			}
			alerts++
			bad := slices.ContainsFunc(found, func(f finding) bool {
				return f.check == rule.Labels["check"] && (f.severity == "critical" || f.severity == rule.Labels["severity"])
			})
			// The laboratory's Prometheus has recorded nothing.
			expr := recording.ReplaceAllStringFunc(rule.Expr, func(name string) string { return recorded[name] })
			if fires := instantSeries(t, lab, expr) > 0; fires != bad {
				t.Errorf("%s: has a series %t, the diagnosis finds something %t\n%s", rule.Alert, fires, bad, rule.Expr)
			}
		}
	}
	if alerts == 0 || len(recorded) == 0 {
		t.Fatalf("the rule file has %d alerts and %d recordings", alerts, len(recorded))
	}
}

// withoutPostgres are the settings of a data source that reads Prometheus only.
var withoutPostgres = map[string]any{"postgresHost": nil, "postgresDatabase": nil, "postgresUser": nil}

// recording is the name of a recorded series.
var recording = regexp.MustCompile(`\bsynapse:[a-z0-9_]+:[a-z0-9_]+`)

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
