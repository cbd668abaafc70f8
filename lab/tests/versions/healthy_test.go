package versions_test

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
)

// diagnose wants no alarm: nothing was wrong with any of the recorded homeservers.
func (s *server) diagnose(t *testing.T, on *recorder, excuses *excuses) {
	t.Helper()
	frame := ask(t, on, diagnosis.Type(), `{}`)[0]
	text := func(column string, row int) string {
		field, _ := frame.FieldByName(column)
		return field.At(row).(string)
	}
	for row := range frame.Rows() {
		check, severity := text("check", row), text("severity", row)
		if (severity == "warning" || severity == "critical") && !excuses.alarm(check) {
			t.Errorf("%s is %s: %s: %s", check, severity, text("title", row), text("evidence", row))
		}
		if severity == "unknown" && !excuses.unknown(check) {
			t.Errorf("%s is unknown: %s", check, text("evidence", row))
		}
	}
}
