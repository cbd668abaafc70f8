package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// downFor is how long every scrape must have failed to call a process down.
	downFor = 5 * time.Minute
	// scrapeWindow counts failed and slow scrapes.
	scrapeWindow = time.Hour
)

var (
	enoughScrapes = limits.Limit{Name: "enoughScrapes", Value: 20, Meaning: "number of scrapes within an hour from which a share is judged", Source: "ours"}
	noRestart     = limits.Limit{Name: "noRestart", Value: scrapeWindow.Seconds(), Unit: "s", Meaning: "uptime below which failed scrapes come from a restart", Source: "the window of the failed scrapes"}
	slowScrape    = limits.Limit{Name: "slowScrape", Value: 0.5, Unit: "percentunit", Meaning: "share of the scrape timeout that one scrape in twenty took", Source: "ours"}
	usualTimeout  = limits.Limit{Name: "usualTimeout", Value: 10, Unit: "s", Meaning: "scrape timeout where Prometheus does not store it", Source: "Prometheus' default"}

	scrapesSeen    = measure("seen", func(s Scope) string { return s.Identity.SeenLastDay(s.Filters) })
	scrapesFailing = measure("failing", func(s Scope) string {
		return ofTarget(s, "1 - "+targetOver(s, "max_over_time", metrics.Up, downFor)+" and "+targetNow(s, metrics.Up)+" == 0")
	})
	scrapesFailed = measure("failed", func(s Scope) string {
		return ofTarget(s, "1 - "+targetOver(s, "avg_over_time", metrics.Up, scrapeWindow))
	})
	scrapesFailedNow = measure("failedNow", func(s Scope) string { return ofTarget(s, "1 - "+targetOver(s, "avg_over_time", metrics.Up, downFor)) })
	scrapesCount     = measure("scrapes", func(s Scope) string { return ofTarget(s, targetOver(s, "count_over_time", metrics.Up, scrapeWindow)) })
	scrapesDuration  = measure("duration", func(s Scope) string {
		return ofTarget(s, "quantile_over_time(0.95, "+targetNow(s, metrics.ScrapeDuration)+s.Window(scrapeWindow)+")")
	})
	scrapesTimeout = measure("timeout", func(s Scope) string { return ofTarget(s, targetNow(s, metrics.ScrapeTimeout)) })
	// scrapesStrange counts, per job of a homeserver, addresses that do not answer and were not seen for a day.
	scrapesStrange = measure("strange", func(s Scope) string {
		known := metrics.ScheduleTime.Count().Over("last_over_time", s.Filters.Without("serverName").Selector(), "[1d]")
		return "count by (server_name, job) (" + scrapesSeen.PromQL(s) + ") * 0 + on (job) group_left () count by (job) ((" +
			targetOver(s, "max_over_time", metrics.Up, downFor) + " == 0) unless on (" + s.Identity.ScrapedLabels() + ") " + known + ")"
	})
)

// What Prometheus writes about a target has the target's labels only: index where it was given to the target.
func ofTarget(s Scope, targets string) string {
	return s.Identity.WithServerOfTarget(s.Filters, targets)
}

func targetNow(s Scope, m *metrics.Metric) string {
	return m.Series().Of(s.Filters.Without("index").ProcessSelector())
}

func targetOver(s Scope, function string, m *metrics.Metric, d time.Duration) string {
	return m.Series().Over(function, s.Filters.Without("index").ProcessSelector(), s.Window(d))
}

var scrapeHealth = Check{
	ID:    "scrape-health",
	Topic: "Scrapes",
	Title: "Scrapes fail or are slow",
	Meaning: "A process that is too busy to answer Prometheus leaves no numbers: graphs lack its worst minutes, and every finding looks better than it is. A process that does not " +
		"answer at all is down, or Prometheus can't reach it.",
	Decides: "Per process: critical if every scrape of the last 5 minutes failed. A warning if {warning} of the scrapes of the last hour failed although the process has run for {noRestart}, or if " +
		"one scrape in twenty took {slowScrape} of the scrape timeout (" + metrics.ScrapeTimeout.Name + " if Prometheus stores it, else {usualTimeout} or the scrape interval of this data source, whichever " +
		"is shorter). Processes with fewer than {enoughScrapes} scrapes are not judged, nor are addresses that Prometheus no longer scrapes.",
	CannotKnow: "The configuration of Prometheus, and scrapes that it never tried. If up is not stored (some remote write set-ups), nothing is known. A process that was last seen more than a day " +
		"ago has no name here.",
	Thresholds: limits.Thresholds{
		Check: "scrape-health", Warning: limits.At(0.02), Critical: limits.At(1), Unit: "percentunit", WarningOf: "of the scrapes failed", CriticalOf: "of them",
		Source: "ours",
	},
	Limits: []limits.Limit{enoughScrapes, noRestart, slowScrape, usualTimeout},
	Steps: []string{
		"Open Status → Targets in Prometheus: it shows the last scrape error. Check that the process runs and read the end of its log.",
		"Open \"Event loop of each process\" on this dashboard: if the gaps fall together with a busy event loop or long pauses, treat that first.",
		"Give the metrics a listener of their own (`type: metrics`) in each process: it answers from its own thread, while the resource `metrics` of another listener waits for the event loop.",
		"Check the network between Prometheus and the process. A longer scrape interval or timeout keeps the graphs complete until then.",
	},
	Causes:         whenFound("restarts", "memory", "cpu-saturation", "reactor-lag"),
	Panel:          "scrapes-up",
	PerProcess:     true,
	WithoutSynapse: true,
	LostSource:     PrometheusSilent,
	Measures: []*Measurement{
		scrapesSeen, scrapesFailing, scrapesFailed, scrapesCount, scrapesDuration, scrapesTimeout, scrapesStrange, uptime,
	},
	Signal: &Signal{Measurement: scrapesFailedNow, Subject: subjectOfProcess},
	Judge:  judgeScrapes,
	Rule: Rule{Expr: `
max by (server_name) (
  {{.failed}} >= {{.threshold}}
  and on ({{.by}}) {{.scrapes}} >= {{.enoughScrapes}}
  and on ({{.by}}) {{.uptime}} >= {{.noRestart}}
)
or on (server_name)
max by (server_name) ({{.failing}}) == 1
{{- if pick "warning" ""}}
or on (server_name)
max by (server_name) (
  (
    {{.duration}} >= on ({{.by}}) {{.slowScrape}} * {{.timeout}}
    or on ({{.by}})
    ({{.duration}} >= {{.slowScrape}} * {{.usualTimeout}} unless on ({{.by}}) {{.timeout}})
  )
  and on ({{.by}}) {{.scrapes}} >= {{.enoughScrapes}}
)
{{- end}}`},
}

func judgeScrapes(in Input) []Finding {
	switch {
	case !in.Has(scrapesSeen):
		return UnknownFinding("Prometheus has seen no process of Synapse for a day.")
	case !in.Has(scrapesFailed):
		return UnknownFinding("Prometheus has no \"up\" for the processes of this homeserver, so failed scrapes are unknown.")
	}
	judged := false
	found := judgeEach(in.Samples(scrapesFailed), func(p Sample) Finding {
		f, enough := judgeScrapesOf(in, p)
		judged = judged || enough
		return f
	})
	found = append(found, strangeAddresses(in)...)
	if !judged {
		return orOK(found, fmt.Sprintf("Fewer than %s scrapes of each process in the last hour: too few to judge.", enoughScrapes))
	}
	worst := in.Samples(scrapesFailed)[0]
	if worst.Value == 0 {
		return orOK(found, "No scrape failed in the last hour.")
	}
	return orOK(found, fmt.Sprintf("At most %s of the scrapes of a process failed in the last hour (%s).", words.Percent(worst.Value), worst.Process()))
}

func judgeScrapesOf(in Input, p Sample) (f Finding, enough bool) {
	if failing, ok := in.ValueFor(scrapesFailing, p); ok && failing == 1 {
		return downFinding(in, p), true
	}
	scrapes, _ := in.ValueFor(scrapesCount, p)
	if scrapes < enoughScrapes.Value {
		return Finding{}, false
	}
	f = in.graded(p.Value, Finding{
		Subject: Subject{Name: p.Process()}, Title: "Scrapes fail",
		Evidence: fmt.Sprintf("%s of %s in the last hour failed although the process did not restart. Its graphs lack these minutes, most likely the worst ones.",
			words.Percent(p.Value), words.Count(scrapes, "scrape", "scrapes")),
	})
	if age, known := in.ValueFor(uptime, p); !known || age < noRestart.Value || f.Severity == OK {
		return slowFinding(in, p), true
	}
	return f, true
}

func downFinding(in Input, p Sample) Finding {
	return Finding{
		Subject: Subject{Name: p.Process()}, Severity: Critical, Value: limits.At(1), Threshold: limits.At(in.Critical),
		Title: "Process does not answer Prometheus",
		Evidence: fmt.Sprintf("100%% of the scrapes of %s failed in the last 5 min, %s in the last hour. All graphs and findings lack this process.",
			p.Label("instance"), words.Percent(p.Value)),
		Steps: []string{
			"Check that the process runs, and read the end of its log. If it does not run, start it.",
			"If it still answers clients, only its metrics are out of reach: open Status → Targets in Prometheus for the last scrape error, and check the port of the metrics listener and the network.",
			"If you have removed this process, remove it from the configuration of Prometheus.",
		},
	}
}

func slowFinding(in Input, p Sample) Finding {
	duration, ok := in.ValueFor(scrapesDuration, p)
	timeout, note := min(usualTimeout.Value, in.Scope.Scrape.Seconds()), " (assumed: Prometheus does not store its timeout)"
	if stored, known := in.ValueFor(scrapesTimeout, p); known && stored > 0 {
		timeout, note = stored, ""
	}
	if !ok || timeout <= 0 {
		return Finding{}
	}
	return Finding{}.raisedBy(duration/timeout, slowScrape, noLimit, func(f *Finding) {
		f.Subject, f.Title = Subject{Name: p.Process()}, "Scrapes are slow"
		f.Evidence = fmt.Sprintf("One scrape in twenty took %s or more in the last hour, of a timeout of %s%s.", words.Seconds(duration), words.Seconds(timeout), note)
	})
}

func strangeAddresses(in Input) []Finding {
	var found []Finding
	for _, s := range in.Samples(scrapesStrange) {
		if s.Value < 1 {
			continue
		}
		found = append(found, Finding{
			Subject: Subject{Name: s.Label("job")}, Severity: Info, Title: "Prometheus scrapes dead addresses",
			Evidence: fmt.Sprintf("%s of this job did not answer in the last 5 min and served no Synapse process in the last day.", words.Count(s.Value, "address", "addresses")),
			Steps: []string{
				"Open Status → Targets in Prometheus to see which ones.",
				"If they are workers that should run, start them. If you have removed them, remove them from the configuration of Prometheus.",
			},
		})
	}
	return found
}
