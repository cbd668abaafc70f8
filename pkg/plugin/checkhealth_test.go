package plugin

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

func health(t *testing.T, i *Instance) (*backend.CheckHealthResult, []upstream.Aspect) {
	t.Helper()
	return healthAs(t, i, &root, nil)
}

func healthAs(t *testing.T, i *Instance, user *backend.User, headers map[string]string) (*backend.CheckHealthResult, []upstream.Aspect) {
	t.Helper()
	result, err := i.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: backend.PluginContext{User: user}, Headers: headers})
	if err != nil {
		t.Fatal(err)
	}
	var details struct {
		Aspects []upstream.Aspect `json:"aspects"`
	}
	if err := json.Unmarshal(result.JSONDetails, &details); err != nil {
		t.Fatal(err)
	}
	return result, details.Aspects
}

func states(aspects []upstream.Aspect) []string {
	var all []string
	for _, a := range aspects {
		all = append(all, a.Aspect+" "+string(a.Status))
	}
	return all
}

func TestHealthy(t *testing.T) {
	i, fake := open(t, `{}`)
	fake.answers["/api/v1/query"] = sampleVector(`{"version":"1.160.0","server_name":"example.org"}`)
	result, aspects := health(t, i)
	if result.Status != backend.HealthStatusOk || result.Message != "Synapse 1.160.0: 1 process of example.org." {
		t.Errorf("%s: %s", result.Status, result.Message)
	}
	if diff := cmp.Diff([]string{"prometheus ok", "metrics ok", "postgres not-configured", "grants not-configured", "schema not-configured"}, states(aspects)); diff != "" {
		t.Error(diff)
	}
}

// A scrape interval that is not Prometheus' own leaves graphs empty: the place to say so is where it is set.
func TestScrapedLessOften(t *testing.T) {
	i, fake := open(t, `{}`)
	fake.answers["/api/v1/query"] = `{"status":"success","data":{"resultType":"vector","result":[
		{"metric":{"version":"1.160.0","server_name":"example.org"},"value":[1,"10"]}]}}`
	result, aspects := health(t, i)
	const want = "Synapse 1.160.0: 10 processes of example.org. Prometheus scrapes Synapse about every 1m, but this data source is set to " +
		"15s: graphs stay empty or have gaps. Set the scrape interval of this data source to 1m."
	if result.Status != backend.HealthStatusOk || result.Message != want {
		t.Errorf("%s: %s", result.Status, result.Message)
	}
	if aspects[1].Status != upstream.Warning {
		t.Errorf("%+v", aspects[1])
	}
}

// Thresholds in the wrong order are used and told, beside whatever else is odd.
func TestSwappedThresholds(t *testing.T) {
	const told = "The thresholds of reactor-lag are in the wrong order: warning 0.95 is above critical 0.9 (default). " +
		"In the data source settings, set warning to 0.9 or less, or critical to 0.95 or more."
	i, fake := open(t, `{"thresholds":{"reactor-lag":{"warning":0.95}}}`)
	fake.answers["/api/v1/query"] = sampleVector(`{"version":"1.160.0","server_name":"example.org"}`)
	result, aspects := health(t, i)
	if result.Status != backend.HealthStatusOk || result.Message != "Synapse 1.160.0: 1 process of example.org. "+told || aspects[1].Status != upstream.Warning {
		t.Errorf("%s: %s %+v", result.Status, result.Message, aspects[1])
	}
}

// Labels that don't name every process are told where they are set.
func TestProcessLabels(t *testing.T) {
	const fine = "Synapse 1.160.0: 1 process of example.org."
	values := fmt.Sprintf(`[[%d,"1"]]`, time.Now().Unix())
	for jsonData, told := range map[string]string{
		`{}`:                               "",
		`{"processLabels":["pod","nope"]}`: `No process in Prometheus has the label "nope" of the setting processLabels.`,
		`{"processLabels":["pod"]}`:        "",
		`{"processLabels":["job"]}`:        "Several processes of example.org have the same values of the labels in the setting processLabels (job).",
	} {
		i, fake := open(t, jsonData)
		fake.answers["/api/v1/query"] = sampleVector(`{"version":"1.160.0","server_name":"example.org"}`)
		fake.answers["/api/v1/query_range"] = `{"status":"success","data":{"resultType":"matrix","result":[
			{"metric":{"job":"s","pod":"a","server_name":"example.org"},"values":` + values + `},
			{"metric":{"job":"s","pod":"b","server_name":"example.org"},"values":` + values + `}]}}`
		result, aspects := health(t, i)
		rest, is := strings.CutPrefix(result.Message, fine)
		if result.Status != backend.HealthStatusOk || !is || !strings.HasPrefix(strings.TrimSpace(rest), told) || (aspects[1].Status == upstream.Warning) != (told != "") {
			t.Errorf("%s: %s: %s %+v", jsonData, result.Status, result.Message, aspects[1])
		}
		if told == "" && rest != "" {
			t.Errorf("%s: %s", jsonData, rest)
		}
	}
}

func TestWithoutSynapse(t *testing.T) {
	i, _ := open(t, `{}`)
	result, aspects := health(t, i)
	if result.Status != backend.HealthStatusOk || !strings.HasPrefix(result.Message, "Prometheus has no metrics of Synapse right now. Set enable_metrics: true") {
		t.Errorf("%s: %s", result.Status, result.Message)
	}
	if aspects[1].Status != upstream.Warning {
		t.Errorf("%+v", aspects[1])
	}
}

const unreachablePostgres = `{"postgresHost":"127.0.0.1:1","postgresDatabase":"synapse","postgresUser":"grafana","postgresSslMode":"disable"}`

// PostgreSQL down is a warning: everything else works.
func TestOnlyPrometheusDecides(t *testing.T) {
	i, fake := open(t, unreachablePostgres)
	fake.answers["/api/v1/query"] = sampleVector(`{"version":"1.160.0","server_name":"example.org"}`)
	result, aspects := health(t, i)
	if result.Status != backend.HealthStatusOk || !strings.Contains(result.Message, "Synapse 1.160.0") || !strings.Contains(result.Message, "PostgreSQL") {
		t.Errorf("%s: %s", result.Status, result.Message)
	}
	if diff := cmp.Diff([]string{"prometheus ok", "metrics ok", "postgres error", "grants not-checked", "schema not-checked"}, states(aspects)); diff != "" {
		t.Error(diff)
	}
	fake.mu.Lock()
	fake.status = 500
	fake.mu.Unlock()
	result, aspects = health(t, i)
	if result.Status != backend.HealthStatusError || !strings.Contains(result.Message, "HTTP 500") {
		t.Errorf("%s: %s", result.Status, result.Message)
	}
	if aspects[0].Status != upstream.Error || aspects[1].Status != upstream.NotChecked || aspects[0].Remedy == "" {
		t.Errorf("%+v", aspects[:2])
	}
}

// Wrong settings of PostgreSQL are no more than PostgreSQL down: Prometheus answers, and what needs PostgreSQL says why not.
func TestUnusablePostgresSettings(t *testing.T) {
	i, fake := open(t, `{"postgresHost":"db"}`)
	fake.answers["/api/v1/query"] = sampleVector(`{"version":"1.160.0","server_name":"example.org"}`)
	result, aspects := health(t, i)
	const want = "PostgreSQL is half configured: database and user missing. Fill it in, or empty all three to use Prometheus alone. Correct it in the data source settings."
	if result.Status != backend.HealthStatusOk || result.Message != "Synapse 1.160.0: 1 process of example.org. "+want {
		t.Errorf("%s: %s", result.Status, result.Message)
	}
	if diff := cmp.Diff([]string{"prometheus ok", "metrics ok", "postgres error", "grants not-checked", "schema not-checked"}, states(aspects)); diff != "" {
		t.Error(diff)
	}
	got := answers(t, i, request(&ada, nil, ask("A", "forwardExtremities", `{"format":"rooms"}`), ask("B", "transactions", "")))
	if a := got["A"]; a.Status != 400 || a.ErrorSource != backend.ErrorSourceDownstream || a.Error == nil || a.Error.Error() != want {
		t.Errorf("rooms: %d, %v", a.Status, a.Error)
	}
	if b := got["B"]; b.Error != nil {
		t.Errorf("transactions: %v", b.Error)
	}
}

func TestUnreachablePrometheus(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	result, aspects := health(t, instance(t, server.URL, `{}`))
	if result.Status != backend.HealthStatusError || !strings.HasPrefix(result.Message, "Prometheus can't be reached") || strings.Contains(result.Message, "dial") {
		t.Errorf("%s: %s", result.Status, result.Message)
	}
	if len(aspects) != 5 {
		t.Errorf("%d aspects, want all five", len(aspects))
	}
}

func TestBrokenSettingsShowAllAspects(t *testing.T) {
	result, aspects := health(t, instance(t, "", `{}`))
	if result.Status != backend.HealthStatusError || !strings.HasPrefix(result.Message, "The data source has no Prometheus URL.") {
		t.Errorf("%s: %s", result.Status, result.Message)
	}
	if diff := cmp.Diff([]string{"prometheus error", "metrics not-checked", "postgres not-checked", "grants not-checked", "schema not-checked"}, states(aspects)); diff != "" {
		t.Error(diff)
	}
}

func TestSentence(t *testing.T) {
	got := sentence([]upstream.Aspect{
		{Aspect: "prometheus", Status: upstream.OK, Message: "Prometheus answers."},
		{Aspect: "metrics", Status: upstream.OK, Message: "Synapse 1.160.0: 1 process of a.org."},
		{Aspect: "postgres", Status: upstream.OK, Message: "PostgreSQL 16 answers."},
		{Aspect: "grants", Status: upstream.Warning, Message: "2 tables can't be read.", Remedy: "Run as the owner:\nGRANT SELECT ON a TO b;\nGRANT SELECT ON c TO b;"},
		{Aspect: "schema", Status: upstream.NotChecked, Message: "Not looked at."},
	})
	if want := "Synapse 1.160.0: 1 process of a.org. PostgreSQL 16 answers. 2 tables can't be read. Run as the owner: …"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
