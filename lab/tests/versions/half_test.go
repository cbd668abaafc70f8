package versions_test

import (
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// The release that labels half of its metrics is one homeserver, of which nothing is missing, and every answer says what
// is wrong with it; no other release is accused.
func TestHalfLabelledRelease(t *testing.T) {
	for _, s := range servers(t) {
		half := s.version == "1.135.0"
		if s.version != "1.127.0" && !half && s.name != "1.136.0" {
			continue
		}
		on := record(s.history(t))
		coverage, err := queries.Find("metricCoverage")
		if err != nil {
			t.Fatal(err)
		}
		frame := ask(t, on, coverage, `{}`)[0]
		names := map[string]bool{}
		for row := range frame.Rows() {
			names[textIn(frame, "server_name", row)] = true
			m, _ := metrics.Find(textIn(frame, "metric", row))
			if m != nil && m.Exists == metrics.Always && textIn(frame, "status", row) == "absent" {
				t.Errorf("%s: %s is absent", s.name, m.Name)
			}
		}
		if len(names) != 1 {
			t.Errorf("%s: homeservers %v", s.name, names)
		}
		diagnosis := ask(t, on, queries.All[0], `{"checks": ["metric-coverage"]}`)[0]
		for _, answer := range []*data.Frame{frame, diagnosis} {
			if told := tells(answer, process.HalfLabelledNote); told != half {
				t.Errorf("%s: %s tells of half the labels: %t", s.name, answer.Name, told)
			}
		}
		if title := textIn(diagnosis, "title", 0); strings.Contains(title, "Half") != half {
			t.Errorf("%s: %q", s.name, title)
		}
		identity, err := process.Find(t.Context(), query.NewSession(query.Request{}, historyRange, historyEnd, historyWishes, on, nil))
		if problems := identity.Problems(); err != nil || (len(problems) > 0) != half {
			t.Errorf("%s: the health check says %q, %v", s.name, problems, err)
		}
	}
}

func textIn(frame *data.Frame, column string, row int) string {
	field, _ := frame.FieldByName(column)
	return field.At(row).(string)
}

func tells(frame *data.Frame, text string) bool {
	for _, notice := range frame.Meta.Notices {
		if strings.Contains(notice.Text, text) {
			return true
		}
	}
	return false
}
