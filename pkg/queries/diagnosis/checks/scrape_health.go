package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

const (
	// downFor is how long every scrape must have failed to call a process down.
	downFor = 5 * time.Minute
	// scrapeWindow counts failed and slow scrapes.
	scrapeWindow = time.Hour
	// enoughScrapes make a share. Source: ours.
	enoughScrapes = 20.0
	// slowScrape is the part of the allowed time that a slow scrape takes. Source: ours.
	slowScrape = 0.5
	// usualTimeout is Prometheus' default for scrape_timeout.
	usualTimeout = 10 * time.Second
)

var scrapeHealth = Check{
	ID:    "scrape-health",
	Title: "A process fails to answer Prometheus in time",
	Meaning: "A process that is too busy to answer Prometheus leaves no numbers: the worst minutes are missing in every graph, and everything " +
		"else here looks better than it is. A process that does not answer at all is down, or out of Prometheus' reach.",
	Decides: "Per process: critical where every scrape of the last 5 minutes failed; a warning where 2 % of the last hour's failed without a restart, " +
		"or where one scrape in twenty took half the time that it may (scrape_timeout where Prometheus keeps it; else the shorter of 10 s and the scrape interval of this data source). " +
		"With fewer than 20 scrapes it does not judge. Addresses that Prometheus does not scrape any more are not down.",
	Source:     "Prometheus' own series up and scrape_duration_seconds. The thresholds are ours; the time-out is Prometheus' default.",
	CannotKnow: "Prometheus' configuration, and scrapes that were never tried. Where up is not stored (some remote writing), nothing can be told. A process that was not seen for more than a day has no name here.",
	Unit:       "percentunit",
	Warning:    Threshold(0.02), Critical: Threshold(1),
	Causes:         []string{"restarts", "memory", "cpu-saturation", "reactor-lag"},
	PerProcess:     true,
	WithoutSynapse: true,
	Measures: func(w Where) map[string]string {
		target := func(expression string) string { return synapse.PerServerOfTarget(w.Filters, expression) }
		selector := w.Filters.Without("index").ProcessSelector()
		up := "up" + selector
		return map[string]string{
			"seen":     synapse.SeenProcesses(w.Filters),
			"failing":  target("1 - max_over_time(" + up + w.Window(downFor) + ") and " + up + " == 0"),
			"failed":   failedScrapes(w),
			"scrapes":  target("count_over_time(" + up + w.Window(scrapeWindow) + ")"),
			"duration": target("quantile_over_time(0.95, scrape_duration_seconds" + selector + w.Window(scrapeWindow) + ")"),
			"timeout":  target("scrape_timeout_seconds" + selector),
			"strange":  strangers(w),
			"uptime":   uptimes(w),
		}
	},
	Signal: func(w Where) Signal {
		return Signal{PromQL: synapse.PerServerOfTarget(w.Filters, "1 - avg_over_time(up"+w.Filters.Without("index").ProcessSelector()+w.Window(downFor)+")"), Subject: subjectOfProcess}
	},
	Judge: judgeScrapes,
}

// failedScrapes is the share of the last hour's scrapes of each process that failed.
func failedScrapes(w Where) string {
	return synapse.PerServerOfTarget(w.Filters, "1 - avg_over_time(up"+w.Filters.Without("index").ProcessSelector()+w.Window(scrapeWindow)+")")
}

// strangers counts, per job of a homeserver, addresses that do not answer and were not seen for a day.
func strangers(w Where) string {
	known := "last_over_time(synapse_storage_schedule_time_count" + w.Filters.Without("serverName").Selector() + "[1d])"
	down := "max_over_time(up" + w.Filters.Without("index").ProcessSelector() + w.Window(downFor) + ") == 0"
	return "count by (server_name, job) (" + synapse.SeenProcesses(w.Filters) + ") * 0 + on (job) group_left () count by (job) ((" + down + ") unless on (job, instance) " + known + ")"
}

func judgeScrapes(in Input) []Finding {
	if !in.Has("seen") {
		return Blind("Prometheus has seen no process of Synapse for a day.")
	}
	if !in.Has("failed") {
		return Blind("Prometheus keeps no \"up\" for the processes of this homeserver, so failed scrapes can't be told.")
	}
	var found []Finding
	judged := 0
	for _, p := range in.Samples("failed") {
		if f, enough := scrapeFinding(in, p); f.Severity > OK {
			found = append(found, f)
		} else if enough {
			judged++
		}
	}
	found = append(found, strangeFindings(in)...)
	switch {
	case len(found) > 0:
		return found
	case judged == 0:
		return Fine("There were fewer than 20 scrapes of each process within the last hour: too few to judge.")
	}
	worst := in.Samples("failed")[0]
	return Fine(fmt.Sprintf("Of the scrapes of %s, %s failed within the last hour: no process had more.", worst.Process(), percent(worst.Value)))
}

func scrapeFinding(in Input, p Sample) (f Finding, enough bool) {
	if failing, ok := in.Of("failing", p); ok && failing == 1 {
		return downFinding(in, p), true
	}
	scrapes, _ := in.Of("scrapes", p)
	if scrapes < enoughScrapes {
		return Finding{}, false
	}
	uptime, known := in.Of("uptime", p)
	if known && uptime >= scrapeWindow.Seconds() && in.Grade(p.Value) > OK {
		return in.Graded(p.Value, Finding{
			Subject: Subject{Name: p.Process()},
			Title:   "Scrapes of " + p.Process() + " fail",
			Evidence: fmt.Sprintf("%s of the %.0f scrapes of %s within the last hour failed, though it did not restart. Its graphs lack these minutes, most likely the worst ones.",
				percent(p.Value), scrapes, p.Process()),
			Advice: "See whether the gaps fall together with a busy event loop or long pauses. Give the metrics a listener of their own (type metrics), which answers from its own thread, instead of a resource of the client listener. " +
				"Then look at the network between Prometheus and the process.",
			Remedy: "Prometheus' page of targets names the last error.",
		}), true
	}
	return slowFinding(in, p), true
}

func downFinding(in Input, p Sample) Finding {
	all := 1.0
	return Finding{
		Subject: Subject{Name: p.Process()}, Severity: Critical, Value: &all, Threshold: Threshold(in.Critical),
		Title: p.Process() + " does not answer Prometheus",
		Evidence: fmt.Sprintf("Every scrape of %s (%s) within the last 5 minutes failed; within the last hour it was %s. All graphs and findings lack this process.",
			p.Process(), p.Label("instance"), percent(p.Value)),
		Advice: "See whether the process runs and what its log says last. If it serves people, only its metrics are out of reach: check the metrics listener's port, and what lies between Prometheus and it. " +
			"If you have removed this process, take it out of Prometheus' configuration.",
		Remedy: "Prometheus' page of targets names the last error of " + p.Label("instance") + ".",
	}
}

func slowFinding(in Input, p Sample) Finding {
	duration, ok := in.Of("duration", p)
	allowed, assumed := min(usualTimeout, in.Where.Scrape).Seconds(), true
	if timeout, known := in.Of("timeout", p); known && timeout > 0 {
		allowed, assumed = timeout, false
	}
	if !ok || allowed <= 0 || duration < slowScrape*allowed {
		return Finding{}
	}
	note := ""
	if assumed {
		note = " (assumed: Prometheus does not tell its time-out)"
	}
	part := duration / allowed
	return Finding{
		Subject: Subject{Name: p.Process()}, Severity: Warning, Value: &part, Threshold: Threshold(slowScrape),
		Title:    "Scrapes of " + p.Process() + " are slow",
		Evidence: fmt.Sprintf("One scrape of %s in twenty took %s or more within the last hour, of the %s that it may take%s.", p.Process(), seconds(duration), seconds(allowed), note),
		Advice: "A busy process answers slowly, and soon not at all: see its CPU first. Give the metrics a listener of their own (type metrics), which has its own thread. " +
			"A longer scrape interval, or a longer time-out, keeps the graphs whole meanwhile.",
		Remedy: "Look at scrape_duration_seconds of " + p.Label("instance") + " beside its event loop.",
	}
}

func strangeFindings(in Input) []Finding {
	var found []Finding
	for _, s := range in.Samples("strange") {
		if s.Value < 1 {
			continue
		}
		found = append(found, Finding{
			Subject: Subject{Name: s.Label("job")}, Severity: Info,
			Title: "Prometheus scrapes addresses that do not answer",
			Evidence: fmt.Sprintf("Addresses of the job %s that have not answered for 5 minutes and were no process of Synapse within the last day: %.0f.",
				s.Label("job"), s.Value),
			Advice: "If they are workers that you have removed, take them out of Prometheus' configuration. If they are workers that should run, start them.",
			Remedy: "Prometheus' page of targets lists them.",
		})
	}
	return found
}
