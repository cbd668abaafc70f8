package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	sendingWindow = 15 * time.Minute
	// sendingLate is the highest bound of the histogram: events that took longer are late.
	sendingLate = "10"
	// sendingFloor is the number of events below which a share says nothing. Source: ours.
	sendingFloor = 20.0
	// sendingBehind is the least number of events that counts as being behind, and sendingBehindFor the least time's worth of
	// events: a loop takes up to 100 events at once. Source: federation/sender/__init__.py; a minute is ours.
	sendingBehind    = 100.0
	sendingBehindFor = 60.0 // seconds
	// sendingSettled is the uptime below which a sender is not judged: after a restart it catches up for some ten minutes,
	// and these are within the window for as long again.
	sendingSettled = settled + 900.0
)

// processor is a part of Synapse that works through all events in order and tells how far it is.
type processor struct {
	// name is the label of its metrics.
	name string
	// done is what it does with an event, for the evidence.
	done string
}

var federationSender = processor{
	name: "federation_sender", done: "queued for other homeservers",
}

var federationLag = Check{
	ID:    "federation-lag",
	Title: "Events are sent to other homeservers late",
	Meaning: "The federation sender goes through all new events and queues those of local users for the homeservers in the room. " +
		"When it can't keep up, messages reach other homeservers late.",
	Decides: "Per federation sender over 15 minutes: the share of its events that were queued more than 10 s after they were received. Critical " +
		"where it was at least 100 events and a minute's worth of them behind the newest event all the time and falls behind further. " +
		"Below 20 events the share is not judged. Senders that have run for less than half an hour are not judged: they still catch up.",
	Source: "Synapse's lag by event, whose histogram ends at 10 s, and its stream positions. The shares and times are ours.",
	CannotKnow: "The lag ends when an event is queued: how long other homeservers take, and whether they are reachable, is not in it " +
		"(federation-destinations). On an idle server the lag gauge stands still, so it is not used.",
	Unit:       "percentunit",
	Warning:    Threshold(0.05),
	Causes:     []string{"cpu-saturation", "database-slow", "database-pool", "gc-pauses"},
	PerProcess: true,
	Measures:   federationSender.measures,
	Signal: func(w Where) Signal {
		return Signal{PromQL: federationSender.late(w), Subject: subjectOfProcess}
	},
	Judge: func(in Input) []Finding {
		if !in.Has("position") {
			return Blind("Prometheus has no synapse_event_processing_positions of a federation sender: none is scraped, or no event was written since it started.")
		}
		return federationSender.judge(in, "1. See whether the sender is short of CPU, and what takes it: presence and large rooms are the usual. "+
			"2. Look for \"TX\" and errors in its log. 3. Where it stays full, give sending to a worker, or to several "+
			"(federation_sender_instances): each takes a part of the destinations, and reads all events.")
	},
}

func (p processor) count(w Where, part string, more ...query.Matcher) string {
	more = append(more, query.Equal("name", p.name))
	return "sum " + PerProcess + "(" + w.Increase("synapse_event_processing_lag_by_event"+part, sendingWindow, more...) + ")"
}

// late is the share of each process's events that took more than 10 s.
func (p processor) late(w Where) string {
	return fmt.Sprintf("1 - %s / (%s > 0)", p.count(w, "_bucket", within(sendingLate)), p.count(w, "_count"))
}

// gap is how many events each process is behind the newest one; when is an offset, or "".
func (p processor) gap(w Where, when string) string {
	return "max " + PerServer + "(synapse_event_persisted_position" + w.Selector() + when + ") - on (server_name) group_right () max " +
		PerProcess + "(synapse_event_processing_positions" + w.Selector(query.Equal("name", p.name)) + when + ")"
}

func (p processor) measures(w Where) map[string]string {
	window := int(max(sendingWindow, 4*w.Scrape).Seconds())
	return map[string]string{
		"events":   p.count(w, "_count"),
		"prompt":   p.count(w, "_bucket", within(sendingLate)),
		"position": "max " + PerProcess + "(synapse_event_processing_positions" + w.Selector(query.Equal("name", p.name)) + ")",
		"behind":   p.gap(w, ""),
		"before":   p.gap(w, fmt.Sprintf(" offset %ds", window)),
		"least":    fmt.Sprintf("min_over_time((%s)[%ds:%ds])", p.gap(w, ""), window, int(max(time.Minute, w.Scrape).Seconds())),
		"flow":     "max " + PerServer + "(" + w.Rate("synapse_event_persisted_position", sendingWindow) + ")",
		"uptime":   w.Process("time() - process_start_time_seconds%s"),
	}
}

// judge finds the processes that are late or fall behind; advice is what to do about it.
func (p processor) judge(in Input, advice string) []Finding {
	var found []Finding
	total, worst := 0.0, 0.0
	for _, at := range in.Samples("position") {
		if uptime, known := in.Of("uptime", at); known && uptime < sendingSettled {
			continue
		}
		events, _ := in.Of("events", at)
		prompt, _ := in.Of("prompt", at)
		late := 0.0
		if events > 0 {
			late = max(0, 1-prompt/events)
		}
		total += events
		f := Finding{Subject: Subject{Name: at.Process()}, Processes: []string{at.Process()}, Advice: advice}
		if events >= sendingFloor {
			worst = max(worst, late)
			f.Evidence = fmt.Sprintf("%s of the %.0f events in 15 minutes were %s more than 10 s after they were received.", percent(late), events, p.done)
		}
		behind, growing := p.behind(in, at)
		switch {
		case growing:
			before, _ := in.Of("before", at)
			least, _ := in.Of("least", at)
			f.Severity, f.Value, f.Threshold, f.Unit = Critical, &behind, Threshold(farBehind(in)), "none"
			f.Evidence = fmt.Sprintf("%s is %.0f events behind the newest one and was %.0f behind 15 minutes ago, never less than %.0f in between. ",
				at.Process(), behind, before, min(least, before)) + f.Evidence
		case events >= sendingFloor && in.Grade(late) > OK:
			f = in.Graded(late, f)
		default:
			continue
		}
		found = append(found, f)
	}
	switch {
	case len(found) > 0:
		return found
	case total < sendingFloor:
		return Fine(fmt.Sprintf("Events that were %s in 15 minutes: %.0f, too few to judge.", p.done, total))
	}
	fine := Fine(fmt.Sprintf("%s of the %.0f events in 15 minutes were %s more than 10 s after they were received.", percent(worst), total, p.done))
	fine[0].Value, fine[0].Threshold = &worst, Threshold(in.Warning)
	return fine
}

// behind tells how far a process is behind, and whether it has been for the whole window and falls behind further.
func (p processor) behind(in Input, at Sample) (gap float64, growing bool) {
	gap, known := in.Of("behind", at)
	before, knownBefore := in.Of("before", at)
	least, knownLeast := in.Of("least", at)
	return gap, known && knownBefore && knownLeast && least >= farBehind(in) && gap > before
}

// farBehind is how many events count as being behind: a hundred, or a minute's worth where that is more.
func farBehind(in Input) float64 {
	return max(sendingBehind, sendingBehindFor*in.Total("flow"))
}
