package tables

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"

// GrowthThresholds are those of the check table-growth, in force in the table as well: the warning is a share of dead rows,
// critical a share of the database.
var GrowthThresholds = limits.Thresholds{
	Check: "table-growth", Warning: limits.At(0.2), Critical: limits.At(0.5), TwoNumbers: true, Unit: "percentunit",
	WarningOf: "of its rows dead", CriticalOf: "of the database taken by it", Source: "ours",
}

var (
	// Large is the size below which neither growth nor dead rows matter.
	Large = limits.Limit{Name: "large", Value: 1 << 30, Unit: "bytes", Meaning: "size below which a table is not judged", Source: "ours"}
	// ManyDead makes a share of dead rows matter.
	ManyDead = limits.Limit{Name: "manyDead", Value: 1_000_000, Meaning: "number of dead rows from which their share is judged", Source: "ours"}
)

// DeadShare is the dead rows' part of all, nil where it is not known.
func (t Table) DeadShare() *float64 {
	if t.Live == nil || t.Dead == nil || *t.Live+*t.Dead == 0 {
		return nil
	}
	share := float64(*t.Dead) / float64(*t.Live+*t.Dead)
	return &share
}

// FullOfDeadRows tells whether vacuum is behind on a table that is large enough to matter. Levels are GrowthThresholds in
// force.
func (t Table) FullOfDeadRows(levels limits.Levels) bool {
	share := t.DeadShare()
	return share != nil && *share >= levels.Warning && float64(*t.Dead) >= ManyDead.Value && float64(t.Bytes()) >= Large.Value
}

// DeadRowSteps are what to do about dead rows.
var DeadRowSteps = []string{
	"Find out what holds vacuum up: a transaction that is open for hours (pg_stat_activity) or an unused replication slot (pg_replication_slots).",
	"Then run `VACUUM (ANALYZE)` on the table: harmless while Synapse runs. The space becomes usable again but stays with the table. Only VACUUM FULL returns it to the disk; it locks " +
		"the table for hours and needs as much free disk as the table has, so stop Synapse first.",
}
