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

func rowOf(t *testing.T, id, subject string, severity limits.Severity) row {
	t.Helper()
	return row{Finding: checks.Finding{Severity: severity, Subject: checks.Subject{Name: subject}}, check: check(t, id), server: "a.example"}
}

func TestExplained(t *testing.T) {
	rows := []row{
		rowOf(t, "event-send-time", "", checks.Critical),
		rowOf(t, "cpu-saturation", "synapse/1", checks.Critical),
		rowOf(t, "cpu-saturation", "synapse/2", checks.Critical),
		rowOf(t, "gc-pauses", "synapse/2", checks.Warning),
		rowOf(t, "state-resolution", "", checks.Info),
	}
	rows[0].NotCausedBy = []string{"gc-pauses"}
	for i, want := range []string{"cpu-saturation", "", "gc-pauses", "", ""} {
		if got := explained(slices.Clone(rows))[i].CausedBy; got != want {
			t.Errorf("%s %s is caused by %q, want %q", rows[i].check.ID, rows[i].Subject.Key(), got, want)
		}
	}
	// Only the cache before a transaction, and only what a finding can explain.
	chatty := rowOf(t, "database-chatty", "get_user_by_id", checks.Warning)
	chatty.CauseSubject = "get_user_by_id"
	left := rowOf(t, "extremities", "room-1", checks.Warning)
	left.Explains = []string{"table-growth"}
	others := []row{chatty, rowOf(t, "cache-undersized", "getEvent", checks.Warning), left, rowOf(t, "state-resolution", "synapse/1", checks.Warning), rowOf(t, "table-growth", "stream_ordering_to_exterm", checks.Warning)}
	for i, want := range []string{"", "", "", "", "extremities"} {
		if got := explained(slices.Clone(others))[i].CausedBy; got != want {
			t.Errorf("%s %s is caused by %q, want %q", others[i].check.ID, others[i].Subject.Key(), got, want)
		}
	}
	others[1].Subject.Name = "get_user_by_id"
	if got := explained(others)[0].CausedBy; got != "cache-undersized" {
		t.Errorf("the chatty transaction is caused by %q", got)
	}
	rows[0].CausedBy = "sync-time" // a check may know better
	if got := explained(rows)[0].CausedBy; got != "sync-time" {
		t.Errorf("caused by %q", got)
	}
}

func TestOrdered(t *testing.T) {
	rows := explained([]row{
		rowOf(t, "event-send-time", "", checks.Critical),
		rowOf(t, "memory", "", checks.Unknown),
		rowOf(t, "cpu-saturation", "synapse/1", checks.Warning),
		rowOf(t, "gc-pauses", "synapse/1", checks.Warning),
		rowOf(t, "table-growth", "", checks.Critical),
		rowOf(t, "workers", "", checks.OK),
	})
	var got []string
	for _, r := range ordered(rows) {
		got = append(got, r.check.ID)
	}
	want := []string{"gc-pauses", "cpu-saturation", "event-send-time", "table-growth", "workers", "memory"}
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

// A finding names the processes that it is about; what is wrong with another one does not explain it.
func TestExplainedByTheSameProcess(t *testing.T) {
	rows := []row{rowOf(t, "event-send-time", "", checks.Critical), rowOf(t, "cpu-saturation", "media/1", checks.Critical), rowOf(t, "gc-pauses", "synapse/1", checks.Warning)}
	if got := explained(slices.Clone(rows))[0].CausedBy; got != "cpu-saturation" {
		t.Errorf("any process: caused by %q", got)
	}
	rows[0].Processes = []string{"synapse/1", "synapse/2"}
	if got := explained(slices.Clone(rows))[0].CausedBy; got != "gc-pauses" {
		t.Errorf("caused by %q", got)
	}
	rows[0].Processes = []string{"synapse/2"}
	if got := explained(slices.Clone(rows))[0].CausedBy; got != "" {
		t.Errorf("nothing is wrong there, but caused by %q", got)
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
