package main

import (
	"encoding/json"
	"os"
	"testing"
)

// An alert leads to the table of findings, wherever the dashboards' generator puts it.
func TestRulesLeadToTheFindings(t *testing.T) {
	raw, err := os.ReadFile("../../provisioning/dashboards/matrix-synapse/synapse-diagnosis.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		UID    string
		Panels []struct {
			ID      int
			Targets []struct{ QueryType, Format string }
		}
	}
	if err := json.Unmarshal(raw, &dashboard); err != nil {
		t.Fatal(err)
	}
	if dashboard.UID != dashboardUID {
		t.Errorf("the rules lead to the dashboard %q, the findings are on %q", dashboardUID, dashboard.UID)
	}
	for _, panel := range dashboard.Panels {
		if len(panel.Targets) == 1 && panel.Targets[0].QueryType == "diagnosis" && panel.Targets[0].Format == "findings" {
			if panel.ID != findingsPanel { // the first one: the second holds the advice
				t.Errorf("the rules lead to panel %d, the findings are in panel %d", findingsPanel, panel.ID)
			}
			return
		}
	}
	t.Error("no panel shows the findings")
}
