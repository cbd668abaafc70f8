package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/coverage"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// coverageWindow is how long nothing of Synapse may come before it counts as gone.
const coverageWindow = 10 * time.Minute

var (
	coverageAge = limits.Limit{Name: "complete", Value: 3600, Unit: "s", Meaning: "uptime of the oldest process from which every metric should be there", Source: "Synapse: some come with the first background jobs"}

	// coverageNeeded are there on every homeserver from its first hour on.
	coverageNeeded = slices.DeleteFunc(metrics.All(), func(m *metrics.Metric) bool { return m.Exists != metrics.Always })

	coverageAlive = measure("alive", func(s Scope) string {
		return "count by (server_name) (" + s.Over("last_over_time", metrics.ScheduleTime.Count(), coverageWindow) + ")"
	})
	coverageVersions = measure("versions", func(s Scope) string { return coverage.Versions(s.Identity, s.Filters) })
	coveragePresent  = coveragePresence()
)

func coveragePresence() []*Measurement {
	var all []*Measurement
	for n, question := range coverage.Questions(coverageNeeded) {
		all = append(all, measure("present"+strconv.Itoa(n), func(s Scope) string { return question.PromQL(s.Identity, s.Filters) }))
	}
	return all
}

var metricCoverage = Check{
	ID:    "metric-coverage",
	Topic: "Metrics",
	Title: "Metrics missing",
	Meaning: "A check whose metric is missing is unknown, which is easily read as fine. If Prometheus gets nothing from Synapse at all, every graph is empty and every other alert " +
		"is silent.",
	Decides: "Critical if nothing of Synapse came within the last 10 min. A warning if a metric that every homeserver of this version has from its first hour on is missing on all processes. Metrics that come with an " +
		"event (the first EDU, the first bridge), with a role, or with a newer Synapse are not missed. Within {complete} of the start it does not judge.",
	CannotKnow: "Whether every process is scraped: the check of scrapes shows that. Why a metric is missing: a rule that drops it, or a platform without it.",
	Thresholds: limits.Thresholds{Check: "metric-coverage", Warning: limits.At(1), Unit: "none", WarningOf: "missing metrics",
		Source: "the metrics that this plugin reads, compared with 23 versions of Synapse"},
	Limits:         []limits.Limit{coverageAge},
	CriticalToo:    true,
	Steps:          metricCoverageSteps,
	Causes:         whenFound("scrape-health"),
	Panel:          "metric-coverage",
	WithoutSynapse: true,
	LostSource:     SynapseAbsent,
	Measures:       append([]*Measurement{coverageAlive, uptime, coverageVersions}, coveragePresent...),
	Judge:          judgeCoverage,
	Rule: Rule{Expr: `
count by (server_name) (` + metrics.ScheduleTime.Count().Over("last_over_time", `{server_name!=""}`, "[6h]") + `)
unless on (server_name) {{.alive}}
or
absent({{.alive}})`},
}

var metricCoverageSteps = []string{
	"Open \"Metrics, missing ones first\" on this dashboard: it shows what is missing and which checks are blind without it.",
	"Compare with what the process itself exposes (its metrics listener, /_synapse/metrics): what is there and not in Prometheus is dropped by a rule (metric_relabel_configs, or remote write).",
}

func judgeCoverage(in Input) []Finding {
	if !in.Has(coverageAlive) {
		return []Finding{{
			Severity: Critical, Value: limits.At(float64(len(coverageNeeded))), Threshold: limits.At(in.Warning),
			Title:    "Prometheus has nothing from Synapse",
			Evidence: fmt.Sprintf("0 of %d metrics of Synapse in the last %s. All other checks are blind.", len(coverageNeeded), words.Duration(coverageWindow)),
			Steps: []string{
				"Check that Synapse runs.",
				"Open Status → Targets in Prometheus: it shows the last scrape error. Synapse needs `enable_metrics: true` and a listener of type metrics in each process.",
				"Check the filters of this query and rules that drop metrics. If this homeserver was removed, the finding ends with the time range.",
			},
		}}
	}
	if ages := in.Samples(uptime); len(ages) > 0 && ages[0].Value < coverageAge.Value {
		return okFinding("The oldest process started less than " + coverageAge.String() + " ago: too early to judge.")
	}
	there, version := coverageFound(in)
	if len(there) == 0 {
		return UnknownFinding("Prometheus has nothing of the last minutes from any process: they do not answer scrapes. Check Status → Targets in Prometheus.")
	}
	half := in.Scope.Identity.HalfLabelled(in.Server)
	var missing, newer []string
	for _, m := range coverageNeeded {
		if half && process.LabelledFirst(m) {
			continue // it is there, under the homeserver's name
		}
		switch status, _ := coverage.StatusOf(m, there, version); status {
		case coverage.Absent:
			missing = append(missing, m.Name)
		case coverage.OtherVersion:
			newer = append(newer, m.Name+" (since "+m.Since+")")
		case coverage.Present, coverage.OlderName, coverage.NotYet:
		}
	}
	note := ""
	if len(newer) > 0 {
		note = " Not in Synapse " + version + ": " + words.List(newer) + "."
	}
	if len(missing) == 0 && half {
		return []Finding{{Severity: Info, Title: "Half of the metrics without label", Evidence: process.HalfLabelledNote, Steps: []string{process.HalfLabelledStep}}}
	}
	if len(missing) == 0 {
		return okFinding(fmt.Sprintf("All %d metrics that every homeserver of this version has are there.%s", len(coverageNeeded)-len(newer), note))
	}
	f := in.graded(float64(len(missing)), Finding{
		Evidence: fmt.Sprintf("%s of %d missing on all processes: %s.%s", words.Count(len(missing), "metric", "metrics"), len(coverageNeeded)-len(newer), words.List(missing), note),
	})
	if slices.ContainsFunc(missing, func(name string) bool { return strings.HasPrefix(name, "process_") }) {
		f.Steps = append(slices.Clone(metricCoverageSteps), "If Synapse does not run on Linux, do nothing: there Python exposes no process_* metrics.")
	}
	return []Finding{f}
}

// coverageFound gives the series that are there, and the newest version that runs.
func coverageFound(in Input) (there map[string]bool, version string) {
	there = map[string]bool{}
	for _, m := range coveragePresent {
		for _, s := range in.Samples(m) {
			there[coverage.NameIn(s.Label)] = true
		}
	}
	var versions []string
	for _, s := range in.Samples(coverageVersions) {
		versions = append(versions, s.Label("version"))
	}
	return there, metrics.Newest(versions)
}
