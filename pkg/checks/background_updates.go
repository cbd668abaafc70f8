package checks

import (
	"context"
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// The values of the metric that mean something. Every process exports it, but only the one that runs the updates leaves 1
// ("not started") behind, and 3 ("complete") needs no attention. Source: UpdaterStatus in storage/background_updates.py.
const (
	statusAborted  = -1
	statusDisabled = 0
	statusRunning  = 2
	statusComplete = 3
)

var (
	updatesLong = limits.Limit{Name: "longUpdates", Value: 86400, Unit: "s", Meaning: "time that updates may run before someone should look", Source: "ours"}

	updatesThere = measure("there", func(s Scope) string {
		return "count by (server_name) (" + s.Now(metrics.BackgroundUpdateStatus.Series()) + ")"
	})
	updatesAborted  = measure("aborted", func(s Scope) string { return updatesIn(s, statusAborted, "") })
	updatesDisabled = measure("disabled", func(s Scope) string { return updatesIn(s, statusDisabled, "") })
	updatesRunning  = measure("running", func(s Scope) string { return updatesIn(s, statusRunning, "") })
	// updatesTime is the database time that they take.
	updatesTime = measure("time", func(s Scope) string {
		return s.Sum(txnRate(s, metrics.TransactionTime.Series(), "") + " and " + s.Now(metrics.TransactionTime.Series(), query.Matcher(`desc=~"`+transactions.SchemaUpdates+`"`)))
	})
	// updatesLasting are running now, were running a day ago, and were complete at no time between.
	updatesLasting = measure("lasting", func(s Scope) string {
		highest := s.Max(s.Over("max_over_time", metrics.BackgroundUpdateStatus.Series(), updatesLong.Duration()), "database_name")
		return updatesIn(s, statusRunning, "") + " and on (server_name, database_name) " + updatesIn(s, statusRunning, metrics.Offset(updatesLong.Duration())) +
			fmt.Sprintf(" unless on (server_name, database_name) (%s == %d)", highest, statusComplete)
	})
)

// updatesIn counts the processes with a status, by database.
func updatesIn(s Scope, status int, at string) string {
	return fmt.Sprintf("count by (server_name, database_name) (%s%s == %d)", s.Now(metrics.BackgroundUpdateStatus.Series()), at, status)
}

var backgroundUpdates = Check{
	ID:    "background-updates",
	Topic: "Background updates",
	Title: "Background updates unfinished",
	Meaning: "After an upgrade Synapse changes its database in the background. Until that is done, some queries are slow because their index is missing, and the next upgrade may refuse " +
		"to start.",
	Decides: "The status that Synapse exports: aborted is critical; disabled with updates left is a warning; running for more than {longUpdates} is a warning, running for less an info. " +
		"\"Not started\" on a worker means nothing. With PostgreSQL the updates that are left are named, and if none is left all is fine, whatever the metric says.",
	CannotKnow:  "How much of an update is left: Synapse does not say. Failures before the fifth in a row are only in its log.",
	Thresholds:  limits.Thresholds{Check: "background-updates", Unit: "none", Source: "Synapse: it aborts after five failures in a row"},
	Limits:      []limits.Limit{updatesLong},
	CriticalToo: true,
	Steps: []string{
		"Don't upgrade Synapse again before they are done.",
		"If they were aborted, search the log of the process that runs them (the main process by default) for \"Error doing update\": it names the update and the reason.",
	},
	Panel:    "schema-updates",
	Measures: []*Measurement{updatesThere, updatesAborted, updatesDisabled, updatesRunning, updatesLasting, updatesTime},
	Read: func(ctx context.Context, tx query.Tx, _ ReadInput) (any, error) {
		return query.Rows[pendingUpdate](ctx, tx, pendingUpdatesSQL)
	},
	Judge: judgeBackgroundUpdates,
	Rule: Rule{Expr: `
max by (server_name) (
  {{pick (print .disabled "\n  or on (server_name, database_name) " .lasting "\n  or on (server_name, database_name) ") ""}}{{.aborted}}
) > 0`},
}

// pendingUpdate is one update that is not done; the table is empty when all are.
type pendingUpdate struct {
	Name  string
	Waits *string // for another update
}

const pendingUpdatesSQL = `SELECT update_name AS name, depends_on AS waits FROM background_updates ORDER BY ordering, update_name`

func judgeBackgroundUpdates(in Input) []Finding {
	pending, known := in.Rows.([]pendingUpdate)
	if !in.Has(updatesThere) && !known {
		return metricMissing(metrics.BackgroundUpdateStatus)
	}
	if known && len(pending) == 0 {
		return okFinding("No background update is left in the database.")
	}
	left := updatesLeft(pending, known, in.RowsMissing)
	f := Finding{Severity: Info, Takes: Amounts{DatabaseTime: in.Total(updatesTime)}}
	switch {
	case in.Has(updatesAborted):
		f.Severity, f.Title = Critical, "Background updates aborted"
		f.Evidence = "Synapse gave up after 5 failures in a row (" + updateDatabases(in, updatesAborted) + "). " + left
		f.Steps = []string{
			"Search the log of the process that runs them (the main process by default) for \"Error doing update\": it names the update and the reason, often a full disk, a timeout or damaged data.",
			"Once the reason is gone, restart that process: it tries again.",
			"Don't upgrade Synapse before they are done.",
		}
	case in.Has(updatesDisabled):
		f.Severity, f.Title = Warning, "Background updates disabled"
		f.Evidence = "Disabled with the admin API (status 0, " + updateDatabases(in, updatesDisabled) + "). " + left
		f.Steps = []string{
			"Enable them with the admin API (`POST /_synapse/admin/v1/background_updates/enabled`), or restart the process that runs them.",
			"Don't upgrade Synapse before they are done.",
		}
	case in.Has(updatesLasting):
		f.Severity, f.Title = Warning, "Background updates run for long"
		f.Evidence = "Running for more than " + updatesLong.String() + " (" + updateDatabases(in, updatesLasting) + "). " + left
		f.Steps = []string{
			"Check in the log of the process that runs them that the numbers move: on a large database some updates take days.",
			"Let them finish before the next upgrade.",
		}
	case in.Has(updatesRunning):
		f.Title = "Background updates running"
		f.Evidence = "Running now (status 2, " + updateDatabases(in, updatesRunning) + "). " + updateCost(in) + left
		f.Steps = []string{"Wait: this is normal after an upgrade. Transactions of these updates may lead \"Most expensive database transactions\" meanwhile."}
	case known && !in.Has(updatesThere):
		f.Title, f.Evidence = "Background updates left", left+" Prometheus has no "+metrics.BackgroundUpdateStatus.Name+" (since Synapse "+metrics.BackgroundUpdateStatus.Since+"), so whether they run is unknown."
		f.Steps = []string{"Check in the log of the main process that the updates make progress."}
	case known:
		f.Title, f.Evidence = "Background updates not running", left+" No scraped process runs them."
		f.Steps = []string{
			"If Synapse started a moment ago, wait.",
			"Check that the main process is scraped, and in its log whether it begins with the updates.",
		}
	default:
		return okFinding("No process reports background updates that are running, disabled or aborted.")
	}
	return []Finding{f}
}

func updateCost(in Input) string {
	if !in.Has(updatesTime) {
		return ""
	}
	return "They take " + words.Seconds(in.Total(updatesTime)) + " of database time per second. "
}

func updateDatabases(in Input, m *Measurement) string {
	var names []string
	for _, s := range in.Samples(m) {
		if name := s.Label("database_name"); name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "the database"
	}
	return "database " + words.List(names)
}

func updatesLeft(pending []pendingUpdate, known bool, why string) string {
	if !known {
		return "Which ones are left is unknown: " + why
	}
	var names []string
	waiting := 0
	for _, p := range pending {
		names = append(names, p.Name)
		if p.Waits != nil {
			waiting++
		}
	}
	text := fmt.Sprintf("%s left: %s", words.Count(len(pending), "update", "updates"), words.List(names))
	if waiting > 0 {
		text += fmt.Sprintf("; waiting for another one: %d", waiting)
	}
	return text + "."
}
