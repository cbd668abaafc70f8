package alerting

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"
)

// rule is what Grafana tells of a rule, its alerts by homeserver.
type rule struct {
	Name, State, Health, LastError string
	LastEvaluation                 time.Time
	Annotations, Labels            map[string]string
	Alerts                         []alert
}

type alert struct {
	State, Value        string
	ActiveAt            time.Time
	Annotations, Labels map[string]string
}

func (r rule) firing() bool { return r.State == "firing" }

// id tells the rules of one copy apart: the check's id, and "-critical" behind it.
func (r rule) id() string {
	if r.Labels["severity"] == "critical" {
		return r.Labels["check"] + "-critical"
	}
	return r.Labels["check"]
}

// rules are the rules of one copy by their ids, and the whole answer as text.
func rules(t *testing.T, suffix string) (map[string]rule, string) {
	t.Helper()
	var raw json.RawMessage
	if err := laboratory.grafana.Get(t.Context(), "/api/prometheus/grafana/api/v1/rules", &raw); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Data struct {
			Groups []struct {
				Name  string
				Rules []rule
			}
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	found := map[string]rule{}
	for _, group := range answer.Data.Groups {
		if group.Name != "Synapse diagnosis"+suffix {
			continue
		}
		for _, r := range group.Rules {
			found[r.id()] = r
		}
	}
	return found, string(raw)
}

// evaluated waits until every rule of a copy was evaluated after a time.
func evaluated(t *testing.T, suffix string, after time.Time) map[string]rule {
	t.Helper()
	return eventually(t, "evaluations of the rules "+suffix, func() (map[string]rule, string) {
		found, _ := rules(t, suffix)
		if len(found) == 0 {
			return nil, "no rules"
		}
		for id, r := range found {
			if !r.LastEvaluation.After(after) {
				return nil, id + " was last evaluated at " + r.LastEvaluation.String()
			}
		}
		return found, ""
	})
}

// eventually tries until nothing is missing.
func eventually[V any](t *testing.T, what string, try func() (V, string)) V {
	t.Helper()
	for deadline := time.Now().Add(90 * time.Second); ; time.Sleep(time.Second) {
		value, missing := try()
		if missing == "" {
			return value
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %s\n%s", what, missing, laboratory.grafana.Log())
		}
	}
}

func post(t *testing.T, path string, body any, into any) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, laboratory.grafana.URL+path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("admin", "admin")
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", path, response.Status, text)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}
