package resources

import (
	"fmt"
	"slices"
)

// The verdicts, worst first.
const (
	full       = "full"
	files      = "files"
	starved    = "starved"
	busy       = "busy"
	stalling   = "stalling"
	collecting = "collecting"
	starting   = "starting"
	unknown    = "unknown"
	fine       = "fine"
)

// Thresholds. Source: ours, but for the collections: "multiple seconds" is the guide's, its share is ours too.
const (
	fullShare       = 0.9  // of time
	busyShare       = 0.7  // of time
	wholeCore       = 0.95 // cores; threads may take CPU beside the loop, so it counts with a busy loop only
	starvedShare    = 0.5  // of the time that the loop was busy, in which the process got CPU
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
	case p.starves():
		return starved, fmt.Sprintf("Its event loop was busy %.0f %% of the time, but the process got %.2g of a core only: the machine has no CPU left for it "+
			"(other programs, the CPU limit of a container), it swaps, or a slow disk holds it up. A further worker on this machine would not help.", *p.busy*100, *p.cpu)
	case value(p.busy) >= fullShare, value(p.busy) >= busyShare && value(p.cpu) >= wholeCore:
		return full, p.fullAdvice()
	case value(p.busy) >= busyShare:
		return busy, "It is near its limit: one thread does nearly all its work. See what fills it before it gets worse."
	case value(p.stalls) >= manyStalls:
		return stalling, fmt.Sprintf("It stood still for more than a second %.0f times an hour: garbage collection, state resolution of a huge room, or a nightly job.", *p.stalls)
	case value(p.gc) >= collectingShare:
		return collecting, fmt.Sprintf("It spends %.0f %% of its time collecting garbage: look at how many entries its caches hold and how long it has run.", *p.gc*100)
	case p.busy == nil:
		return unknown, "How busy it is can't be told: Prometheus has no python_twisted_reactor_tick_time of it."
	}
	return fine, ""
}

// starves: a loop that waits for the processor or the disk is busy too, but not at work.
func (p process) starves() bool {
	return value(p.busy) >= busyShare && p.cpu != nil && *p.cpu < starvedShare**p.busy
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
