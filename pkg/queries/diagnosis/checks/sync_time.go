package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	syncWindow = 15 * time.Minute
	// syncFloor is the number of syncs below which a mean says nothing. Source: ours.
	syncFloor = 100.0
	// syncSettled is the uptime below which a process's syncs are left out: its caches are cold, and the window looks back
	// as long again.
	syncSettled = settled + 900
)

// The two ways to sync, and which of their requests ask for news only. The label of sliding sync is the wrong way round:
// initial="True" is a request that goes on from an earlier one (handlers/sliding_sync/__init__.py).
const (
	slidingSyncs query.Matcher = `initial="True"`
	ordinary     query.Matcher = `servlet="SyncRestServlet"`
	incremental  query.Matcher = `tag="sync_v2:incremental_sync"`
)

var syncTime = Check{
	ID:    "sync-time",
	Title: "Syncing is slow",
	Meaning: "Clients learn of everything new by syncing. Such a request waits up to half a minute for news; only what Synapse works on an answer counts. " +
		"When that takes long, every client feels slow.",
	Decides: "The mean working time of one incremental sync over 15 minutes, apart for sliding sync and for the older sync: half a second is a warning, two seconds are " +
		"critical. Initial syncs, which fetch everything, are left out. Below 100 syncs it does not judge; processes that run for less than half an hour are left out.",
	Source: "Synapse's sliding sync processing time, which leaves waiting out; for the older sync the CPU and database time of its requests. The times are ours: " +
		"the duration of a sync request says nothing, for it waits for news.",
	CannotKnow: "Of the older sync only what is counted for each request: database times of things done at once add up, so the true time may be shorter; time spent " +
		"waiting for a lock, another process or the event loop is missing. What the client does with the answer.",
	Unit:    "s",
	Warning: Threshold(0.5), Critical: Threshold(2),
	Causes: []string{"cpu-saturation", "database-slow", "database-pool", "gc-pauses"},
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"scraped":  "count " + PerServer + "(synapse_http_server_requests_received_total" + w.Selector() + ")",
			"mean":     syncMeans(w),
			"sliding":  syncs(w, "synapse_sliding_sync_processing_time_count", slidingSyncs),
			"within1":  syncs(w, "synapse_sliding_sync_processing_time_bucket", slidingSyncs, within(slowSend)),
			"within2":  syncs(w, "synapse_sliding_sync_processing_time_bucket", slidingSyncs, within(verySlowSend)),
			"ordinary": syncs(w, "synapse_http_server_response_count_total", ordinary, incremental),
			"cpu":      syncWork(w, "ru_utime_seconds", "ru_stime_seconds"),
			"database": syncWork(w, "db_txn_duration_seconds"),
			"waiting":  syncWork(w, "db_sched_duration_seconds"),
			"servers": "sum " + PerProcess + "(" + w.Rate("synapse_http_server_requests_received_total", syncWindow,
				`servlet=~"SyncRestServlet|SlidingSyncRestServlet"`) + ") > 0",
		}
	},
	Signal: func(w Where) Signal {
		return Signal{PromQL: syncMeans(w), Subject: func(labels map[string]string) string { return labels["kind"] }}
	},
	Judge: judgeSyncTime,
}

const (
	slidingSync = "sliding sync"
	olderSync   = "sync v2"
)

// syncs is a counter's increase on processes that have been up for a while. On systems where the age of a process is not
// known, all count.
func syncs(w Where, metric string, more ...query.Matcher) string {
	return fmt.Sprintf("sum %s(%s unless on (job, index, instance) (time() - process_start_time_seconds%s < %d))", PerServer,
		w.Increase(metric, syncWindow, more...), w.Filters.ProcessSelector(), int(syncSettled))
}

// syncWork is the time that all incremental syncs of the older kind took, of the named kinds of work.
func syncWork(w Where, kinds ...string) string {
	parts := make([]string, len(kinds))
	for i, kind := range kinds {
		parts[i] = syncs(w, "synapse_http_server_response_"+kind+"_total", ordinary, incremental)
	}
	return strings.Join(parts, " + ")
}

// syncMeans is the mean working time of one sync, labelled with its kind.
func syncMeans(w Where) string {
	mean := func(kind, sum, count string) string {
		return fmt.Sprintf(`label_replace((%s) / (%s >= %g), "kind", "%s", "", "")`, sum, count, syncFloor, kind)
	}
	return mean(slidingSync, syncs(w, "synapse_sliding_sync_processing_time_sum", slidingSyncs), syncs(w, "synapse_sliding_sync_processing_time_count", slidingSyncs)) +
		" or " + mean(olderSync, syncWork(w, "ru_utime_seconds", "ru_stime_seconds", "db_txn_duration_seconds", "db_sched_duration_seconds"),
		syncs(w, "synapse_http_server_response_count_total", ordinary, incremental))
}

func judgeSyncTime(in Input) []Finding {
	if !in.Has("scraped") {
		return Absent("synapse_http_server_requests_received_total")
	}
	var found, fine []Finding
	for _, s := range in.Samples("mean") {
		kind := s.Label("kind")
		f := in.Graded(s.Value, Finding{
			Subject: Subject{Name: kind}, Evidence: syncEvidence(in, kind, s.Value), Processes: in.Processes("servers"),
			Advice: "First see whether a finding that stands above explains it. If none does: 1. See which process serves syncs and whether it is the busiest of them. 2. Compare " +
				"with the dashboard's transactions: those that grew with it are what syncs wait for. 3. If the process is full, spread syncs over more workers, the same user always on the same one.",
			Remedy: "Look at the process that serves syncs: event loop, database and garbage collection.",
		})
		if f.Severity > OK {
			found = append(found, f)
		} else {
			f.Subject, f.Advice, f.Remedy = Subject{}, "", ""
			fine = append(fine, f)
		}
	}
	switch {
	case len(found) > 0:
		return found
	case len(fine) == 0 && in.Total("ordinary") >= syncFloor:
		return Blind(fmt.Sprintf("%.0f incremental syncs were answered within 15 minutes, but Prometheus lacks a metric of their work (synapse_http_server_response_ru_utime_seconds_total and the like).", in.Total("ordinary")))
	case len(fine) == 0:
		return Fine(fmt.Sprintf("Fewer than %.0f incremental syncs of one kind in 15 minutes on processes that run for half an hour: too few to judge.", syncFloor))
	}
	for _, other := range fine[1:] {
		fine[0].Evidence += " " + other.Evidence
	}
	return fine[:1]
}

func syncEvidence(in Input, kind string, mean float64) string {
	if kind == slidingSync {
		all := max(1, in.Total("sliding"))
		return fmt.Sprintf("Synapse worked %s on a sliding sync on average, without waiting for news; %s of %.0f within 15 minutes took more than 1 s, %s more than 2.5 s.",
			seconds(mean), percent(1-in.Total("within1")/all), all, percent(1-in.Total("within2")/all))
	}
	all := max(1, in.Total("ordinary"))
	return fmt.Sprintf("Synapse worked %s on an incremental sync on average, without waiting for news (%.0f within 15 minutes): %s of CPU, %s in the database, %s waiting for a connection.",
		seconds(mean), all, seconds(in.Total("cpu")/all), seconds(in.Total("database")/all), seconds(in.Total("waiting")/all))
}
