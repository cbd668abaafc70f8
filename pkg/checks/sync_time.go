package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// The two ways to sync, and which of their requests ask for news only. The label of sliding sync is the wrong way round:
// initial="True" is a request that goes on from an earlier one (handlers/sliding_sync/__init__.py). The tag of the older
// sync has its prefix since 1.139, another one from 1.108, and none before.
const (
	slidingSyncs query.Matcher = `initial="True"`
	ordinary     query.Matcher = `servlet="SyncRestServlet"`
	incremental  query.Matcher = `tag=~"(?:(?:sync_v2|SyncVersion[.]SYNC_V2):)?incremental_sync"`
	// tagged are the syncs of any kind that Synapse began to answer: refused requests have no tag.
	tagged query.Matcher = `tag!=""`
)

const (
	slidingSync = "sliding sync"
	olderSync   = "sync v2"
)

var (
	enoughSyncs = limits.Limit{Name: "enoughSyncs", Value: 100, Meaning: "number of syncs within 15 minutes from which a mean is judged", Source: "ours"}
	// syncSettled leaves out cold caches; the window looks back as long again.
	syncSettled = limits.Limit{Name: "settled", Value: 2 * limits.Young.Value, Unit: "s", Meaning: "uptime below which a process's syncs are left out", Source: "ours: caches are cold"}

	syncMean        = measure("mean", syncMeans)
	syncSliding     = measure("sliding", func(s Scope) string { return syncs(s, metrics.SlidingSyncTime.Count(), slidingSyncs) })
	syncNotSlow     = measure("notSlow", func(s Scope) string { return slidingUpTo(s, slowSend) })
	syncNotVerySlow = measure("notVerySlow", func(s Scope) string { return slidingUpTo(s, verySlowSend) })
	syncServed      = measure("served", func(s Scope) string { return syncs(s, metrics.ResponseCount.Series(), ordinary, tagged) })
	syncOrdinary    = measure("ordinary", func(s Scope) string { return syncs(s, metrics.ResponseCount.Series(), ordinary, incremental) })
	syncCPU         = measure("cpu", func(s Scope) string { return syncWork(s, metrics.ResponseUserCPU, metrics.ResponseSystemCPU) })
	syncDatabase    = measure("database", func(s Scope) string { return syncWork(s, metrics.ResponseDatabaseTime) })
	syncWaiting     = measure("waiting", func(s Scope) string { return syncWork(s, metrics.ResponseScheduleTime) })
	syncReceived    = measure("received", func(s Scope) string {
		return s.Sum(s.Increase(metrics.RequestsReceived.Series(), shortWindow, metrics.SyncServlets.Are()))
	})
	syncAnswered = measure("answered", func(s Scope) string {
		return s.Sum(s.Counted(metrics.ResponseTime.Count(), shortWindow, nil, metrics.SyncServlets.Are(), metrics.ServerErrors.AreNot()))
	})
	syncProcesses = measure("servers", func(s Scope) string {
		return s.SumPerProcess(s.Rate(metrics.RequestsReceived.Series(), shortWindow, metrics.SyncServlets.Are())) + " > 0"
	})
	syncSteps = measureSteps(syncedSteps, shortWindow, false)
	// syncTransactions are the transactions that took most time on these processes.
	syncTransactions = measure("transactions", func(s Scope) string { return txnsOn(s, syncProcesses) })
)

// syncs is a counter's increase on processes that have been up for a while. Where the age of a process is not known, all
// count.
func syncs(s Scope, series metrics.Series, more ...query.Matcher) string {
	return s.Sum(fmt.Sprintf("%s unless on (%s) (time() - %s < %g)", s.Increase(series, shortWindow, more...), s.Identity.Labels(),
		s.Now(metrics.ProcessStart.Series()), syncSettled.Value))
}

func slidingUpTo(s Scope, bound limits.Limit) string {
	return syncs(s, metrics.SlidingSyncTime.Bucket(), slidingSyncs, upTo(plain(bound.Value)))
}

// syncWork is the time that all incremental syncs of the older kind took, of these kinds of work.
func syncWork(s Scope, kinds ...*metrics.Metric) string {
	parts := make([]string, len(kinds))
	for i, kind := range kinds {
		parts[i] = syncs(s, kind.Series(), ordinary, incremental)
	}
	return strings.Join(parts, " + ")
}

// syncMeans is the mean work of one sync, labelled with its kind.
func syncMeans(s Scope) string {
	mean := func(kind, sum, count string) string {
		return fmt.Sprintf(`label_replace((%s) / (%s >= %g), "kind", "%s", "", "")`, sum, count, enoughSyncs.Value, kind)
	}
	return mean(slidingSync, syncs(s, metrics.SlidingSyncTime.Sum(), slidingSyncs), syncSliding.PromQL(s)) + " or " +
		mean(olderSync, syncWork(s, olderWork...), syncOrdinary.PromQL(s))
}

var syncTime = Check{
	ID:    "sync-time",
	Topic: "Syncing",
	Title: "Syncing is slow",
	Meaning: "Clients get everything new by syncing. A sync waits up to half a minute for news; only the work on the answer counts here. When that work takes long, " +
		"every client is slow.",
	Decides: "The mean work of one incremental sync over 15 minutes (warning from {warning}, critical from {critical}), separately for sliding sync and for sync v2 " +
		"(`/sync`). Initial syncs, which fetch everything, are left out, and so are processes younger than {settled}. With fewer than {enoughSyncs} sliding syncs in all 15 min of 24 h, each one of these " +
		"24 h counts: a warning if more took longer than {slowSend} than chance explains (once in a thousand times, if {fewShare} are slow), from {fewLeast} syncs. Of sync v2, each quarter of an hour counts " +
		"likewise, with its mean. The evidence names a step of syncs that takes {slowStep} × its usual time (from {stepLeast} runs on). If most syncs that came in have not finished, it is unknown.",
	CannotKnow: "For sync v2, what Synapse does not count per request: waits for a lock, for another process or for the event loop. Database times of parallel queries " +
		"add up, so the real time may be shorter. Nothing shows what the client does with the answer.",
	Thresholds: limits.Thresholds{
		Check: "sync-time", Warning: limits.At(0.5), Critical: limits.At(2), Unit: "s", WarningOf: "of work per sync",
		Source: "ours; Synapse's sliding sync time leaves out the wait for news, and for sync v2 the CPU and database time of its requests do",
	},
	Limits: slices.Concat([]limits.Limit{enoughSyncs, syncSettled, slowSend, verySlowSend}, fewLimits, stepLimits),
	Steps: []string{
		"Open \"Processes\" on this dashboard and see whether a process that serves syncs is saturated.",
		"Open \"Database time by kind of request\" and \"Cost of the most expensive transactions\": what grew together with the syncs is what they wait for.",
		"If a process stays saturated and the machine has a free core, spread syncs over more workers, each user always on the same one.",
	},
	Causes: slices.Concat(
		whenFound("version", "database-locks", "sqlite", "replication-lag"), byLoopTime("gc-pauses", "state-resolution", "federation-presence", "starvation", "cpu-saturation", "reactor-lag"),
		byDatabaseTime("background-updates", "database-slow", "database-cost"), whenFound("database-pool", "restarts"),
	),
	Symptom:     true,
	Panel:       "sync-work",
	Completions: true,
	Measures: append([]*Measurement{
		requestsScraped, syncMean, syncSliding, syncNotSlow, syncNotVerySlow, syncServed, syncOrdinary, syncCPU, syncDatabase, syncWaiting, syncReceived, syncAnswered, syncProcesses, syncTransactions, syncSteps,
	}, append(syncsOfDay.measures(), olderOfDay.measures()...)...),
	Signal: &Signal{Measurement: syncMean, Subject: byLabel("kind")},
	Judge:  judgeSyncTime,
	Rule: Rule{Expr: `
max by (server_name) ({{.mean}}) >= {{.threshold}}
{{- if pick "warning" ""}}
or on (server_name) ({{.mostExcess}} >= 0 and on (server_name) {{.lastExcess}} > -{{.fewKept}})
or on (server_name) ({{.olderMostExcess}} >= 0 and on (server_name) {{.olderLastExcess}} > -{{.fewKept}})
{{- end}}`},
}

func judgeSyncTime(in Input) []Finding {
	if !in.Has(requestsScraped) {
		return metricMissing(metrics.RequestsReceived)
	}
	var found []Finding
	var fine *Finding
	olderJudged := false
	for _, s := range in.Samples(syncMean) {
		kind := s.Label("kind")
		olderJudged = olderJudged || kind == olderSync
		f := in.graded(s.Value, Finding{Evidence: syncEvidence(in, kind, s.Value)})
		switch {
		case f.Severity > OK:
			found = append(found, syncFinding(in, f, kind))
		case fine == nil:
			fine = &f
		default:
			fine.Evidence += " " + f.Evidence
		}
	}
	if f, slow := syncsOfDay.judge(in); slow {
		found = append(found, syncFinding(in, f, slidingSync))
	}
	if f, slow := olderOfDay.judge(in); slow {
		found = append(found, syncFinding(in, f, olderSync))
	}
	if f, hangs := tooFewFinished(in, syncReceived, syncAnswered, enoughSyncs.Value, "15 min"); hangs && len(found) == 0 {
		return []Finding{f}
	}
	if len(found) == 0 && fine != nil {
		found = append(found, *fine)
	}
	unknown := ""
	if !olderJudged {
		unknown = olderSyncUnknown(in)
	}
	switch {
	case unknown != "" && len(found) == 0:
		return UnknownFinding(unknown)
	case unknown != "":
		return append(found, partlyUnknown(olderSync, unknown))
	case len(found) == 0 && in.Total(syncsOfDay.all) >= 1:
		return okFinding(syncsOfDay.text(in))
	case len(found) == 0 && in.Total(olderOfDay.all) >= 1:
		return okFinding(olderOfDay.text(in))
	case len(found) == 0:
		return okFinding(fmt.Sprintf("Fewer than %s incremental syncs of one kind in 15 min on processes that have run for %s: too few to judge.", enoughSyncs, syncSettled))
	}
	return found
}

// syncFinding is about the processes that serve syncs, and what takes most of their time.
func syncFinding(in Input, f Finding, kind string) Finding {
	f.Subject, f.Processes = Subject{Name: kind}, in.Processes(syncProcesses)
	f.Takes = allOfLoop
	f.Evidence += sentence(slowestStep(in, syncSteps, syncedSteps))
	return f.takingDatabaseTime(in.Samples(syncTransactions))
}

// olderSyncUnknown says why the older sync can't be judged although it is used, "" where it is not used.
func olderSyncUnknown(in Input) string {
	switch served, count := in.Total(syncServed), in.Total(syncOrdinary); {
	case count >= enoughSyncs.Value:
		return fmt.Sprintf("%s answered in 15 min, but Prometheus lacks a metric of their work, such as %s.", words.Count(count, "incremental sync was", "incremental syncs were"), metrics.ResponseUserCPU.Name)
	case count == 0 && served >= enoughSyncs.Value:
		return fmt.Sprintf("%s answered in 15 min, none with a tag of incremental syncs that this plugin knows.", words.Count(served, "request to /sync was", "requests to /sync were"))
	}
	return ""
}

func syncEvidence(in Input, kind string, mean float64) string {
	if kind == slidingSync {
		all, slow := in.Total(syncSliding), ""
		if in.Has(syncNotSlow) && in.Has(syncNotVerySlow) {
			slow = fmt.Sprintf("; %s took longer than %s and %s longer than %s", words.Percent(1-in.Total(syncNotSlow)/all), slowSend, words.Percent(1-in.Total(syncNotVerySlow)/all), verySlowSend)
		}
		return fmt.Sprintf("%s of work per pass of sliding sync on average, without the wait for news (%s in 15 min)%s.", words.Seconds(mean), words.Count(all, "pass", "passes"), slow)
	}
	all := in.Total(syncOrdinary)
	return fmt.Sprintf("%s of work per incremental sync on average, without the wait for news (%s in 15 min): %s of CPU, %s in the database, %s waiting for a connection.",
		words.Seconds(mean), words.Count(all, "sync", "syncs"), words.Seconds(in.Total(syncCPU)/all), words.Seconds(in.Total(syncDatabase)/all), words.Seconds(in.Total(syncWaiting)/all))
}
