package resources

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
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

// thresholds are those of the checks reactor-lag, cpu-saturation and open-files in force.
type thresholds struct{ loop, cpu, files limits.Levels }

func thresholdsOf(o settings.Settings) thresholds {
	return thresholds{limits.EventLoop.In(o.Thresholds), limits.CPU.In(o.Thresholds), limits.OpenFiles.In(o.Thresholds)}
}

// judge says how a process is and what to do. What is not known is not judged.
func (r row) judge(t thresholds) (verdict, advice string) {
	switch load := r.load(t); {
	case r.uptime != nil && *r.uptime < limits.Young.Value:
		return starting, startingText()
	case t.files.Grade(query.OrZero(r.fds)) > limits.OK:
		return files, filesText(*r.fds)
	case load >= limits.Warning && r.starves():
		return starved, starvedText(*r.busy, *r.cpu)
	case load == limits.Critical:
		return full, r.fullText()
	case load == limits.Warning:
		return busy, busyText
	case query.OrZero(r.stalls) >= limits.Stalls.Value:
		return stalling, stallingText(*r.stalls)
	case query.OrZero(r.gc) >= limits.Collecting.Value:
		return collecting, collectingText(*r.gc)
	case r.busy == nil:
		return unknown, unknownText()
	}
	return fine, ""
}

// load is how near the process is to what it can do: by its event loop, and by its CPU where that is the loop's.
func (r row) load(t thresholds) limits.Severity {
	load := t.loop.Grade(query.OrZero(r.busy))
	if query.OrZero(r.busy) >= limits.Busy.Value {
		load = max(load, t.cpu.Grade(query.OrZero(r.cpu)))
	}
	return load
}

// starves: a loop that waits for the CPU or the disk is busy too, but does no work.
func (r row) starves() bool {
	return r.cpu != nil && *r.cpu <= limits.Starved.Value*query.OrZero(r.busy)
}
