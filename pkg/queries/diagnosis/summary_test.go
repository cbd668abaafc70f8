package diagnosis

import (
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

func foundRow(id string, severity limits.Severity, subject checks.Subject, since *time.Time) row {
	c, _ := checks.Find(id)
	return row{Finding: checks.Finding{Severity: severity, Subject: subject, Evidence: "Why " + id + "."}, check: c, server: "a.example", since: since}
}

func summarized(t *testing.T, view query.View, rows ...row) (sentence, worst string, counts map[string]int64) {
	t.Helper()
	frame := summaryOf([]string{"a.example", "b.example"}, ordered(rows), noon).Frames(view)[0]
	if frame.Rows() != 2 || texts(frame, "server_name")[0] != "a.example" {
		t.Fatalf("%d rows of %v", frame.Rows(), texts(frame, "server_name"))
	}
	counts = map[string]int64{}
	for _, name := range []string{"critical", "warning", "info", "ok", "unknown"} {
		field, _ := frame.FieldByName(name)
		counts[name] = field.At(0).(int64)
	}
	return texts(frame, "sentence")[0], texts(frame, "worst")[0], counts
}

func TestSummaryOfProblems(t *testing.T) {
	since := noon.Add(-2 * time.Hour)
	explained := foundRow("event-send-time", checks.Critical, checks.Subject{}, nil)
	explained.CausedBy = "reactor-lag"
	sentence, worst, counts := summarized(t, query.View{},
		foundRow("reactor-lag", checks.Critical, checks.Subject{Name: "synapse/1"}, &since), foundRow("reactor-lag", checks.OK, checks.Subject{Name: "synapse/2"}, nil),
		explained, foundRow("memory", checks.OK, checks.Subject{}, nil), foundRow("table-growth", checks.OK, checks.Subject{}, nil))
	if !strings.HasPrefix(sentence, "1 problem needs you. ") || !strings.Contains(sentence, "synapse/1, for 2 h") || !strings.Contains(sentence, "1 further finding is explained") {
		t.Error(sentence)
	}
	if worst != "critical" || counts["critical"] != 2 || counts["ok"] != 2 || counts["warning"] != 0 {
		t.Errorf("%s %v", worst, counts)
	}
}

func TestSummaryWithoutProblems(t *testing.T) {
	sentence, worst, counts := summarized(t, query.View{}, foundRow("memory", checks.OK, checks.Subject{}, nil),
		foundRow("postgres-hygiene", checks.Unknown, checks.Subject{}, nil), foundRow("extremities", checks.Info, checks.Subject{}, nil))
	if worst != "info" || counts["ok"] != 1 || counts["unknown"] != 1 || counts["info"] != 1 {
		t.Errorf("%s %v", worst, counts)
	}
	for _, part := range []string{"Nothing needs you.", "1 check is fine.", "Worth a look: ", "1 check can't look: Why postgres-hygiene."} {
		if !strings.Contains(sentence, part) {
			t.Errorf("%q lacks %q", sentence, part)
		}
	}
	if _, worst, _ := summarized(t, query.View{}, foundRow("memory", checks.OK, checks.Subject{}, nil), foundRow("workers", checks.Unknown, checks.Subject{}, nil)); worst != "unknown" {
		t.Errorf("what can't be seen is worse than ok: %s", worst)
	}
}

// Room names are for those who may see rooms; others get the pseudonym.
func TestNamesOfRooms(t *testing.T) {
	called, room := "The Lobby", query.NewRoom(settings.Settings{DatasourceUID: "x"}, "!lobby:a.example")
	r := foundRow("extremities", checks.Warning, checks.Subject{Hidden: room, Called: &called}, nil)
	for show, want := range map[bool]string{true: "The Lobby", false: room.String()} {
		view := query.View{ShowRooms: show, Keyed: true}
		if sentence, _, _ := summarized(t, view, r); !strings.Contains(sentence, want) || show == strings.Contains(sentence, room.String()) {
			t.Errorf("%t: %s", show, sentence)
		}
		frame := findings{r}.Frames(view)[0]
		if got := texts(frame, "subject_name")[0]; show && got != want || !show && got != "" {
			t.Errorf("%t: subject_name %q", show, got)
		}
	}
	r.Subject.Called = nil
	if got := r.Subject.NameIn(query.View{ShowRooms: true}); got != "!lobby:a.example" {
		t.Errorf("a room without a name is called %q", got)
	}
}

func TestAtLeast(t *testing.T) {
	on := onTwo(0.97, 0.85) // critical and warning
	for level, want := range map[string]int{"ok": 2, "info": 2, "warning": 2, "critical": 1} {
		frame := ask(t, on, `{"checks":["cpu-saturation"],"atLeast":"`+level+`"}`)[0]
		if got := texts(frame, "subject"); len(got) != want {
			t.Errorf("%s: %v", level, got)
		}
	}
	got := scored(ask(t, on, `{"format":"score","checks":["cpu-saturation"],"atLeast":"critical"}`))
	if *got["a.example cpu-saturation synapse/1"] != 3 || *got["a.example cpu-saturation synapse/2"] != 0 || *got["a.example cpu-saturation "] != 3 {
		t.Errorf("%v", got)
	}
	if all := ask(t, answering{}, `{"atLeast":"info"}`)[0]; len(texts(all, "check")) != 1 { // the lost source; unknown ones are left out
		t.Error(texts(all, "check"))
	}
	blind := scored(ask(t, answering{}, `{"format":"score","checks":["cpu-saturation"],"atLeast":"warning"}`))
	if v, there := blind[" cpu-saturation "]; !there || v != nil {
		t.Errorf("unknown is not 0: %v", blind)
	}
}

func frameOf(frames data.Frames, subject string) *data.Frame {
	for _, frame := range frames {
		if frame.Fields[1].Labels["subject"] == subject {
			return frame
		}
	}
	return nil
}
