package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/coverage"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/versions"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// mixedFor is how long a rollout may take.
const mixedFor = 24 * time.Hour

// versionMixed is the lowest number of versions that ran at a time within the last day, where Prometheus remembers that day.
var versionMixed = measure("mixed", func(s Scope) string {
	number := "count by (server_name) (" + coverage.Versions(s.Identity, s.Filters) + ")"
	return "min_over_time((" + number + ")" + subquery(mixedFor, time.Hour) + ") and on (server_name) last_over_time((" + number + ")" +
		subquery(2*time.Hour, time.Hour) + metrics.Offset(mixedFor-time.Hour) + ")"
})

var version = Check{
	ID:    "version",
	Topic: "Synapse's version",
	Title: "Known issue of this Synapse version",
	Meaning: "Some releases of Synapse have a performance issue that a later one fixes. Where its sign is measured, an upgrade is the cure, and tuning is not. " +
		"The list holds what Synapse's changelogs say up to " + versions.Newest + " (" + versions.Dated + ").",
	Decides: "The versions that run, against the list. An issue of the running version is an info, and a warning if its own sign is measured: a named transaction takes {seconds} of database time per second and {databaseShare} of all, " +
		"a named job uses {jobCPU} cores, a kind of requests {cpuShare} of the CPU of a process, memory grows by {growth} a day after {trendAge} of uptime, garbage collection takes {collecting} of the time, a sliding sync takes {slowSend} on average, " +
		"or the event loop is blocked for {lostSome} of the last hour while {refusals} uploads of keys per second are refused. Different versions for a day are an info. During a rollout nothing is judged.",
	CannotKnow: "What a distribution has patched: it may have fixed the issue in the same version. Issues that are open, or newer than the list, are not in it.",
	Thresholds: limits.Thresholds{
		Check: "version", Warning: limits.At(1), Unit: "none", WarningOf: "known issue whose sign is measured", Source: "the changelogs of Synapse",
	},
	Limits: append([]limits.Limit{slowSend, surgeCPU, limits.Collecting, loopLostSome, memoryAge}, signLimits...),
	Steps: []string{
		"Read Synapse's upgrade notes between the two versions, then upgrade to the version that the finding names, or to a newer one.",
		"If your distribution has patched the version, look in its changelog: the issue may be fixed already, and the cause another one.",
		"If processes run different versions, restart those that still run the old one. Synapse supports mixed versions during an upgrade only.",
	},
	Panel:    "processes",
	Measures: append([]*Measurement{coverageVersions, versionMixed}, signMeasures...),
	Judge:    judgeVersion,
	Rule:     Rule{None: "a rule can't hold the list of known issues."},
}

func judgeVersion(in Input) []Finding {
	if !in.Has(coverageVersions) {
		return metricMissing(metrics.BuildInfo)
	}
	running := in.Samples(coverageVersions)
	if len(running) > 1 {
		return judgeMixed(in, running)
	}
	name := running[0].Label("version")
	known := versions.Known(name)
	found := judgeEach(known, func(issue versions.Issue) Finding { return judgeIssue(in, name, issue) })
	switch release, is := versions.Parse(name); {
	case len(found) > 0:
		return found
	case len(known) > 0:
		return []Finding{hiddenIssues(in, name, known)}
	case !is:
		return UnknownFinding(fmt.Sprintf("The version %q is no release of Synapse.", name))
	default:
		if newest, _ := versions.Parse(versions.Newest); newest.Before(release) {
			return okFinding("Synapse " + name + " is newer than the list of known issues, which ends with " + versions.Newest + ".")
		}
		return okFinding("Synapse " + name + " has no known performance issue, by the list of " + versions.Dated + ".")
	}
}

// judgeMixed takes several versions at once for a rollout until they have been there for a day.
func judgeMixed(in Input, running []Sample) []Finding {
	var names []string
	for _, s := range running {
		names = append(names, s.Label("version"))
	}
	slices.Sort(names)
	evidence := fmt.Sprintf("%d versions run at once: %s.", len(names), words.List(names))
	if in.Total(versionMixed) < 2 {
		return okFinding(evidence + " Known issues are judged once all processes run the same.")
	}
	return []Finding{{Severity: Info, Title: "Processes run different versions", Evidence: evidence + " So for " + words.Duration(mixedFor) + " at least.", Steps: in.check.Steps[2:]}}
}

// judgeIssue is a warning where the issue's own sign is measured.
func judgeIssue(in Input, name string, issue versions.Issue) Finding {
	sign, explains := signOf(in, issue.Sign)
	if sign == "" {
		return Finding{}
	}
	f := in.graded(1, Finding{Subject: Subject{Name: fmt.Sprintf("#%d", issue.Number)}, Confidence: 0.7, Explains: explains})
	f.Evidence = fmt.Sprintf("Synapse %s: %s (fixed in %s). Its sign is here: %s.", name, issue.What, issue.Fixed, sign)
	f.Steps = []string{
		"Read Synapse's upgrade notes from " + name + " on, then upgrade to " + issue.Fixed + " or newer. The fix: " + issue.Link(),
		in.check.Steps[1],
	}
	return f
}

// hiddenIssues is what there is to know where no sign of any issue is measured.
func hiddenIssues(in Input, name string, known []versions.Issue) Finding {
	const shown = 2
	var texts []string
	for _, issue := range known[:min(shown, len(known))] {
		texts = append(texts, fmt.Sprintf("%s (#%d, fixed in %s)", issue.What, issue.Number, issue.Fixed))
	}
	return Finding{
		Severity: Info, Confidence: 0.7,
		Evidence: fmt.Sprintf("Synapse %s has %s; no sign of them is measured. The newest: %s.",
			name, words.Count(float64(len(known)), "known performance issue", "known performance issues"), strings.Join(texts, "; ")),
		Steps: in.check.Steps[:2],
	}
}

// oneOfNames matches the label's values that the list names.
func oneOfNames(label string, kind versions.Kind) query.Matcher {
	return query.OneOf(label, versions.Named(kind))
}
