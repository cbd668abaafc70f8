package checks

import (
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func TestDatabaseLocks(t *testing.T) {
	yes, no, text := new(true), new(false), func(s string) *string { return &s }
	psql := lockSession{PID: 1, Application: "psql", State: text("idle in transaction"), Open: new(700.0), Verb: text("UPDATE")}
	unseen := lockSession{PID: 1, Application: "psql"}
	wait := func(pid int64, synapse bool, waits *float64, blockers ...int64) lockWait {
		return lockWait{PID: pid, Synapse: synapse, Kind: "relation", Table: text("events"), Mode: "RowExclusiveLock", Blockers: blockers, Waits: waits}
	}
	with := func(all bool, by lockSession, waits ...lockWait) lockState {
		l := lockState{facts: lockFacts{AllStats: all, Sessions: 10, Plain: yes, ReadWrite: yes}, waits: waits, sessions: map[int64]lockSession{}}
		if by.PID != 0 {
			l.sessions[by.PID] = by
			l.held = []lockMode{{by.PID, "events", "AccessExclusiveLock"}}
		}
		return l
	}
	several := func(n int64, synapse bool, waits *float64) (all []lockWait) {
		for i := range n {
			all = append(all, wait(10+i, synapse, waits, 1))
		}
		return all
	}
	index := wait(10, true, new(9000.0), 1)
	index.Kind, index.Table = "virtualxid", nil
	long := lockSession{PID: 5, Synapse: true, State: text("active"), Running: new(2400.0), Open: new(2400.0), Verb: text("SELECT")}
	build := long
	build.Verb = text("CREATE")
	freeze := lockSession{PID: 1, State: text("active"), Open: new(500.0), Verb: text("AUTOVACUUM"), Wraparound: true}
	held := func(d time.Duration) lockState {
		l := with(true, lockSession{})
		l.workers = []workerLock{{Name: "new_event_during_purge_lock", Instance: "worker1", Token: "a", Held: &d}, {Name: "new_event_during_purge_lock", Instance: "worker1", Token: "b"}}
		return l
	}
	ungranted := with(false, lockSession{})
	ungranted.facts.ReadWrite = no
	old := with(true, lockSession{})
	old.facts.ReadWrite = nil
	chain := with(true, psql, wait(10, false, new(40.0), 1), wait(11, true, new(39.0), 10, 1), wait(12, true, new(35.0), 11))
	circle := with(true, lockSession{}, wait(10, true, new(0.5), 11), wait(11, true, new(0.5), 10))
	longBlocks := with(true, long, wait(10, true, new(31.0), 5))
	judgeCases(t, databaseLocks, map[string]judged{
		"nobody waits":                    {rows: with(true, lockSession{}), want: OK},
		"worker locks not granted":        {rows: ungranted, want: OK},
		"no read-write locks yet":         {rows: old, want: OK},
		"a moment":                        {rows: with(true, psql, wait(10, true, new(29.0), 1)), want: OK},
		"half a minute":                   {rows: with(true, psql, wait(10, true, new(30.0), 1)), want: Warning, subject: "pid 1", value: 30},
		"two minutes":                     {rows: with(true, psql, wait(10, true, new(120.0), 1)), want: Critical, subject: "pid 1", value: 120},
		"another program, alone":          {rows: with(true, psql, several(2, false, new(300.0))...), want: Info, subject: "pid 1"},
		"other programs":                  {rows: with(true, psql, several(3, false, new(31.0))...), want: Warning, subject: "pid 1"},
		"half of Synapse's sessions":      {rows: with(true, psql, several(5, true, new(31.0))...), want: Critical, subject: "pid 1"},
		"fewer than half":                 {rows: with(true, psql, several(4, true, new(31.0))...), want: Warning, subject: "pid 1"},
		"without the grant":               {rows: with(false, unseen, wait(10, true, new(31.0), 1)), want: Warning, subject: "pid 1"},
		"before 14, first read":           {rows: with(true, psql, several(3, true, nil)...), want: Info, subject: "pid 1", value: 3, unit: "none"},
		"before 14, one waits":            {rows: with(true, psql, wait(10, true, nil, 1)), want: OK},
		"one behind another":              {rows: chain, want: Warning, subject: "pid 1", value: 40},
		"a circle":                        {rows: circle, want: OK},
		"prepared transaction":            {rows: with(true, lockSession{}, wait(10, true, new(500.0), 0)), want: Critical, subject: "prepared transaction"},
		"autovacuum against wraparound":   {rows: with(true, freeze, wait(10, true, new(50.0), 1)), want: Warning, subject: "pid 1"},
		"an index waits for a dump":       {rows: with(true, psql, index), want: Info, subject: "pid 1"},
		"a long statement":                {rows: with(true, long), want: Warning, subject: "pid 5", value: 2400},
		"a long statement that is waited": {rows: longBlocks, want: Critical, subject: "pid 5", value: 31},
		"an index is built":               {rows: with(true, build), want: Info, subject: "pid 5"},
		"a worker lock of a moment":       {rows: held(9 * time.Minute), want: OK},
		"a worker lock for long":          {rows: held(10 * time.Minute), want: Info, subject: "new_event_during_purge_lock of worker1", value: 600},
		"a worker lock for very long":     {rows: held(time.Hour), want: Warning, subject: "new_event_during_purge_lock of worker1"},
		"a replica":                       {rows: lockState{facts: lockFacts{Replica: true}}, want: Unknown},
		"not configured":                  {missing: "PostgreSQL is not configured in this data source.", want: Unknown},
	})
}

// What two reads find is as old as the time between them, and what was gone in between is new.
func TestSince(t *testing.T) {
	in := ReadInput{Now: noon, Memory: query.NewMemory()}
	seen := func(after time.Duration, names ...string) map[string]*time.Duration {
		in.Now = noon.Add(after)
		return since(in, "k", names, func(n string) string { return n })
	}
	if ages := seen(0, "a"); ages["a"] != nil {
		t.Errorf("at first %v", ages)
	}
	if ages := seen(0, "a"); ages["a"] != nil {
		t.Errorf("read again at once, as after a conflict on a replica: %v", ages)
	}
	if ages := seen(10*time.Minute, "a", "b"); ages["a"] == nil || *ages["a"] != 10*time.Minute || ages["b"] != nil {
		t.Errorf("ten minutes later %v", ages)
	}
	seen(11*time.Minute, "b")
	if ages := seen(12*time.Minute, "a", "b"); ages["a"] != nil || *ages["b"] != 2*time.Minute {
		t.Errorf("gone in between: %v", ages)
	}
}
