package resources

import (
	"fmt"
	"slices"
)

// The verdicts, worst first.
const (
	full       = "full"
	files      = "files"
	busy       = "busy"
	stalling   = "stalling"
	collecting = "collecting"
	starting   = "starting"
	fine       = "fine"
)

// Thresholds. Source: ours, but for the collections: "multiple seconds" is the guide's, its share is ours too.
const (
	fullShare       = 0.9  // of time
	busyShare       = 0.7  // of time
	manyStalls      = 10.0 // per hour
	collectingShare = 0.05 // of time
	filesShare      = 0.8  // of the limit
	young           = 900  // seconds; caches are cold
)

// judge says how a process is and what to do. What is not known is not judged.
func (p process) judge() (verdict, advice string) {
	switch {
	case p.uptime != nil && *p.uptime < young:
		return starting, "It started a few minutes ago: its caches are cold, so its numbers mean little yet."
	case value(p.fds) >= filesShare:
		return files, fmt.Sprintf("It has %.0f %% of the files and sockets open that it may: raise the limit (ulimit -n, LimitNOFILE) before it runs out.", *p.fds*100)
	case value(p.busy) >= fullShare:
		return full, p.fullAdvice()
	case value(p.busy) >= busyShare:
		return busy, "It is near its limit: one thread does nearly all its work. See what fills it before it gets worse."
	case value(p.stalls) >= manyStalls:
		return stalling, fmt.Sprintf("It stood still for more than a second %.0f times an hour: garbage collection, state resolution of a huge room, or a nightly job.", *p.stalls)
	case value(p.gc) >= collectingShare:
		return collecting, fmt.Sprintf("It spends %.0f %% of its time collecting garbage: look at how many entries its caches hold and how long it has run.", *p.gc*100)
	case p.busy == nil:
		return fine, "How busy its event loop is can't be told: the metric is missing."
	}
	return fine, ""
}

func (p process) fullAdvice() string {
	text := "It is full: whatever it times looks slow, the database too. "
	if value(p.gc) >= collectingShare {
		return text + fmt.Sprintf("%.0f %% of it is garbage collection: start there.", *p.gc*100)
	}
	if len(p.roles) > 1 && slices.Contains(p.roles, "main") {
		return text + "It does several things; move one of them to a worker after you have seen which one fills it."
	}
	return text + "See what fills it (requests, background jobs, state resolution) before you add a worker: each worker costs CPU of its own."
}
