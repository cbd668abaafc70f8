package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Maintenance is harmless where it is small and nobody waits for it. A clean-up that never ends has filled disks, and one that
// held the connections has stopped servers.

// maintenanceLong is more than a purge or a clean-up at night takes.
const maintenanceLong = 12 * time.Hour

var (
	heavyMaintenance = limits.Limit{Name: "heavyMaintenance", Value: 0.3, Meaning: "seconds of database time per second from which maintenance is not harmless if it lasts or others wait", Source: "ours: a third of one connection"}

	// maintenanceLasting are jobs that took much all the time; updates after an upgrade may, and a check of their own watches them.
	maintenanceLasting = measure("lastingMaintenance", func(s Scope) string {
		return s.Sum(s.Rate(metrics.TransactionTime.Series(), maintenanceLong, query.Matcher(`desc=~"`+transactions.Jobs+`"`)), "desc") + " >= " + plain(heavyMaintenance.Value)
	})
)

// maintenanceRule is the warning for Prometheus.
const maintenanceRule = `
or on (server_name)
max by (server_name) (
  {{.cost}} >= {{.heavyMaintenance}}
  and on (server_name) {{.totalCost}} >= {{.enoughCost}}
  and on (server_name, desc) {{.housekeeping}}
  and on (server_name, desc) (
    {{.lastingMaintenance}}
    or on (server_name, desc)
    ({{.cost}} and on (server_name) {{.wait}} >= {{.longWait}} unless on (server_name) {{.saturatedProcesses}} > 0)
  )
)`

// judgeMaintenance finds the jobs that are not harmless.
func judgeMaintenance(in Input) []Finding {
	lasting := byTransaction(in, maintenanceLasting)
	wait := in.Total(slowWaits)
	waiting := wait >= slowWait.Value && in.Total(slowSaturated) == 0
	return judgeEach(txns(in, false), func(t txn) Finding {
		mean, lasts := lasting[t.Name]
		if !transactions.IsMaintenance(t.Name) || t.Cost < heavyMaintenance.Value || !lasts && !waiting {
			return Finding{}
		}
		f := Finding{
			Subject: Subject{Name: t.Name}, Severity: Warning, Title: "Maintenance loads the database", Value: &t.Cost, Threshold: &heavyMaintenance.Value, Takes: t.takes(),
			NotCausedBy: []string{"cpu-saturation", "postgres-hygiene", "extremities", "database-slow"},
			Evidence:    fmt.Sprintf("%s of database time per second in the last hour, %s of the whole: %s.", words.Seconds(t.Cost), words.Percent(t.Share()), t.callsText()),
			Steps: []string{
				"Find out what it works on: search the log of the main process, or of the worker that runs background tasks, for the job, and check whether an admin started a purge.",
				"Check in \"Largest tables\" on this dashboard that no table grows by it, and that the disk has space.",
				"If it began with an upgrade, look for it in Synapse's changelog and issues before you restart: it starts again by itself.",
			},
		}
		if lasts {
			f.Evidence += fmt.Sprintf(" Mean of the last %s: %s per second.", words.Duration(maintenanceLong), words.Seconds(mean))
		} else {
			f.Evidence += " Meanwhile transactions wait " + words.Seconds(wait) + " for a connection on average."
		}
		return f
	})
}
