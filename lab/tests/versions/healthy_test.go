package versions_test

import (
	"slices"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// diagnose wants no alarm: nothing was wrong with any of the recorded homeservers.
func (s *server) diagnose(t *testing.T, on *recorder, excuses *excuses) {
	t.Helper()
	frame := ask(t, on, diagnosis.Type(), `{}`)[0]
	text := func(column string, row int) string { return textIn(frame, column, row) }
	for row := range frame.Rows() {
		check, severity := text("check", row), text("severity", row)
		if (severity == "warning" || severity == "critical") && !excuses.alarm(check) {
			t.Errorf("%s is %s: %s: %s", check, severity, text("title", row), text("evidence", row))
		}
		if severity == "unknown" && !s.tooOld(check) && !excuses.unknown(check) && !excuses.unknown(s.version+" "+check) {
			t.Errorf("%s is unknown: %s", check, text("evidence", row))
		}
	}
}

// tooOld tells whether a check reads a metric that comes with a newer version than the homeserver's.
func (s *server) tooOld(id string) bool {
	check, _ := checks.Find(id)
	return slices.ContainsFunc(check.Measures, func(one *checks.Measurement) bool {
		return slices.ContainsFunc(metrics.In(one.PromQL(checks.Scope{})), func(m *metrics.Metric) bool { return !m.ExistsIn(s.version) })
	})
}
