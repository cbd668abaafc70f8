package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var sqliteEnough = limits.Limit{Name: "sqliteEnough", Value: 100, Meaning: "number of transactions in a quarter of an hour from which the wait for SQLite is judged", Source: "ours"}

var (
	// sqliteProcesses are those that speak SQLite: it begins transactions itself, and never sets anything for a session. A pool of
	// one connection is no sign, for cp_max makes one on PostgreSQL too.
	sqliteProcesses = measure("sqlite", func(s Scope) string {
		spoken := func(verb string) string {
			return s.SumPerProcess(s.Now(metrics.QueryTime.Count(), query.Equal("verb", verb)))
		}
		return spoken("BEGIN") + " unless on (" + s.PerProcess() + ") " + spoken("SET")
	})
	// verbsKnown are the processes of which any statement is known.
	verbsKnown = measure("statements", func(s Scope) string { return s.SumPerProcess(s.Now(metrics.QueryTime.Count())) })
	sqliteWait = measure("meanWait", func(s Scope) string {
		return s.SumPerProcess(s.Rate(metrics.ScheduleTime.Sum(), shortWindow)) + " / (" + s.SumPerProcess(s.Rate(metrics.ScheduleTime.Count(), shortWindow)) + " > 0)"
	})
)

var sqlite = Check{
	ID:    "sqlite",
	Topic: "Kind of database",
	Title: "SQLite is too slow",
	Meaning: "SQLite is for trying Synapse out: one transaction at a time, one process. A homeserver that people use outgrows it, and then everything waits for its single connection, whatever " +
		"database.args.cp_max says.",
	Decides: "By the statements of each process: BEGIN without SET is SQLite. An info, as long as it is fast enough. Over 15 min, from {sqliteEnough} transactions on: a mean wait of {warning} for the connection is a warning, " +
		"{critical} is critical. Processes younger than {young} are not judged. Several processes on SQLite are critical: Synapse supports only one.",
	CannotKnow:  "How large the database file is, and how fast its disk.",
	Thresholds:  limits.Thresholds{Check: "sqlite", Warning: limits.At(0.5), Critical: limits.At(2), Unit: "s", WarningOf: "of mean wait for the connection", Source: "ours"},
	Limits:      []limits.Limit{sqliteEnough, limits.Young},
	Steps:       sqliteSteps,
	Panel:       "database-wait",
	Measures:    []*Measurement{sqliteProcesses, verbsKnown, sqliteWait, poolWaits, uptime},
	CriticalToo: true,
	Judge:       judgeSQLite,
	Rule: Rule{Expr: `
max by (server_name) (
  {{.meanWait}} >= {{.threshold}}
  and on ({{.by}}) {{.sqlite}}
  and on ({{.by}}) {{.waits}} >= {{.sqliteEnough}}
  unless on ({{.by}}) {{.uptime}} < {{.young}}
)
or on (server_name)
count by (server_name) ({{.sqlite}}) > 1`},
}

// sqliteSteps don't name cp_max, which SQLite ignores.
var sqliteSteps = []string{
	"Move to PostgreSQL with `synapse_port_db`: back up the database file and homeserver.yaml first, and plan a downtime and twice the disk space. Synapse's documentation, \"Using Postgres\", shows the way.",
	"Until then, put the database file on an SSD, and don't run VACUUM on it while Synapse runs.",
}

func judgeSQLite(in Input) []Finding {
	processes := in.Samples(sqliteProcesses)
	switch {
	case !in.Has(verbsKnown):
		return metricMissing(metrics.QueryTime)
	case len(processes) == 0:
		return okFinding(fmt.Sprintf("%s use PostgreSQL, by their statements.", words.Count(len(in.Samples(verbsKnown)), "process", "processes")))
	case len(processes) > 1:
		n := float64(len(processes))
		return []Finding{{
			Severity: Critical, Title: "Several processes use SQLite", Value: &n, Threshold: limits.At(1), Unit: "none",
			Evidence: fmt.Sprintf("%.0f processes use SQLite: %s. Synapse supports workers on PostgreSQL only.", n, words.List(namesOf(processes))),
		}}
	}
	p := processes[0]
	wait, _ := in.ValueFor(sqliteWait, p)
	waits, _ := in.ValueFor(poolWaits, p)
	text := fmt.Sprintf("%s uses SQLite; %s in the last 15 min waited %s on average for its one connection.", p.Process(), words.Count(waits, "transaction", "transactions"), words.Seconds(wait))
	if waits < sqliteEnough.Value || in.youngerThan(p, limits.Young) {
		return []Finding{{Subject: Subject{Name: p.Process()}, Severity: Info, Title: "SQLite in use", Evidence: text + " Too little to judge, or started a moment ago."}}
	}
	f := in.graded(wait, Finding{Subject: Subject{Name: p.Process()}, Evidence: text})
	if f.Severity == OK {
		f.Severity, f.Title = Info, "SQLite in use"
	}
	return []Finding{f}
}
