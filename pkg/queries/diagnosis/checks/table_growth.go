package checks

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tablestats"
)

const (
	// growthTables bounds the tables that are looked at.
	growthTables = 50
	// growthFloor is the size of a table below which its growth does not matter. Source: ours.
	growthFloor = 1 << 30
	// growthDead is the number of dead rows that makes their share matter. Source: ours.
	growthDead = 1e6
	// growthExtremities is how many rows stream_ordering_to_exterm may have per event of the last 30 days: about the
	// number of extremities of the rooms that are written in, one or two normally. Source: ours.
	growthExtremities = 10.0
	// growthState is the part of the database that state may take before it is worth a word. Source: ours.
	growthState = 0.5
)

const (
	extremitiesTable = "stream_ordering_to_exterm"
	stateTable       = "state_groups_state"
)

var tableGrowth = Check{
	ID:      "table-growth",
	Title:   "A table of the database is larger than it should be",
	Meaning: "Some of Synapse's tables are known to grow without bound on some servers; others keep dead rows that vacuum does not remove. Both fill the disk, and slow down what reads them.",
	Decides: "Tables of 1 GiB or more, by PostgreSQL's estimates. Critical: a table with a known issue takes more than half of the database. Warning: more than 20 % and more than a million of its rows are dead; " +
		"stream_ordering_to_exterm has more than 10 rows per event of the last 30 days. Info: state_groups_state takes more than half, as it does on many servers. Sizes are judged, growth per day is not: this data source keeps no history.",
	Source: "The issues that the findings link to, and Synapse's source. The numbers are ours.",
	CannotKnow: "How much disk is free. Dead rows on a replica, where PostgreSQL does not count them: that is a row of its own, \"unknown\". Tables that live in another database (state tables can). " +
		"After a reset of PostgreSQL's statistics the counts begin anew.",
	Unit:    "percentunit",
	Warning: Threshold(0.2), Critical: Threshold(0.5),
	TwoNumbers: true,
	Causes:     []string{"extremities", "postgres-hygiene"},
	Read:       readGrowth,
	Judge:      judgeTableGrowth,
}

// growingTables is the tables and how much was written lately.
type growingTables struct {
	tablestats.Database
	monthOfEvents *int64 // events of the last 30 days; nil where not asked or unknown
}

// monthSQL counts the events since a month ago by the difference of their numbers: by the index of times it finds the
// number that was current then (the middle one of some, for the times are claims of their senders). $1 is in ms.
const monthSQL = `SELECT (SELECT max(stream_ordering) FROM events)
  - (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY stream_ordering) FROM (
    SELECT stream_ordering FROM events WHERE origin_server_ts >= $1 AND stream_ordering > 0
    ORDER BY origin_server_ts LIMIT 100) first) AS events`

func readGrowth(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	d, err := tablestats.Read(ctx, tx, growthTables)
	if err != nil {
		return nil, err
	}
	g := growingTables{Database: d}
	for _, t := range d.Tables {
		if t.Name == extremitiesTable && t.Bytes() >= growthFloor {
			month, err := query.Rows[struct{ Events *int64 }](ctx, tx, monthSQL, in.Now.Add(-30*24*time.Hour).UnixMilli())
			if err != nil {
				return nil, err
			}
			g.monthOfEvents = month[0].Events
		}
	}
	return g, nil
}

func judgeTableGrowth(in Input) []Finding {
	g, ok := in.Rows.(growingTables)
	if !ok {
		return Blind("Only PostgreSQL can tell: " + in.RowsMissing)
	}
	var found []Finding
	large := 0
	for _, t := range g.Tables {
		if t.Bytes() < growthFloor {
			continue
		}
		large++
		if f := g.finding(in, t); f.Severity > OK {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		found = g.fine(large)
	}
	if g.Replica {
		found = append(found, Unseen("dead rows", "PostgreSQL is a replica: dead rows are counted on the primary only."))
	}
	return found
}

func (g growingTables) fine(large int) []Finding {
	if large == 0 {
		return Fine(fmt.Sprintf("The database has %s and no table of 1 GiB: too little to judge.", bytes(float64(g.Bytes))))
	}
	return Fine(fmt.Sprintf("The database has %s, %d of its tables 1 GiB or more; the largest is %s with %s.",
		bytes(float64(g.Bytes)), large, g.Tables[0].Name, bytes(float64(g.Tables[0].Bytes()))))
}

func (g growingTables) finding(in Input, t tablestats.Table) Finding {
	issue, known := tablestats.KnownIssue(t.Name)
	share := float64(t.Bytes()) / max(1, float64(g.Bytes))
	f := Finding{Subject: Subject{Name: t.Name}, NotCausedBy: []string{"extremities", "postgres-hygiene"}}
	evidence := []string{fmt.Sprintf("%s has %s, %s of the database (%s).%s", t.Name, bytes(float64(t.Bytes())), percent(share), bytes(float64(g.Bytes)), g.written(t))}
	if dead := t.DeadShare(); dead != nil && *dead >= in.Warning && float64(*t.Dead) >= growthDead {
		f.Severity, f.Value, f.Threshold, f.Title = Warning, dead, Threshold(in.Warning), "The table "+t.Name+" is full of dead rows"
		f.Advice = deadAdvice
		f.NotCausedBy = []string{"extremities"}
		evidence = append(evidence, fmt.Sprintf("%s of its rows are dead (%s million).%s", percent(*dead), number(float64(*t.Dead)/1e6), vacuumed(t)))
	}
	if rows := g.rowsPerEvent(t); rows >= growthExtremities {
		f.Severity, f.Title = Warning, "The table "+t.Name+" grows with rooms that have many forward extremities"
		f.NotCausedBy = []string{"postgres-hygiene"}
		evidence = append(evidence, fmt.Sprintf("It has about %s rows per event of the last 30 days; one or two are normal.", number(rows)))
	}
	switch {
	case known && issue.Rare && share >= in.Critical:
		f.Severity, f.Value, f.Threshold, f.Title = Critical, &share, Threshold(in.Critical), "The table "+t.Name+" takes most of the database"
	case t.Name == stateTable && share >= growthState && f.Severity == OK:
		f.Severity, f.Value, f.Threshold, f.Title = Info, &share, Threshold(growthState), "The states of rooms take most of the database"
	}
	if known && f.Severity > OK {
		f.Advice = strings.TrimSpace(issue.Meaning + " " + issue.Advice + " " + f.Advice)
		f.Remedy = issue.Link
	}
	f.Evidence = strings.Join(evidence, " ")
	return f
}

const deadAdvice = "See first what holds vacuum up (postgres-hygiene): an open transaction, a slot. Then let vacuum run on the table (VACUUM ANALYZE): harmless while Synapse runs, it takes disk reads. " +
	"It makes the space usable again, but does not give it back to the disk; VACUUM FULL does, locks the table for hours and needs as much free disk as the table has: not while Synapse runs."

// written is what went into a table since PostgreSQL began to count.
func (g growingTables) written(t tablestats.Table) string {
	if t.Inserted == nil || t.Deleted == nil {
		return ""
	}
	since := "since PostgreSQL's statistics began"
	if g.Since != nil {
		since = "since " + g.Since.UTC().Format(time.DateOnly)
	}
	return fmt.Sprintf(" %s million rows were written and %s million deleted %s.", number(float64(*t.Inserted)/1e6), number(float64(*t.Deleted)/1e6), since)
}

func vacuumed(t tablestats.Table) string {
	last := t.LastAutovacuum
	if last == nil || t.LastVacuum != nil && t.LastVacuum.After(*last) {
		last = t.LastVacuum
	}
	if last == nil {
		return " No vacuum of it is on record."
	}
	return " Its last vacuum was on " + last.UTC().Format(time.DateOnly) + "."
}

func (g growingTables) rowsPerEvent(t tablestats.Table) float64 {
	if t.Name != extremitiesTable || t.Rows == nil || g.monthOfEvents == nil || *g.monthOfEvents <= 0 {
		return 0
	}
	return float64(*t.Rows) / float64(*g.monthOfEvents)
}
