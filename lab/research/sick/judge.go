//go:build unix

package main

import (
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/lab/tests/pair/compare"
)

// finding is a row of the diagnosis.
type finding struct {
	Check    string `json:"check"`
	Severity string `json:"severity"`
	Subject  string `json:"subject,omitempty"`
	CausedBy string `json:"causedBy,omitempty"`
	Evidence string `json:"evidence,omitempty"`
}

// alarms are the findings that are a warning or worse, in the order in which they are shown.
func alarms(frame *data.Frame) []finding {
	found := []finding{}
	for _, row := range compare.Rows(frame) {
		f := finding{
			Check: row.Text("check"), Severity: row.Text("severity"), Subject: row.Text("subject"),
			CausedBy: row.Text("caused_by"), Evidence: row.Text("evidence"),
		}
		if f.Severity == "warning" || f.Severity == "critical" {
			found = append(found, f)
		}
	}
	return found
}

// verdict is how right the findings are: for a control, that there are none.
func (f fault) verdict(found []finding) string {
	if f.control() {
		if len(found) == 0 {
			return "right"
		}
		return "false alarm"
	}
	at := slices.IndexFunc(found, func(one finding) bool { return slices.Contains(f.accepted, one.Check) })
	switch {
	case at == 0:
		return "right"
	case at > 0 && at < 3:
		return "among three"
	default:
		return "missed"
	}
}
