package checks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/tables"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// growthTables bounds the tables that are looked at.
const growthTables = 50

var (
	growthExtremities = limits.Limit{Name: "rowsPerEvent", Value: 10, Meaning: "number of rows of stream_ordering_to_exterm per event of the last 30 days that is too high", Source: "ours: one or two are normal"}
	growthState       = limits.Limit{Name: "stateShare", Value: 0.5, Unit: "percentunit", Meaning: "share of the database from which the states of rooms are named", Source: "ours"}
)

var tableGrowth = Check{
	ID:    "table-growth",
	Topic: "Database tables",
	Title: "Database table too large",
	Meaning: "Some of Synapse's tables are known to grow without bound on some servers; others keep dead rows that vacuum does not remove. Both fill the disk and slow down what reads " +
		"them.",
	Decides: "Tables of {large} or more, by PostgreSQL's estimates. Critical: a table with a known issue takes at least {critical} of the database. Warning: at least {warning} and {manyDead} of its rows are dead, or " +
		"stream_ordering_to_exterm has {rowsPerEvent} rows per event of the last 30 days. Info: state_groups_state takes {stateShare} or more, as on many servers. Also a warning: a table grew by {growthShare} of its size per hour and by {growthLeast}, " +
		"between two reads that are {growthOver} or more apart.",
	CannotKnow: "Growth before this data source first looked: it remembers the sizes of the last hours, and forgets them at a restart of Grafana. How much disk is free; dead rows on a replica; tables in another database, as state tables can be. After a reset of PostgreSQL's statistics the counts of rows start again.",
	Thresholds: tables.GrowthThresholds,
	Limits:     []limits.Limit{tables.Large, tables.ManyDead, growthExtremities, growthState, growthShare, growthLeast, growthOver},
	Steps: append([]string{
		"Open \"Largest tables\" on this dashboard and follow the link to the known issue: some are fixed in a later version of Synapse.",
	}, tables.DeadRowSteps...),
	Causes:   whenFound("extremities", "postgres-hygiene"),
	Panel:    "tables",
	Measures: []*Measurement{txnCost},
	Read:     readGrowth,
	Judge:    judgeTableGrowth,
}

// growingTables is the tables and how much was written lately.
type growingTables struct {
	tables.Database
	monthOfEvents *int64 // events of the last 30 days; nil where not asked or unknown
	earlier       []sizesRead
	at            time.Time
}

// monthSQL counts the events since a month ago by the difference of their numbers: by the index of times it finds the
// number that was current then (the middle one of some, for the times are claims of their senders). $1 is in ms.
const monthSQL = `SELECT (SELECT max(stream_ordering) FROM events)
  - (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY stream_ordering) FROM (
    SELECT stream_ordering FROM events WHERE origin_server_ts >= $1 AND stream_ordering > 0
    ORDER BY origin_server_ts LIMIT 100) first) AS events`

func readGrowth(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	d, err := tables.Read(ctx, tx, growthTables)
	if err != nil {
		return nil, err
	}
	g := growingTables{Database: d, at: in.Now}
	g.earlier = query.Recall(in.Memory, "sizes of tables", func(old []sizesRead) []sizesRead { return remember(old, in.Now, d.Tables) })
	for _, t := range d.Tables {
		if t.Name == tables.ExtremitiesTable && isLarge(t) {
			month, err := query.Rows[struct{ Events *int64 }](ctx, tx, monthSQL, in.Now.Add(-30*24*time.Hour).UnixMilli())
			if err != nil {
				return nil, err
			}
			g.monthOfEvents = month[0].Events
		}
	}
	return g, nil
}

func isLarge(t tables.Table) bool { return float64(t.Bytes()) >= tables.Large.Value }

func judgeTableGrowth(in Input) []Finding {
	g, ok := in.Rows.(growingTables)
	if !ok {
		return UnknownFinding(in.RowsMissing)
	}
	var found []Finding
	large := 0
	for _, t := range g.Tables {
		if !isLarge(t) {
			continue
		}
		large++
		if f := g.finding(in, t); f.Severity > OK {
			found = append(found, f)
		}
	}
	size := "The database has " + words.Bytes(float64(g.Bytes))
	switch {
	case len(found) > 0:
	case large == 0:
		found = okFinding(size + " and no table of " + tables.Large.String() + ": too small to judge.")
	default:
		found = okFinding(fmt.Sprintf("%s; tables of %s or more: %d, the largest is %s with %s.", size, tables.Large, large, g.Tables[0].Name, words.Bytes(float64(g.Tables[0].Bytes()))))
	}
	if g.Replica {
		found = append(found, partlyUnknown("dead rows", "PostgreSQL is a replica: dead rows are counted on the primary only."))
	}
	return found
}

func (g growingTables) finding(in Input, t tables.Table) Finding {
	issue, known := tables.KnownIssue(t.Name)
	share := float64(t.Bytes()) / max(1, float64(g.Bytes))
	f := Finding{Subject: Subject{Name: t.Name}, NotCausedBy: []string{"extremities", "postgres-hygiene"}, Steps: issue.Steps}
	detail := g.written(t)
	if t.FullOfDeadRows(in.Levels) {
		dead := t.DeadShare()
		f.Severity, f.Value, f.Threshold, f.Title = Warning, dead, limits.At(in.Warning), "Table full of dead rows"
		f.NotCausedBy, f.Steps = []string{"extremities"}, tables.DeadRowSteps
		detail = fmt.Sprintf(" Dead rows: %s (%s), last vacuum: %s.", words.Number(float64(*t.Dead)), words.Percent(*dead), lastVacuum(t))
	}
	if rows := g.rowsPerEvent(t); rows >= growthExtremities.Value {
		f.Severity, f.Value, f.Threshold, f.Unit = Warning, &rows, limits.At(growthExtremities.Value), "none"
		f.Title, f.NotCausedBy, f.Steps = "Table grows with forward extremities", []string{"postgres-hygiene"}, issue.Steps
		detail = " It has " + words.Number(rows) + " rows per event of the last 30 days; one or two are normal."
	}
	switch {
	case known && issue.Rare && share >= in.Critical:
		f.Severity, f.Value, f.Threshold, f.Unit, f.Title = Critical, &share, limits.At(in.Critical), "", "Table takes most of the database"
	case t.Name == tables.StateTable && share >= growthState.Value && f.Severity == OK:
		f.Severity, f.Value, f.Threshold, f.Title = Info, &share, limits.At(growthState.Value), "States of rooms take most of the database"
	}
	if p, known := paceOf(g.earlier, g.at, t); known {
		if fast, text := judgePace(in, p, t, f); text != "" {
			f, detail = fast, text
		}
	}
	f.Evidence = fmt.Sprintf("%s, %s of the database (%s).%s", words.Bytes(float64(t.Bytes())), words.Percent(share), words.Bytes(float64(g.Bytes)), detail)
	if known {
		f.Steps = slices.Concat(f.Steps[:min(2, len(f.Steps))], []string{"Read " + issue.Link + " before you change anything: other servers had this too."})
	}
	return f
}

// written is what went into a table since PostgreSQL began to count.
func (g growingTables) written(t tables.Table) string {
	if t.Inserted == nil || t.Deleted == nil {
		return ""
	}
	since := "PostgreSQL's statistics began"
	if g.Since != nil {
		since = g.Since.UTC().Format(time.DateOnly)
	}
	return fmt.Sprintf(" Since %s %s rows were inserted and %s deleted.", since, words.Number(float64(*t.Inserted)), words.Number(float64(*t.Deleted)))
}

func lastVacuum(t tables.Table) string {
	last := t.LastAutovacuum
	if last == nil || t.LastVacuum != nil && t.LastVacuum.After(*last) {
		last = t.LastVacuum
	}
	if last == nil {
		return "none on record"
	}
	return last.UTC().Format(time.DateOnly)
}

func (g growingTables) rowsPerEvent(t tables.Table) float64 {
	if t.Name != tables.ExtremitiesTable || t.Rows == nil || g.monthOfEvents == nil || *g.monthOfEvents <= 0 {
		return 0
	}
	return float64(*t.Rows) / float64(*g.monthOfEvents)
}
