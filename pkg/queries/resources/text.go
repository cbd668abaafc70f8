package resources

import (
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

func startingText() string {
	return "Started less than " + limits.Young.String() + " ago: its caches are cold, so its numbers say little yet."
}

func filesText(share float64) string {
	return "Uses " + words.Percent(share) + " of the files and sockets that it may open. Raise LimitNOFILE in its systemd unit, or `ulimit -n`, and restart it."
}

func starvedText(busy, cpu float64) string {
	return "The event loop was busy " + words.Percent(busy) + " of the time, but the process got only " + words.Number(cpu) + " cores. Check " +
		"the machine's load, the " +
		"container's CPU limit, swap and the disk: another worker on this machine does not help."
}

func (r row) fullText() string {
	const text = "This process is saturated, so everything it measures looks slow, the database included. "
	switch {
	case query.OrZero(r.gc) >= limits.Collecting.Value:
		return text + "Garbage collection takes " + words.Percent(*r.gc) + " of its time: start there."
	case len(r.roles) > 1 && slices.Contains(r.roles, "main"):
		return text + "Find out which of its tasks takes the time, and move that one to a worker."
	}
	return text + "See what takes the time (requests, background jobs, state resolution) before you add a worker: each worker needs CPU of its own."
}

const busyText = "Close to saturation: one thread does nearly all the work. See what takes the time before it gets worse."

func stallingText(perHour float64) string {
	return "The event loop was blocked for more than " + limits.StallLength.String() + " " + words.Count(perHour, "time", "times") +
		" per hour. Usual causes: garbage collection, state resolution in a huge room, a nightly job."
}

func collectingText(share float64) string {
	return "Garbage collection takes " + words.Percent(share) + " of its time. Check how many entries its caches hold and how long it has been running."
}

func unknownText() string {
	return "Prometheus has no " + metrics.ReactorTick.Name + " of this process, so nothing tells how busy it is."
}

// tellMissing says of which metrics some processes have no value, so that their columns are empty.
func (a answers) tellMissing(s *query.Session) {
	if len(a.present) == 0 {
		s.Warn("Prometheus has no process of Synapse for this selection right now. Check that Synapse is scraped and that the filter matches.")
	}
	versions, versioned := a.versions(), 0
	for _, sample := range a.present {
		if versions[a.identity.Process(sample.Metric)] != "" {
			versioned++
		}
	}
	for _, column := range []struct {
		metric *metrics.Metric
		title  string
		known  int
	}{
		{metrics.ProcessCPU, "CPU", len(a.cpu)},
		{metrics.ReactorTick, "Busy", len(a.busy)},
		{metrics.ProcessMemory, "Memory", len(a.memory)},
		{metrics.GCTime, "GC", len(a.gc)},
		{metrics.ProcessOpenFDs, "Open files", len(a.fds)},
		{metrics.ProcessStart, "Uptime", len(a.uptime)},
		{metrics.BuildInfo, "Version", versioned},
	} {
		if missing := len(a.present) - column.known; missing > 0 {
			s.Inform("%q is empty for %d of %d processes: Prometheus has no %s of them, or one value only.", column.title, missing, len(a.present), column.metric.Name)
		}
	}
}
