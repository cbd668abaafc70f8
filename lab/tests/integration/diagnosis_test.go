package integration

import (
	"slices"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/stack"
	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

// finding is one row of the diagnosis.
type finding struct{ severity, check, subject, evidence, causedBy string }

func diagnose(t *testing.T, asked *ask.Plugin, of ask.Source, span ask.Span) []finding {
	t.Helper()
	response, err := asked.QueryData(t.Context(), of.Request(span, ask.Query{"queryType": "diagnosis"}))
	if err != nil {
		t.Fatal(err)
	}
	answer := response.Responses["A"]
	if answer.Error != nil {
		t.Fatal(answer.Error)
	}
	get := func(name string) []string { return column[string](t, answer, name) }
	severities, checks, subjects, evidence, causes := get("severity"), get("check"), get("subject"), get("evidence"), get("caused_by")
	found := make([]finding, len(checks))
	for i := range checks {
		found[i] = finding{severities[i], checks[i], subjects[i], evidence[i], causes[i]}
		t.Logf("%-8s %-24s %-36s %s (caused by %q)", severities[i], checks[i], subjects[i], evidence[i], causes[i])
	}
	return found
}

// Each planted problem is a finding; no check is left without an answer.
func TestDiagnosisFindsWhatIsPlanted(t *testing.T) {
	of := source(t)
	found := diagnose(t, plugin, of, laboratory.History)
	for _, planted := range []struct{ check, subject string }{
		{"event-send-time", ""},
		{"federation-presence", "synapse/1"},
		{"cpu-saturation", "synapse/1"},
		{"state-resolution", "event_persister/1"},
		{"gc-pauses", "generic_worker/1"},
		{"open-files", "federation_sender/1"},
		{"database-chatty", "get_user_by_id"},
		{"database-slow", "_get_state_groups_from_groups"},
		{"cache-undersized", "_get_joined_profile_from_event_id"},
		{"extremities", ""},
		{"extremities-corrupt", ""},
	} {
		if !slices.ContainsFunc(found, func(f finding) bool {
			return f.check == planted.check && (planted.subject == "" || f.subject == planted.subject) &&
				(f.severity == "warning" || f.severity == "critical")
		}) {
			t.Errorf("%s %s is not found", planted.check, planted.subject)
		}
	}
	answered := map[string]bool{}
	for _, f := range found {
		answered[f.check] = true
	}
	for _, c := range checks.All {
		if !answered[c.ID] {
			t.Errorf("%s does not answer", c.ID)
		}
	}
	for i, f := range found {
		if f.causedBy == "" {
			continue
		}
		if cause := slices.IndexFunc(found, func(c finding) bool { return c.check == f.causedBy }); cause < 0 || cause > i {
			t.Errorf("%s %s is explained by %s, which stands at %d, not above %d", f.check, f.subject, f.causedBy, cause, i)
		}
	}
	if send := slices.IndexFunc(found, func(f finding) bool { return f.check == "event-send-time" }); found[send].causedBy != "federation-presence" {
		t.Errorf("slow sends are explained by %q, want what keeps the process that is short of CPU busy", found[send].causedBy)
	}
	rulesDecideTheSame(t, laboratory, plugin)
}

// A healthy homeserver wakes nobody.
func TestDiagnosisOfAHealthyServer(t *testing.T) {
	source(t)
	space, err := servers.NewSpace("synapse-healthy")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = space.Close() }()
	healthy, err := stack.Start(t.Context(), space, stack.Options{Seed: 2, Healthy: true, History: 3 * time.Hour, Progress: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	// A plugin of its own: the shared one takes an equal uid for the data source that it knows.
	own, err := ask.Start(t.Context(), binary, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = own.Stop() }()
	found := diagnose(t, own, healthy.Source, healthy.History)
	for _, f := range found {
		if f.severity == "warning" || f.severity == "critical" {
			t.Errorf("%s %s %s: %s", f.severity, f.check, f.subject, f.evidence)
		}
	}
	rulesDecideTheSame(t, healthy, own)
}
