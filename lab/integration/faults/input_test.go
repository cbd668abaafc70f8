package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/matrix-insight/synapse-datasource/lab/rig/ask"
)

// Nonsense is the asker's mistake: the answer names what is wrong and what is valid, and nothing is asked upstream.
func TestNonsense(t *testing.T) {
	of := source(t, nil)
	for _, c := range []struct {
		q     ask.Query
		words []string
	}{
		{ask.Query{}, []string{"no type", "transactions"}},
		{ask.Query{"queryType": "nonsense"}, []string{`"nonsense"`, "Valid types", "diagnosis"}},
		{ask.Query{"queryType": "Transactions"}, []string{"Valid types", "transactions"}},
		{ask.Query{"queryType": "transactions", "format": "nonsense"}, []string{`"nonsense"`, "table, cost, rate, meanDuration"}},
		{ask.Query{"queryType": "transactions", "format": 5}, []string{"format", "5", "table"}},
		{ask.Query{"queryType": "transactions", "limit": 0}, []string{"limit", "0", "1 to"}},
		{ask.Query{"queryType": "transactions", "limit": -1}, []string{"limit", "-1", "1 to"}},
		{ask.Query{"queryType": "transactions", "limit": 1e9}, []string{"limit", "1 to"}},
		{ask.Query{"queryType": "transactions", "limit": 1e30}, []string{"limit", "1 to"}},
		{ask.Query{"queryType": "transactions", "limit": 1.5}, []string{"limit", "1.5", "whole number"}},
		{ask.Query{"queryType": "transactions", "limit": "ten"}, []string{"limit", "ten", "whole number"}},
		{ask.Query{"queryType": "transactions", "limit": []int{1}}, []string{"limit", "whole number"}},
		{ask.Query{"queryType": "transactions", "serverName": 5}, []string{"serverName", "5", "list of strings"}},
		{ask.Query{"queryType": "transactions", "job": map[string]any{"a": "b"}}, []string{"job", "list of strings"}},
		{ask.Query{"queryType": "transactions", "index": []any{"a", 1}}, []string{"index", "list of strings"}},
		{ask.Query{"queryType": "transactions", "instance": true}, []string{"instance", "list of strings"}},
		{ask.Query{"queryType": "transactions", "compareTo": "soon"}, []string{"compareTo", "soon", "duration"}},
		{ask.Query{"queryType": "transactions", "compareTo": "-7d"}, []string{"compareTo", "duration"}},
		{ask.Query{"queryType": "transactions", "compareTo": 7}, []string{"compareTo", "duration"}},
		{ask.Query{"queryType": "transactions", "transaction": 7}, []string{"transaction", "string"}},
		{ask.Query{"queryType": "eventSendTime", "format": "byWorker", "quantile": 2}, []string{"quantile", "2", "0.01 to 0.999"}},
		{ask.Query{"queryType": "eventSendTime", "quantile": "half"}, []string{"quantile", "number"}},
		{ask.Query{"queryType": "cacheFactors", "perProcess": "perhaps"}, []string{"perProcess", "true or false"}},
		{ask.Query{"queryType": "cacheFactors", "format": "curve", "multipliers": []any{"a"}}, []string{"multipliers", "number"}},
		{ask.Query{"queryType": "cacheFactors", "format": "curve", "multipliers": -1}, []string{"multipliers", "-1"}},
		{ask.Query{"queryType": "cacheFactors", "format": "curve", "multipliers": 1e300}, []string{"multipliers"}},
		{ask.Query{"queryType": "forwardExtremities", "minExtremities": -1}, []string{"minExtremities", "-1"}},
		{ask.Query{"queryType": "forwardExtremities", "minExtremities": 1e30}, []string{"minExtremities"}},
		{ask.Query{"queryType": "forwardExtremities", "format": "counts", "measure": "length"}, []string{"measure", "length", "rooms"}},
		{ask.Query{"queryType": "diagnosis", "checks": "no-check"}, []string{"no-check", "cpu-saturation"}},
		{ask.Query{"queryType": "diagnosis", "checks": []any{"memory", 5}}, []string{"checks", "string"}},
		{ask.Query{"queryType": "graph", "graph": "no-graph"}, []string{"no-graph", "cpu"}},
		{ask.Query{"queryType": "changes", "kinds": "no-kind"}, []string{"no-kind", "restart"}},
		{ask.Query{"queryType": "metricCoverage", "status": "no-status"}, []string{"no-status", "absent"}},
		{ask.Query{"queryType": "transactions", "format": strings.Repeat("x", 1<<20)}, []string{"Valid formats"}},
		{ask.Query{"queryType": "transactions", "limit": strings.Repeat("x", 1<<20)}, []string{"limit"}},
		{ask.Query{"queryType": strings.Repeat("x", 1<<20)}, []string{"Valid types"}},
		{ask.Query{"queryType": "graph", "graph": strings.Repeat("x", 1<<20)}, []string{"graph"}},
		{ask.Query{"queryType": "diagnosis", "checks": strings.Repeat("x", 1<<14)}, []string{"cpu-saturation"}},
		{ask.Query{"queryType": "transactions", "compareTo": strings.Repeat("x", 1<<20)}, []string{"compareTo"}},
		{ask.Query{"queryType": "transactions", "serverName": map[string]any{"x": strings.Repeat("x", 1<<20)}}, []string{"serverName"}},
		{ask.Query{"queryType": "transactions", "job": strings.Repeat("x", 1<<20)}, []string{"job", "bytes", "Name fewer"}},
		{ask.Query{"queryType": "caches", "cache": []string{strings.Repeat("x", 1<<20)}}, []string{"cache", "bytes", "Name fewer"}},
	} {
		failed(t, fmt.Sprintf("%.100s", fmt.Sprint(c.q)), asked(t, of, c.q), http.StatusBadRequest, c.words...)
	}
	for _, q := range formats("") { // no format takes a limit beyond its own
		for _, k := range declared {
			if k.ID == q["queryType"] {
				q["limit"] = k.Limit.Max + 1
			}
		}
		refID, _ := q["refId"].(string)
		failed(t, refID, together(t, of, q)[refID], http.StatusBadRequest, "limit")
	}
	if n := between.requests.Load(); n > 0 {
		t.Errorf("nonsense cost Prometheus %d requests: %q", n, between.questions())
	}
}

// A query whose JSON is no object, as a broken provisioning file leaves it.
func TestBrokenQueries(t *testing.T) {
	of := source(t, nil)
	for _, text := range []string{"", "null", "[]", "5", `"transactions"`, "{", `{"limit":}`, "\xff\xfe", strings.Repeat("[", 100_000)} {
		request := of.Request(laboratory.History, ask.Query{"queryType": "transactions"})
		request.Queries[0].JSON = []byte(text)
		response, err := plugin.QueryData(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		answer := response.Responses["A"]
		clean(t, "A", answer)
		if text == "null" { // nothing is said, so the defaults hold
			continue
		}
		failed(t, shortened(text), answer, http.StatusBadRequest, "JSON object")
	}
	request := of.Request(laboratory.History)
	response, err := plugin.QueryData(t.Context(), request)
	if err != nil || len(response.Responses) > 0 {
		t.Errorf("no query: %v, %v", response, err)
	}
}

// Strange time ranges are answered, with or without data, or refused in words.
func TestStrangeTimeRanges(t *testing.T) {
	of := hurried(t, map[string]any{"queryTimeout": "20s"})
	now := laboratory.History.To
	queries := formats("prometheus")
	for name, span := range map[string]ask.Span{
		"backwards":    {From: now, To: now.Add(-time.Hour)},
		"nothing":      {From: now, To: now},
		"a moment":     {From: now.Add(-time.Millisecond), To: now},
		"the future":   {From: now.AddDate(5, 0, 0), To: now.AddDate(5, 0, 1)},
		"1970":         {From: time.Unix(0, 0), To: time.Unix(60, 0)},
		"before 1970":  {From: time.Unix(-1e9, 0), To: time.Unix(-1e9+3600, 0)},
		"a long past":  {From: now.AddDate(-50, 0, 0), To: now},
		"year 1":       {From: time.Time{}, To: time.Time{}.Add(time.Hour)},
		"out of years": {From: time.UnixMilli(1 << 50), To: time.UnixMilli(1<<50 + 3_600_000)},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			for refID, answer := range over(t, of, span, queries...) {
				if answer.Error == nil && len(answer.Frames) > 0 {
					continue
				}
				if answer.Error == nil || answer.ErrorSource != backend.ErrorSourceDownstream {
					t.Errorf("%s: %d frames, error of %q: %v", refID, len(answer.Frames), answer.ErrorSource, answer.Error)
				}
			}
			timely(t, "the request", start, 20*time.Second*time.Duration(1+len(queries)/10))
		})
	}
}

// hostile are names that nobody has, each made to mean something else to PromQL, SQL, a shell, a template or a log.
var hostile = []string{
	`"`, `\`, `\"`, `"}) or vector(1) or up{a="`, `"} or {__name__=~".+`, `x"} # `, "'; DROP TABLE events; --", "' OR '1'='1",
	".*", ".+", "a|.*", "(", "[", "^", "$1", "${serverName}", "$__all", "{{.}}", "%s%!d", "`", "\n", "a\r\n\tb", "\x00", "\u2028",
	"Köln", "日本", "👩‍👩‍👧", "e\u0301", "\ufeff", "\u202ereversed", " ", homeserverPlaceholder + "\n", homeserverPlaceholder + ".", "../../etc/passwd",
	strings.Repeat("long", 500),
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

// Settings that can't be used: each call answers with the sentence that names the setting.
func TestBrokenSettings(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings map[string]any
		url      string
		words    []string
	}{
		{"a bad duration", map[string]any{"queryTimeout": "soon"}, "", []string{"queryTimeout", `"soon"`, "15s"}},
		{"a negative duration", map[string]any{"cacheTTL": "-5s"}, "", []string{"cacheTTL", "-5s", "duration"}},
		{"no time at all", map[string]any{"queryTimeout": "0s"}, "", []string{"queryTimeout", "one second"}},
		{"a wrong kind", map[string]any{"scrapeInterval": 15}, "", []string{"scrapeInterval", "15", "string"}},
		{"a method", map[string]any{"httpMethod": "PATCH"}, "", []string{"httpMethod", "PATCH", "POST or GET"}},
		{"process labels", map[string]any{"processLabels": `job"}`}, "", []string{"processLabels", "label"}},
		{"thresholds", map[string]any{"thresholds": []int{1}}, "", []string{"thresholds"}},
		{"factors", map[string]any{"perCacheFactors": map[string]any{"get_event": "big"}}, "", []string{"perCacheFactors"}},
		{"no URL", nil, " ", []string{"no Prometheus URL", "Enter"}},
		{"no web address", nil, "prometheus:9090", []string{"not a web address", "http://"}},
		{"a password in the URL", nil, "ftp://admin:" + confidential + "@prometheus", []string{"not a web address", "http://"}},
		{"control characters in the URL", nil, "http://a\nb:9090", []string{"not a web address", "http://"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			of := source(t, c.settings)
			if c.url != "" {
				of.URL = c.url
			}
			for refID, answer := range together(t, of, formats("")...) {
				failed(t, refID, answer, http.StatusBadRequest, c.words...)
			}
			result, aspects := health(t, of)
			if result.Status != backend.HealthStatusError {
				t.Errorf("health is %v", result.Status)
			}
			says(t, "the health check", result.Message, c.words...)
			statuses(t, aspects, map[string]string{"prometheus": "error", "postgres": "not-checked"})
			suggestionsFail(t, of, http.StatusBadRequest, c.words...)
			response, err := call(t.Context(), of, "health-aspects")
			if err != nil || response.Status != http.StatusOK || !strings.Contains(string(response.Body), aspects["prometheus"].Status) {
				t.Errorf("aspects: %v, %v", response, err)
			}
			if response, err := call(t.Context(), of, "query-types"); err != nil || response.Status != http.StatusOK {
				t.Errorf("the editor has no query types: %v", err)
			}
		})
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
