package faults

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
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
			suggestionsFail(t, of, queryTimeout, http.StatusBadRequest, c.words...)
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
