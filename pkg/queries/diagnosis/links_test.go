package diagnosis

import (
	"slices"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

func TestExplained(t *testing.T) {
	rows := []row{
		loopOf(t, "event-send-time", "", checks.Critical, 0.3),
		loopOf(t, "cpu-saturation", "synapse/1", checks.Critical, 0.9),
		loopOf(t, "cpu-saturation", "synapse/2", checks.Critical, 0.9),
		loopOf(t, "gc-pauses", "synapse/2", checks.Warning, 0.5),
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
	chatty.CauseSubjects = []string{"get_user_by_id"}
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

// A finding names the processes that it is about; what is wrong with another one does not explain it.
func TestExplainedByTheSameProcess(t *testing.T) {
	rows := []row{loopOf(t, "event-send-time", "", checks.Critical, 0.3), loopOf(t, "cpu-saturation", "media/1", checks.Critical, 0.9), loopOf(t, "reactor-lag", "synapse/1", checks.Warning, 0.1)}
	if got := explained(slices.Clone(rows))[0].CausedBy; got != "cpu-saturation" {
		t.Errorf("any process: caused by %q", got)
	}
	rows[0].Processes = []string{"synapse/1", "synapse/2"}
	if got := explained(slices.Clone(rows))[0].CausedBy; got != "reactor-lag" {
		t.Errorf("caused by %q", got)
	}
	rows[0].Processes = []string{"synapse/2"}
	if got := explained(slices.Clone(rows))[0].CausedBy; got != "" {
		t.Errorf("nothing is wrong there, but caused by %q", got)
	}
}

// A cause is large enough, on the same process, and there when the symptom begins.
func TestLinksAreMeasured(t *testing.T) {
	began := func(r row, minute int) row {
		at := noon.Add(time.Duration(minute) * time.Minute)
		r.since = &at
		return r
	}
	const process = "synapse/1"
	full := loopOf(t, "cpu-saturation", process, checks.Critical, 0.92)
	lagging := loopOf(t, "reactor-lag", process, checks.Critical, 0.92)
	blocked := loopOf(t, "reactor-lag", process, checks.Warning, 100.0/3600)
	for name, c := range map[string]struct {
		symptom, cause row
		want           string
	}{
		"large enough":                     {full, loopOf(t, "gc-pauses", process, checks.Warning, 0.19), "gc-pauses"},
		"too small":                        {full, loopOf(t, "gc-pauses", process, checks.Critical, 0.18), ""},
		"a pause of a second now and then": {lagging, loopOf(t, "gc-pauses", process, checks.Warning, 0.001), ""},
		"the same pauses, little blocked":  {loopOf(t, "reactor-lag", process, checks.Warning, 0.003), loopOf(t, "gc-pauses", process, checks.Warning, 0.001), "gc-pauses"},
		"much blocked":                     {blocked, loopOf(t, "gc-pauses", process, checks.Warning, 0.001), ""},
		"another process":                  {lagging, loopOf(t, "federation-presence", "synapse/2", checks.Critical, 0.9), ""},
		"an info that is large":            {full, loopOf(t, "request-surge", "", checks.Info, 0.6), "request-surge"},
		"not measured":                     {full, rowOf(t, "gc-pauses", process, checks.Critical), ""},
		"at the same time":                 {began(full, 0), began(loopOf(t, "state-resolution", process, checks.Warning, 0.5), 10), "state-resolution"},
		"began hours later":                {began(full, 0), began(loopOf(t, "state-resolution", process, checks.Warning, 0.5), 120), ""},
		"rises slowly":                     {began(full, 0), began(loopOf(t, "gc-pauses", process, checks.Warning, 0.5), 120), "gc-pauses"},
	} {
		if got := explained([]row{c.symptom, c.cause})[0].CausedBy; got != c.want {
			t.Errorf("%s: caused by %q, want %q", name, got, c.want)
		}
	}
}
