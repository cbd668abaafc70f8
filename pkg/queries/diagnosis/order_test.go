package diagnosis

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

func check(t *testing.T, id string) checks.Check {
	t.Helper()
	for _, c := range checks.All {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("no check %s", id)
	return checks.Check{}
}

// loopOf is a row that takes this share of a process's event loop.
func loopOf(t *testing.T, id, process string, severity limits.Severity, share float64) row {
	t.Helper()
	r := rowOf(t, id, process, severity)
	r.Takes = checks.Amounts{checks.LoopTime: share}
	return r
}

func rowOf(t *testing.T, id, subject string, severity limits.Severity) row {
	t.Helper()
	return row{Finding: checks.Finding{Severity: severity, Subject: checks.Subject{Name: subject}}, check: check(t, id), server: "a.example"}
}

func TestOrdered(t *testing.T) {
	rows := explained([]row{
		loopOf(t, "event-send-time", "", checks.Critical, 0.3),
		rowOf(t, "memory", "", checks.Unknown),
		loopOf(t, "cpu-saturation", "synapse/1", checks.Warning, 0.9),
		loopOf(t, "gc-pauses", "synapse/1", checks.Warning, 0.4),
		rowOf(t, "table-growth", "", checks.Critical),
		rowOf(t, "workers", "", checks.OK),
	})
	var got []string
	for _, r := range ordered(rows) {
		got = append(got, r.check.ID)
	}
	want := []string{"table-growth", "gc-pauses", "cpu-saturation", "event-send-time", "workers", "memory"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCut(t *testing.T) {
	session := func(limit int) *query.Session {
		return query.NewSession(query.Request{Limit: limit}, query.TimeRange{}, time.Now(), settings.Settings{}, nil, nil)
	}
	var rows []row
	for range 7 {
		rows = append(rows, rowOf(t, "cpu-saturation", "p", checks.Warning))
	}
	other := rowOf(t, "memory", "", checks.OK)
	other.server = "b.example"
	rows = append(rows, other)
	if got := cut(session(100), rows); len(got) != 6 {
		t.Errorf("%d rows", len(got))
	}
	if got := cut(session(2), rows); len(got) != 3 || got[2].server != "b.example" {
		t.Errorf("the limit is for each homeserver: %d rows", len(got))
	}
}

// More subjects than are shown are told of, in numbers as in the table.
func TestCutIsTold(t *testing.T) {
	on := onTwo(0.97, 0.97)
	for _, index := range []string{"3", "4", "5", "6", "7"} {
		on.vectors[cpu] = append(on.vectors[cpu], sampleOf(index, 0.97))
		on.vectors[busy] = append(on.vectors[busy], sampleOf(index, 0.97))
	}
	for format, frames := range map[string]int{"findings": 1, "score": 6, "measured": 6} {
		got := ask(t, on, `{"format":"`+format+`","checks":["cpu-saturation"]}`)
		notices := got[0].Meta.Notices
		if len(got) != frames || len(notices) != 1 || !strings.Contains(notices[0].Text, "2 more subjects on a.example") {
			t.Errorf("%s: %d frames, notices %v", format, len(got), notices)
		}
	}
}
