package diagnosis

import (
	"slices"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
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

// The deepest of several causes is named, the largest of those, and all stand above their symptom.
func TestDeepestCause(t *testing.T) {
	const main, persister = "synapse/1", "event_persister/1"
	rows := []row{
		loopOf(t, "event-send-time", "", checks.Warning, 0.1),
		loopOf(t, "cpu-saturation", main, checks.Warning, 0.9),
		loopOf(t, "state-resolution", persister, checks.Warning, 0.1),
		loopOf(t, "federation-presence", main, checks.Critical, 0.5),
		loopOf(t, "gc-pauses", main, checks.Critical, 0.01),
	}
	for i, want := range []string{"federation-presence", "federation-presence", "", "", ""} {
		if got := explained(rows)[i].CausedBy; got != want {
			t.Errorf("%s is caused by %q, want %q", rows[i].check.ID, got, want)
		}
	}
	if got := explained(rows)[0].causeTitle; got != "Presence overloads a process" {
		t.Errorf("the cause is called %q", got)
	}
	var order []string
	for _, r := range ordered(explained(rows)) {
		order = append(order, r.check.ID)
	}
	if want := []string{"federation-presence", "gc-pauses", "cpu-saturation", "state-resolution", "event-send-time"}; !slices.Equal(order, want) {
		t.Errorf("%v", order)
	}
}

// With Redis down every write waits for its stream, so the lost replication stands above slow sends of the same severity.
func TestLostReplicationExplainsSlowSends(t *testing.T) {
	rows := ordered(explained([]row{loopOf(t, "event-send-time", "", checks.Critical, 0.9), rowOf(t, "replication-lag", "", checks.Critical)}))
	if rows[0].check.ID != "replication-lag" || rows[1].CausedBy != "replication-lag" {
		t.Errorf("%s first, then %s caused by %q", rows[0].check.ID, rows[1].check.ID, rows[1].CausedBy)
	}
	other := rowOf(t, "replication-lag", "media/1", checks.Critical)
	sends := loopOf(t, "event-send-time", "", checks.Critical, 0.9)
	sends.Processes = []string{"synapse/1"}
	if got := explained([]row{sends, other})[0].CausedBy; got != "" {
		t.Errorf("a worker that sends don't pass through is blamed: %q", got)
	}
}

// A slow transaction explains sends by its part of the database time of the processes that they pass through.
func TestTransactionsExplainByTheirPart(t *testing.T) {
	taking := func(id, subject string, severity limits.Severity, seconds float64) row {
		r := rowOf(t, id, subject, severity)
		r.Takes = checks.Amounts{checks.DatabaseTime: seconds}
		return r
	}
	sends := taking("event-send-time", "", checks.Critical, 2)
	sends.Transactions = map[string]float64{"persist_events": 0.9, "get_users_in_public_rooms": 0.1}
	for name, c := range map[string]struct {
		cause row
		want  string
	}{
		"most of their time":         {taking("database-slow", "persist_events", checks.Warning, 0.9), "database-slow"},
		"little of their time":       {taking("database-slow", "get_users_in_public_rooms", checks.Critical, 5), ""},
		"not in their processes":     {taking("database-cost", "purge_history", checks.Critical, 5), ""},
		"PostgreSQL itself":          {taking("database-slow", "", checks.Warning, 7), "database-slow"},
		"an upgrade's updates":       {taking("background-updates", "", checks.Info, 1), "background-updates"},
		"an upgrade's small updates": {taking("background-updates", "", checks.Info, 0.1), ""},
	} {
		if got := explained([]row{sends, c.cause})[0].CausedBy; got != c.want {
			t.Errorf("%s: caused by %q, want %q", name, got, c.want)
		}
	}
}
