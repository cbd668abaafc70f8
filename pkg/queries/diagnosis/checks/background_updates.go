package checks

import (
	"context"
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const updateStatus = "synapse_background_update_status"

// The values of the metric that mean something. Every process exports it, but only the one that runs the updates
// leaves 1 ("not started") behind, and 3 ("complete") needs no attention. Source: UpdaterStatus in
// storage/background_updates.py.
const (
	updatesAborted  = "-1"
	updatesDisabled = "0"
	updatesRunning  = "2"
)

// updatesLong is how long updates may run before somebody should look. Source: ours.
const updatesLong = "24h"

var backgroundUpdates = Check{
	ID:      "background-updates",
	Title:   "Background updates of the database are unfinished",
	Meaning: "After an upgrade Synapse changes its database in the background. Until that is done some queries lack their index and are slow, and the next upgrade may refuse to start.",
	Decides: "The status that Synapse exports, of those processes only that say aborted, disabled or running: aborted is critical, disabled with updates left is a warning, running for more than 24 hours is a warning, " +
		"running is an info. \"Not started\" on a worker means nothing. With PostgreSQL the updates that are left are named, and none left is fine whatever the metric says.",
	Source:     "UpdaterStatus in Synapse's source: it aborts after five failures in a row. The 24 hours are ours.",
	CannotKnow: "How far an update is: Synapse does not say how much is left. Failures before the fifth are only in its log.",
	Unit:       "none",
	Measures: func(w Where) map[string]string {
		of := func(value, more string) string {
			by := "count by (server_name, database_name) "
			return by + "(" + updateStatus + w.Selector() + more + " == " + value + ")"
		}
		return map[string]string{
			"there":    "count " + PerServer + "(" + updateStatus + w.Selector() + ")",
			"aborted":  of(updatesAborted, ""),
			"disabled": of(updatesDisabled, ""),
			"running":  of(updatesRunning, ""),
			// Still running now, running a day ago, and complete at no time between.
			"long": of(updatesRunning, "") + " and on (server_name, database_name) " + of(updatesRunning, " offset "+updatesLong) +
				" unless on (server_name, database_name) (max by (server_name, database_name) (max_over_time(" + updateStatus + w.Selector() + "[" + updatesLong + "])) == 3)",
		}
	},
	Read: func(ctx context.Context, tx query.Tx, _ ReadInput) (any, error) {
		return query.Rows[pendingUpdate](ctx, tx, pendingUpdatesSQL)
	},
	Judge: judgeBackgroundUpdates,
}

// pendingUpdate is one update that is not done; the table is empty when all are.
type pendingUpdate struct {
	Name  string
	Waits *string // for another update
}

const pendingUpdatesSQL = `SELECT update_name AS name, depends_on AS waits FROM background_updates ORDER BY ordering, update_name`

func judgeBackgroundUpdates(in Input) []Finding {
	pending, known := in.Rows.([]pendingUpdate)
	if !in.Has("there") && !known {
		return Absent(updateStatus)
	}
	if known && len(pending) == 0 {
		return Fine("No background update is left in the database.")
	}
	left := updatesLeft(pending, known, in.RowsMissing)
	f := Finding{Evidence: left}
	switch {
	case in.Has("aborted"):
		f.Severity, f.Title = Critical, "The background updates of the database were aborted"
		f.Evidence = "Synapse gave up after five failures in a row (status −1, " + updateDatabases(in, "aborted") + "). " + left
		f.Advice = "Look for \"Error doing update\" in the log of the process that runs the updates: it names the update and the reason, often a full disk, a time-out or damaged data. " +
			"Don't upgrade Synapse before this is solved. After the reason is gone, a restart of that process tries again."
	case in.Has("disabled"):
		f.Severity, f.Title = Warning, "The background updates of the database are switched off"
		f.Evidence = "Somebody switched them off (status 0, " + updateDatabases(in, "disabled") + "). " + left
		f.Advice = "They were switched off by the admin API for background updates, which can switch them on again; so does a restart. Don't upgrade Synapse before they are done."
	case in.Has("long"):
		f.Severity, f.Title = Warning, "Background updates of the database have run for more than a day"
		f.Evidence = "They were running 24 hours ago and are running now (status 2, " + updateDatabases(in, "long") + "). " + left
		f.Advice = "On a large database some updates take days, and that is no fault: see in the log of the process that runs them whether the numbers move. Let them finish before the next upgrade."
	case in.Has("running"):
		f.Severity, f.Title = Info, "Background updates of the database are running"
		f.Evidence = "They are running now (status 2, " + updateDatabases(in, "running") + "). " + left
		f.Advice = "Nothing is wrong: this is normal after an upgrade and passes by itself. Transactions of these updates may lead the list meanwhile."
	case known:
		f.Severity, f.Title = Info, "Background updates are left, and no scraped process runs them"
		f.Advice = "If Synapse was started a moment ago, wait. Else see whether the main process is scraped, and in its log whether it begins with the updates."
	default:
		return Fine("No process reports updates that are running, disabled or aborted.")
	}
	return []Finding{f}
}

func updateDatabases(in Input, measurement string) string {
	var names []string
	for _, s := range in.Samples(measurement) {
		names = append(names, s.Label("database_name"))
	}
	return "database " + list(names)
}

func updatesLeft(pending []pendingUpdate, known bool, why string) string {
	if !known {
		return "Which updates are left is not known: " + why
	}
	var names []string
	waiting := 0
	for _, p := range pending {
		names = append(names, p.Name)
		if p.Waits != nil {
			waiting++
		}
	}
	text := fmt.Sprintf("Updates that are left: %d (%s).", len(pending), list(names))
	if waiting > 0 {
		text += fmt.Sprintf(" Waiting for another one to be done first: %d.", waiting)
	}
	return text
}
