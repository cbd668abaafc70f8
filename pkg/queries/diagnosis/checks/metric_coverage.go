package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metriccatalogue"
)

var metricCoverage = Check{
	ID:    "metric-coverage",
	Title: "Metrics are missing",
	Meaning: "What Prometheus does not have, nobody can see: a check without its metric says \"unknown\", which is easily read as \"fine\". " +
		"Where nothing comes from Synapse at all, every graph and alert is silent.",
	Decides: "Critical where nothing of Synapse was there within the last 10 minutes. A warning where a metric that every homeserver has from its first hour on is missing on all processes. " +
		"Metrics that come with an event (the first EDU, the first bridge), with a role, or an hour after the start are not missed. Within an hour of the start it does not judge.",
	Source:         "The list of metrics that this plugin reads, checked against what Synapse 1.160 exposes.",
	CannotKnow:     "Whether a process that has a metric is all of them: scrape-health tells that. Why a metric is missing: an old Synapse, a rule that drops it, or a platform without it.",
	Unit:           "none",
	Warning:        Threshold(1),
	Causes:         []string{"scrape-health"},
	WithoutSynapse: true,
	Measures: func(w Where) map[string]string {
		measures := map[string]string{
			"alive": "count " + PerServer + "(last_over_time(synapse_storage_schedule_time_count" + w.Selector() + "[10m]))",
			"age":   "max " + PerServer + "(" + uptimes(w) + ")",
		}
		for i, promql := range metriccatalogue.Presence(w.Filters, neededMetrics()) {
			measures[presence+strconv.Itoa(i)] = promql
		}
		return measures
	},
	Judge: judgeCoverage,
}

// presence is how the names of the measurements of what is there begin.
const presence = "present"

// neededMetrics are there on every homeserver from its first hour on.
func neededMetrics() []metriccatalogue.Metric {
	return slices.DeleteFunc(slices.Clone(metriccatalogue.All), func(m metriccatalogue.Metric) bool { return m.Exists != metriccatalogue.Always })
}

func judgeCoverage(in Input) []Finding {
	needed := neededMetrics()
	if !in.Has("alive") {
		count := float64(len(needed))
		return []Finding{{
			Severity: Critical, Value: &count, Threshold: Threshold(1),
			Title:    "Prometheus has nothing from Synapse",
			Evidence: fmt.Sprintf("Within the last 10 minutes there was no metric of a Synapse process; %.0f are needed. All other checks are blind.", count),
			Advice: "See whether Synapse runs. Then, in homeserver.yaml: enable_metrics, and a listener of type metrics for each process. Then, in Prometheus: its page of targets shows whether it reaches them. " +
				"Last, the filters of this query and rules that drop metrics. If you have taken this homeserver away, this ends by itself when the time range no longer holds it.",
			Remedy: "Open Prometheus' page of targets.",
		}}
	}
	if age := in.Samples("age"); len(age) > 0 && age[0].Value < warmed {
		return Fine("The oldest process started less than an hour ago: too early to miss anything.")
	}
	there := presentNames(in)
	var missing []string
	for _, m := range needed {
		if status, _ := m.Status(there); status == metriccatalogue.IsAbsent {
			missing = append(missing, m.Name)
		}
	}
	if len(missing) == 0 {
		return Fine(fmt.Sprintf("All %d metrics that every homeserver has are there.", len(needed)))
	}
	f := in.Graded(float64(len(missing)), Finding{
		Title: fmt.Sprintf("Metrics that every homeserver has are missing: %d", len(missing)),
		Evidence: fmt.Sprintf("No process exposes %s, of %d metrics that are needed. The checks that read them are blind or see less.",
			list(missing), len(needed)),
		Advice: "Compare with what the process itself exposes (its metrics listener, /_synapse/metrics). What is there and not in Prometheus is dropped by a rule (metric_relabel_configs, or on the way of a remote write): keep it. " +
			"What is not there needs a newer Synapse" + platform(missing) + ".",
		Remedy: "Query type metricCoverage: what is missing, and which checks are blind for it.",
	})
	return []Finding{f}
}

func presentNames(in Input) map[string]bool {
	there := map[string]bool{}
	for name, vector := range in.vectors {
		if !strings.HasPrefix(name, presence) {
			continue
		}
		for _, sample := range vector {
			there[metriccatalogue.SeriesOf(sample.Metric)] = true
		}
	}
	return there
}

// platform adds why whole families may be missing.
func platform(missing []string) string {
	if slices.ContainsFunc(missing, func(name string) bool { return strings.HasPrefix(name, "process_") }) {
		return ", or Linux: elsewhere Python tells nothing about its process"
	}
	return ""
}
