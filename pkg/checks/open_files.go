package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// filesKept is how long the last value of a process counts that no longer answers: at the limit, scrapes fail too.
	filesKept = 30 * time.Minute
	// filesAhead is how far ahead the growth of the last hour is drawn.
	filesAhead = time.Hour
)

var (
	filesHalf = limits.Limit{Name: "half", Value: 0.5, Unit: "percentunit", Meaning: "share of the descriptors in use from which their growth matters", Source: "ours"}

	// filesShare leaves out processes without a limit: Python reports it as a negative number.
	filesShare = measure("share", func(s Scope) string {
		last := func(m *metrics.Metric) string { return s.Over("last_over_time", m.Series(), filesKept) }
		return s.WithServerLastDay(last(metrics.ProcessOpenFDs) + " / (" + last(metrics.ProcessMaxFDs) + " > 0)")
	})
	filesOpen = measure("open", func(s Scope) string {
		return s.WithServerLastDay(s.Over("last_over_time", metrics.ProcessOpenFDs.Series(), filesKept))
	})
	// filesSoon is the share in an hour, if it goes on growing as in the last one.
	filesSoon = measure("soon", func(s Scope) string {
		open := s.selector(metrics.ProcessOpenFDs.Series(), nil)
		grown := fmt.Sprintf("predict_linear(%s%s%s, %d)", metrics.ProcessOpenFDs.Name, open, s.Window(filesAhead), int64(filesAhead.Seconds()))
		return s.WithServer(grown + " / (" + s.Now(metrics.ProcessMaxFDs.Series()) + " > 0)")
	})
)

var openFiles = Check{
	ID:    "open-files",
	Topic: "Open files",
	Title: "Process runs out of file descriptors",
	Meaning: "Each connection and each open file takes a file descriptor. A process at its limit accepts no connection, opens none to the database or to other homeservers, and often loses its " +
		"metrics too.",
	Decides: "Per process: the share of the descriptors that it may open (warning from {warning}, critical from {critical}). From {half} on, also whether it is full within an hour if it grows as in the last hour: a warning, and critical " +
		"from {warning} on. Growth of processes younger than {young} is not judged. Of a process that no longer answers, its last value counts for half an hour.",
	CannotKnow: "What the descriptors are used for, and how many the reverse proxy or PostgreSQL have left: each has a limit of its own. A process without a limit is not judged.",
	Thresholds: limits.OpenFiles,
	Limits:     []limits.Limit{filesHalf, limits.Young},
	Steps: []string{
		"See what they are on the process's host. All: `ls /proc/<pid>/fd | wc -l`. Connections: `ls -l /proc/<pid>/fd | grep -c socket`. Connections that Synapse never closes: `ss -tnp state close-wait | grep -c pid=<pid>`.",
		"Raise the limit: `systemctl edit matrix-synapse`, add `LimitNOFILE=65536` under `[Service]`, and restart. In Docker: `--ulimit nofile=65536:65536`. Synapse uses the hard limit unless `soft_file_limit` is set.",
		"If connections of clients are most of them, look at the number of idle connections that the reverse proxy keeps open. A federation sender of a large server needs thousands by itself.",
	},
	Panel:      "processes",
	PerProcess: true,
	Measures:   []*Measurement{filesShare, filesOpen, filesSoon, uptime},
	Signal:     &Signal{Measurement: filesShare, Subject: subjectOfProcess},
	Judge:      judgeOpenFiles,
	Rule: Rule{Expr: `
max by (server_name) ({{.share}} >= {{.threshold}})
or on (server_name)
max by (server_name) (
  {{.share}} >= {{pick .half .warning}}
  and on ({{.by}}) {{.soon}} >= 1
  unless on ({{.by}}) {{.uptime}} < {{.young}}
)`},
}

func judgeOpenFiles(in Input) []Finding {
	if !in.Has(filesShare) {
		if in.Has(filesOpen) {
			return UnknownFinding("No process has a limit of open files that Python reports.")
		}
		return metricMissing(metrics.ProcessOpenFDs)
	}
	judged := in.Samples(filesShare)
	found := judgeEach(judged, func(p Sample) Finding { return judgeFilesOf(in, p) })
	return orOK(found, fmt.Sprintf("%s uses the largest share of its descriptors: %s.", judged[0].Process(), words.Percent(judged[0].Value)))
}

func judgeFilesOf(in Input, p Sample) Finding {
	f := in.graded(p.Value, Finding{Subject: Subject{Name: p.Process()}})
	open, _ := in.ValueFor(filesOpen, p)
	f.Evidence = fmt.Sprintf("%s of %s open: %s.", words.Count(open, "descriptor", "descriptors"), words.Number(open/p.Value), words.Percent(p.Value))
	soon, _ := in.ValueFor(filesSoon, p)
	if soon < 1 || p.Value < filesHalf.Value || in.youngerThan(p, limits.Young) {
		return f
	}
	if f.Severity == OK {
		f.Threshold = limits.At(filesHalf.Value)
	}
	f.Severity = min(Critical, max(Warning, f.Severity+1))
	f.Title = "File descriptors keep growing"
	f.Evidence += " At the pace of the last hour it is full within " + words.Duration(filesAhead) + "."
	return f
}
