package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

var matcher = regexp.MustCompile(`^(service|check|severity)(=~?)"([a-z|-]+)"$`)

// matched are the values of a rule's matchers, by label.
func matched(t *testing.T, matchers []string) map[string][]string {
	t.Helper()
	values := map[string][]string{}
	for _, text := range matchers {
		parts := matcher.FindStringSubmatch(text)
		if parts == nil {
			t.Fatalf("no matcher of an Alertmanager: %s", text)
		}
		values[parts[1]] = strings.Split(parts[3], "|")
		if len(values[parts[1]]) > 1 != (parts[2] == "=~") {
			t.Errorf("several values need =~, one needs =: %s", text)
		}
	}
	return values
}

// Every rule is a link, on one homeserver, and silences nothing worse than the cause.
func TestInhibitRules(t *testing.T) {
	made, err := inhibitRules()
	if err != nil {
		t.Fatal(err)
	}
	var parsed inhibitFile
	if err := yaml.Unmarshal(made[0].content, &parsed); err != nil {
		t.Fatal(err)
	}
	silenced := map[string]bool{} // "cause>symptom"
	for _, rule := range parsed.Rules {
		source, target := matched(t, rule.Source), matched(t, rule.Target)
		symptom, known := checks.Find(target["check"][0])
		switch {
		case !slices.Equal(rule.Equal, []string{"server_name"}) || source["service"][0] != "synapse" || target["service"][0] != "synapse":
			t.Errorf("not about one homeserver of Synapse: %+v", rule)
		case len(target["check"]) != 1 || !known || len(target["severity"]) != 1:
			t.Errorf("not about one alert: %+v", rule)
		case symptom.ID == "availability" || symptom.LostSource != checks.NoLostSource:
			t.Errorf("%s must never be silent", symptom.ID)
		case target["severity"][0] == "critical" && slices.Contains(source["severity"], "warning"):
			t.Errorf("a warning silences a critical alert: %+v", rule)
		}
		for _, id := range source["check"] {
			cause, _, declared := symptom.CauseOf(id)
			if !declared {
				t.Errorf("%s is no cause of %s", id, symptom.ID)
			}
			if cause.By != checks.Found && !slices.Equal(source["severity"], []string{"critical"}) {
				t.Errorf("an Alertmanager can't tell whether a warning of %s is large enough to explain %s", id, symptom.ID)
			}
			silenced[id+">"+symptom.ID] = true
		}
	}
	for _, want := range []string{"replication-lag>event-send-time", "cpu-saturation>reactor-lag", "database-slow>sync-time", "availability>traffic-drop"} {
		if !silenced[want] {
			t.Errorf("no rule for %s", want)
		}
	}
}
