package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

// An alert leads to the table of findings, wherever the dashboards' generator puts it.
func TestRulesLeadToTheFindings(t *testing.T) {
	t.Chdir("../..")
	findings, err := panel("problems")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("provisioning/dashboards/matrix-synapse/" + findings.Dashboard + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			ID      int
			Targets []struct{ QueryType, Format string }
		}
	}
	if err := json.Unmarshal(raw, &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, panel := range dashboard.Panels {
		if panel.ID == findings.Panel {
			if len(panel.Targets) != 1 || panel.Targets[0].QueryType != "diagnosis" || panel.Targets[0].Format != "findings" {
				t.Errorf("panel %d shows %+v", panel.ID, panel.Targets)
			}
			return
		}
	}
	t.Error("no panel shows the findings")
}

// A check that knows both severities has two rules, and labels are static.
func TestTwoRulesForTwoSeverities(t *testing.T) {
	for _, c := range checks.All {
		rules := map[string]grafanaRule{}
		for _, severity := range severities(c) {
			rules[severity.String()] = ruleOf(c, severity, panelPlace{})
		}
		if len(rules) == 1 == (c.Thresholds.Critical != nil || c.CriticalToo) {
			t.Errorf("%s has %d rules", c.ID, len(rules))
		}
		for severity, rule := range rules {
			uid := "synapse-" + c.ID
			if severity == "critical" {
				uid += "-critical"
			}
			if rule.UID != uid || rule.Labels[2].Value != severity {
				t.Errorf("%s: %s with the labels %v", severity, rule.UID, rule.Labels)
			}
			for _, label := range rule.Labels {
				if strings.Contains(label.Value.(string), "{{") {
					t.Errorf("%s: a label that changes is another alert: %v", rule.UID, label)
				}
			}
		}
	}
}

// One alert reports that Prometheus does not answer, one that it has nothing of Synapse; all others keep their state.
func TestOneAlertForEachLostSource(t *testing.T) {
	var errors, nothing []string
	for _, c := range checks.All {
		for _, severity := range severities(c) {
			rule := ruleOf(c, severity, panelPlace{})
			if rule.ExecErrState == "Alerting" {
				errors = append(errors, rule.UID)
			}
			if rule.NoDataState == "Alerting" {
				nothing = append(nothing, rule.UID)
			}
		}
	}
	if len(errors) != 1 || len(nothing) != 1 {
		t.Errorf("%v alert on an error, %v on no data", errors, nothing)
	}
}
