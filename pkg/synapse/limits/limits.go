// Package limits holds each number that judgements compare with once, with its unit and where it comes from. A check, a
// table's verdict, an alert rule and a sentence about the same thing use the same value.
package limits

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Limit is one number that a judgement compares with.
type Limit struct {
	// Name stands for it in texts and rules: {name}.
	Name  string
	Value float64
	// Unit is a Grafana unit; "s" for durations.
	Unit string
	// Meaning completes "The number is …" for the documentation.
	Meaning string
	// Source is where it comes from: the guide, Synapse's source, or "ours".
	Source string
}

// String writes it for people.
func (l Limit) String() string { return words.Value(l.Value, l.Unit) }

// Duration is a limit in seconds as a time.
func (l Limit) Duration() time.Duration { return time.Duration(l.Value * float64(time.Second)) }

// What several judgements share. Limits that one check alone uses stand in that check's file.
var (
	// Saturated is when the process itself is the bottleneck and everything it measures looks slow.
	Saturated = Limit{Name: "saturated", Value: 0.8, Unit: "percentunit", Meaning: "share of time that the event loop is busy from which a process is saturated",
		Source: "ours: the guide's \"CPU near one core\", put on the better measure"}
	// Busy is when the event loop has so much to do that it matters at all.
	Busy = Limit{Name: "busyLoop", Value: 0.7, Unit: "percentunit", Meaning: "share of time that the event loop is busy below which high CPU comes from threads outside the loop",
		Source: "ours"}
	// Young is the uptime below which caches are cold and rates are not the usual ones.
	Young = Limit{Name: "young", Value: 900, Unit: "s", Meaning: "uptime below which a process is not judged", Source: "ours"}
	// Warm is the uptime from which caches have filled.
	Warm = Limit{Name: "warm", Value: 3600, Unit: "s", Meaning: "uptime from which caches are warm", Source: "ours"}
	// EnoughSends is the number of sent messages below which a share says nothing.
	EnoughSends = Limit{Name: "enoughSends", Value: 100, Meaning: "number of sends from which a share is judged", Source: "ours"}
	// StallLength is when the event loop counts as blocked.
	StallLength = Limit{Name: "stallLength", Value: 1, Unit: "s", Meaning: "length of a tick from which the event loop counts as blocked", Source: "ours: a bucket of the histogram"}
	// Stalls is how many ticks of more than StallLength within an hour matter.
	Stalls = Limit{Name: "someStalls", Value: 10, Meaning: "number of blocked ticks per hour that is a warning", Source: "ours"}
	// Starved is when a busy loop waits more than it works.
	Starved = Limit{Name: "starved", Value: 0.5, Unit: "percentunit", Meaning: "CPU as a part of the busy time of the event loop up to which the loop waits", Source: "ours"}
	// LongPause is the bucket of the collections' histogram that counts as a spike; Spikes is how many within 6 hours matter.
	LongPause = Limit{Name: "longPause", Value: 2.5, Unit: "s", Meaning: "length of a collection that is a spike", Source: "the guide's spikes; a bucket of the histogram"}
	Spikes    = Limit{Name: "someSpikes", Value: 5, Meaning: "number of long pauses within 6 hours that matters", Source: "ours"}
	// EnoughCollections is how many collections of a generation make a mean.
	EnoughCollections = Limit{Name: "enoughCollections", Value: 5, Source: "ours",
		Meaning: "number of collections of one generation within 6 hours from which their mean is judged"}
	// Collecting and MuchCollecting are the time that garbage collection takes from a process.
	Collecting     = Limit{Name: "collecting", Value: 0.05, Unit: "percentunit", Meaning: "share of time in garbage collection that is a warning", Source: "ours"}
	MuchCollecting = Limit{Name: "muchCollecting", Value: 0.15, Unit: "percentunit", Meaning: "share of time in garbage collection that is critical", Source: "ours"}
	// ExtremitiesPerRoom is the guide's number.
	ExtremitiesPerRoom = Limit{Name: "extremitiesPerRoom", Value: 10, Meaning: "number of forward extremities in a room above which state resolution becomes expensive",
		Source: "the guide, and Synapse's dummy_events_threshold"}
)
