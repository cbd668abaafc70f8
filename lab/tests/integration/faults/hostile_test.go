package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// hostile are names that nobody has, each made to mean something else to PromQL, SQL, a shell, a template or a log.
var hostile = []string{
	`"`, `\`, `\"`, `"}) or vector(1) or up{a="`, `"} or {__name__=~".+`, `x"} # `, "'; DROP TABLE events; --", "' OR '1'='1",
	".*", ".+", "a|.*", "(", "[", "^", "$1", "${serverName}", "$__all", "{{.}}", "%s%!d", "`", "\n", "a\r\n\tb", "\x00", "\u2028",
	"Köln", "日本", "👩‍👩‍👧", "e\u0301", "\ufeff", "\u202ereversed", " ", homeserverPlaceholder + "\n", homeserverPlaceholder + ".", "../../etc/passwd",
	strings.Repeat("long", 500), "\ufffd", "a\ufffdb",
}

// homeserverPlaceholder becomes the real name: nearly it, and still nobody.
const homeserverPlaceholder = "<homeserver>"

func hostileValues() []string {
	values := make([]string, len(hostile))
	for i, v := range hostile {
		values[i] = strings.ReplaceAll(v, homeserverPlaceholder, homeserver)
	}
	return values
}

// Names that nobody has find nothing, whatever characters they are made of; they are never more than a name.
func TestHostileNames(t *testing.T) {
	of := hurried(t, map[string]any{"queryTimeout": "25s"})
	values := hostileValues()
	t.Run("each in serverName", func(t *testing.T) {
		for i, value := range values {
			q := ask.Query{"refId": "A", "queryType": "transactions", "serverName": value}
			f := ask.Query{"refId": "B", "queryType": "forwardExtremities", "serverName": value}
			g := ask.Query{"refId": "C", "queryType": "diagnosis", "serverName": []string{value}, "checks": "memory"}
			nobody(t, fmt.Sprintf("name %d", i), together(t, of, q, f, g))
		}
	})
	for _, filter := range []string{"serverName", "job", "index", "instance"} {
		t.Run("all in "+filter, func(t *testing.T) {
			queries := formats("")
			for _, q := range queries {
				q[filter] = values
			}
			answers := together(t, of, queries...)
			if filter == "serverName" {
				nobody(t, "all", answers)
			}
			for refID, answer := range answers {
				if answer.Error != nil || len(answer.Frames) == 0 {
					t.Errorf("%s: %d frames, %v", refID, len(answer.Frames), answer.Error)
				}
			}
		})
	}
	for _, k := range declared {
		for _, p := range k.Params {
			if p.Kind != "list" || p.ID == "checks" || p.ID == "kinds" || p.ID == "status" {
				continue
			}
			t.Run("all in "+k.ID+"'s "+p.ID, func(t *testing.T) {
				for _, f := range k.Formats {
					answer := asked(t, of, ask.Query{"queryType": k.ID, "format": f.ID, p.ID: values})
					if answer.Error != nil {
						t.Errorf("%s: %v", f.ID, answer.Error)
					}
				}
				for i, value := range values {
					answer := asked(t, of, ask.Query{"queryType": k.ID, p.ID: value})
					if answer.Error != nil || len(answer.Frames) > 1 || len(answer.Frames) == 1 && answer.Frames[0].Rows() > 0 {
						t.Errorf("value %d: %d frames, %v", i, len(answer.Frames), answer.Error)
					}
				}
			})
		}
	}
	onlyNames(t, values)
}

// nobody: no error, and not a row of the real homeserver.
func nobody(t *testing.T, name string, answers backend.Responses) {
	t.Helper()
	for refID, answer := range answers {
		if answer.Error != nil || len(answer.Frames) == 0 {
			t.Errorf("%s, %s: %d frames, %v", name, refID, len(answer.Frames), answer.Error)
			continue
		}
		for _, frame := range answer.Frames {
			for _, field := range frame.Fields {
				if field.Labels["server_name"] == homeserver {
					t.Errorf("%s, %s: a series of %s", name, refID, homeserver)
				}
				if field.Name != "server_name" {
					continue
				}
				for i := range field.Len() {
					if value, _ := field.ConcreteAt(i); value == homeserver {
						t.Errorf("%s, %s: a row of %s", name, refID, homeserver)
						break
					}
				}
			}
		}
	}
}

// onlyNames reads what Prometheus was asked with Prometheus' own parser: each filter matches exactly the names that it
// was given.
func onlyNames(t *testing.T, values []string) {
	t.Helper()
	reader := parser.NewParser(parser.Options{})
	seen := 0
	for _, promql := range between.questions() {
		if strings.TrimSpace(promql) == "" {
			continue
		}
		tree, err := reader.ParseExpr(promql)
		if err != nil {
			t.Errorf("%s: %v", shortened(promql), err)
			continue
		}
		for _, selector := range parser.ExtractSelectors(tree) {
			for _, m := range selector {
				if m.Type != labels.MatchRegexp && m.Type != labels.MatchEqual || len(m.Value) < 20 {
					continue
				}
				switch m.Name {
				case "server_name", "job", "index", "instance":
				default:
					continue
				}
				if m.Name == "job" && !slices.ContainsFunc(values, m.Matches) {
					continue // the jobs of all processes, whatever is asked
				}
				seen++
				if m.Matches(homeserver) || m.Matches("") || m.Matches("main") {
					t.Errorf("%s matches more than it was given: %s", m.Name, shortened(promql))
				}
				if m.Type == labels.MatchRegexp {
					for _, value := range values {
						if !m.Matches(value) {
							t.Errorf("%s does not match %q", m.Name, shortened(value))
						}
					}
				}
			}
		}
	}
	if seen == 0 {
		t.Error("Prometheus was asked without a filter")
	}
}

// Suggestions are asked with addresses that anybody can write.
func TestHostileResources(t *testing.T) {
	of := source(t, nil)
	for path, status := range map[string]int{
		"values/nonsense":                        http.StatusBadRequest,
		"values/__name__":                        http.StatusBadRequest,
		"values/cache?from=yesterday":            http.StatusBadRequest,
		"values/cache?to=1e9":                    http.StatusBadRequest,
		"values/cache?from=2&to=1":               http.StatusBadRequest,
		"values/cache?limit=0":                   http.StatusBadRequest,
		"values/cache?limit=many":                http.StatusBadRequest,
		"values/cache?from=" + fmt.Sprint(1<<62): http.StatusBadRequest,
		"values/":                                http.StatusNotFound,
		"nothing":                                http.StatusNotFound,
		"":                                       http.StatusNotFound,
	} {
		response, err := call(t.Context(), of, path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if response.Status != status {
			t.Errorf("%s: status %d, want %d: %s", path, response.Status, status, shortened(string(response.Body)))
		}
		spotless(t, path, string(response.Body))
		if status == http.StatusBadRequest {
			var body struct{ Message string }
			if err := json.Unmarshal(response.Body, &body); err != nil {
				t.Fatalf("%s: %s: %v", path, response.Body, err)
			}
			says(t, path, body.Message)
		}
	}
	for _, value := range hostileValues() {
		for _, name := range []string{"serverName", "job", "index", "instance"} {
			response, err := call(t.Context(), of, "values/cache?"+url.Values{name: {value}}.Encode())
			if err != nil {
				t.Fatal(err)
			}
			if response.Status != http.StatusOK || string(response.Body) != "[]" {
				t.Errorf("%s %q: status %d: %s", name, shortened(value), response.Status, shortened(string(response.Body)))
			}
		}
	}
}

// More processes than anybody has, in everything that there is to ask: each statement names them, and the answer stays
// small.
func TestManyNames(t *testing.T) {
	of := source(t, nil)
	queries := formats("prometheus")
	var names []string
	for i := range 300 {
		names = append(names, fmt.Sprintf("worker-%013d", i))
	}
	for _, q := range queries {
		q["index"] = names
	}
	for refID, answer := range together(t, of, queries...) {
		if answer.Error != nil {
			t.Errorf("%s: %v", refID, answer.Error)
			continue
		}
		size := 0
		for _, frame := range answer.Frames {
			size += len(frame.Meta.ExecutedQueryString)
		}
		if size > 1<<20 {
			t.Errorf("%s: its %d frames tell what was run in %d bytes", refID, len(answer.Frames), size)
		}
	}
	if now, peak, err := plugin.RSS(); err == nil {
		t.Logf("the plugin holds %d MB, at most %d MB so far", now>>20, peak>>20)
	}
}
