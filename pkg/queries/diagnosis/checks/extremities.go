package checks

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	rooms "github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

const (
	splitWindow = time.Hour
	// splitBound is the bucket bound at Synapse's own threshold: it tidies rooms with more than ten.
	splitBound = "10"
	// splitFloor is the number of events below which a share says nothing. Source: ours.
	splitFloor = 100.0
)

var extremities = Check{
	ID:    "extremities",
	Title: "Rooms have many forward extremities",
	Meaning: "Each time homeservers write at once, a room's history splits; normally the next event merges the branches. In some rooms they add up, and Synapse must " +
		"bring their states together before each event: sending there becomes slow, and the process is busy with it.",
	Decides: "Per room, from PostgreSQL: only rooms with more than 10 forward extremities (dummy_events_threshold) count, by the verdict of the room list: \"act\" is a warning, from 50 on with " +
		"different states critical; rooms that may still heal are an info; rooms that heal by themselves, and those that nobody here is in any more and that get no events, are fine. Without PostgreSQL: the share of the events of the last " +
		"hour that went to rooms with more than 10: 1 % is a warning, 10 % critical; below 100 events it does not judge. The thresholds that can be set are these shares.",
	Source: "The guide: more than 10 is worth a look. 10 is also where Synapse itself begins to tidy, and the most that one event merges. 50 and the shares are ours.",
	CannotKnow: "Without PostgreSQL, which rooms. Synapse's hourly count of rooms holds rooms that were left long ago, so it is shown and does not decide. Whether some local " +
		"member has the power to send in a room.",
	Unit:    "percentunit",
	Warning: Threshold(0.01), Critical: Threshold(0.1),
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"events": splitEvents(w, "_count"),
			"few":    splitEvents(w, "_bucket", within(splitBound)),
			"rooms": "max " + PerServer + "(synapse_forward_extremities_gcount" + w.Selector() + ") - max " + PerServer +
				"(synapse_forward_extremities_bucket" + w.Selector(within(splitBound)) + ")",
		}
	},
	Read:     readSurvey,
	ReadOnce: "extremities",
	Signal: func(w Where) Signal {
		return Signal{PromQL: fmt.Sprintf("1 - %s / (%s > 0)", splitEvents(w, "_bucket", within(splitBound)), splitEvents(w, "_count"))}
	},
	Judge: judgeExtremities,
}

func splitEvents(w Where, part string, more ...query.Matcher) string {
	return "sum " + PerServer + "(" + w.Increase("synapse_storage_events_forward_extremities_persisted"+part, splitWindow, more...) + ")"
}

func readSurvey(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	return rooms.Look(ctx, tx, in.Options, in.Now)
}

func judgeExtremities(in Input) []Finding {
	if survey, ok := in.Rows.(rooms.Survey); ok {
		return judgeRooms(in, survey)
	}
	return judgeSplitEvents(in)
}

func judgeRooms(in Input, survey rooms.Survey) []Finding {
	threshold := int64(in.Options.DummyEventsThreshold)
	var found []Finding
	quiet := quietRooms{beyond: survey.Beyond}
	for _, room := range survey.Rooms {
		severity := roomSeverity(room, threshold)
		quiet.count(room)
		if severity == OK {
			continue
		}
		n := float64(room.Extremities)
		f := Finding{
			Subject: Subject{Hidden: room.Room}, Severity: severity, Title: "A room has many forward extremities",
			Value: &n, Threshold: Threshold(float64(threshold)), Unit: "none",
			EvidenceFor: roomEvidence(in.Now, room), Advice: rooms.Advice(room.Facts, room.Judgement, threshold),
			Remedy: "See the room in the list of rooms by forward extremities.",
		}
		if severity == Critical {
			f.Threshold = Threshold(rooms.ManyExtremities)
		}
		if !room.Local() { // nobody here waits for it: each event only writes rows
			f.Explains = []string{"table-growth"}
		}
		if room.Reason == rooms.Blocked {
			f.CausedBy = "extremities-corrupt"
		}
		found = append(found, f)
	}
	if len(found) == 0 {
		return Fine(fmt.Sprintf("No room needs you for having more than %d forward extremities (%s).%s", threshold, quiet, splitNumbers(in)))
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return found
}

// quietRooms counts the rooms that this check is silent about.
type quietRooms struct{ healing, harmless, joining, corrupt, beyond int64 }

func (q *quietRooms) count(room rooms.Room) {
	switch {
	case room.Verdict == rooms.Corrupt:
		q.corrupt++
	case room.Reason == rooms.Joining:
		q.joining++
	case room.Verdict == rooms.HealsItself:
		q.healing++
	case room.Verdict == rooms.Harmless:
		q.harmless++
	}
}

func (q quietRooms) String() string {
	text := fmt.Sprintf("heal by themselves: %d, harmless: %d", q.healing, q.harmless)
	if q.joining > 0 {
		text += fmt.Sprintf(", still being joined (partial-state): %d", q.joining)
	}
	if q.corrupt > 0 {
		text += fmt.Sprintf(", corrupt (extremities-corrupt): %d", q.corrupt)
	}
	if q.beyond > 0 {
		text += fmt.Sprintf(", not looked at, for they have fewer: %d", q.beyond)
	}
	return text
}

// roomSeverity follows the room's verdict. Corrupt rooms are another check's, as are rooms that are being joined.
func roomSeverity(room rooms.Room, threshold int64) Severity {
	dear := room.Extremities >= rooms.ManyExtremities && room.StateGroups > 1
	switch {
	case room.Extremities <= threshold:
		return OK
	case room.Verdict == rooms.Act && room.Local() && dear:
		return Critical
	case room.Verdict == rooms.Act, room.Reason == rooms.Blocked && dear:
		return Warning
	case room.Reason == rooms.Blocked, room.Reason == rooms.Some:
		return Info
	}
	return OK
}

func roomEvidence(now time.Time, room rooms.Room) func(query.View) string {
	return func(view query.View) string {
		text := fmt.Sprintf("%s with %s", counted(room.Extremities, "forward extremity", "forward extremities"),
			roomCounted(view, room.StateGroups, "state", "different states"))
		if view.ShowMembers() {
			text += ", " + roomCounted(view, room.LocalMembers, "local member", "local members")
		}
		if room.Newest != nil && room.Oldest != nil {
			text += fmt.Sprintf(". The newest arrived %s, the oldest %s", roomMoment(view, *room.Newest, now), roomMoment(view, *room.Oldest, now))
		}
		return text + "."
	}
}

// splitNumbers is what the metrics say, beside what PostgreSQL said.
func splitNumbers(in Input) string {
	if total := in.Total("events"); total >= splitFloor && in.Has("few") {
		return fmt.Sprintf(" %s of the events of the last hour went to rooms with more than %s.", percent(1-in.Total("few")/total), splitBound)
	}
	return ""
}

// judgeSplitEvents judges without knowing the rooms.
func judgeSplitEvents(in Input) []Finding {
	hourly := ""
	if in.Has("rooms") {
		hourly = fmt.Sprintf(" Synapse counts %s with more than %s; rooms that were left long ago are among them.", counted(int64(in.Total("rooms")), "room", "rooms"), splitBound)
	}
	total := in.Total("events")
	switch {
	case !in.Has("events") || !in.Has("few"):
		if in.Has("rooms") && in.Total("rooms") > 0 {
			return []Finding{{Severity: Info, Evidence: "Prometheus has no synapse_storage_events_forward_extremities_persisted, which would decide." + hourly,
				Advice: "Scrape the processes that write events, or fill in the PostgreSQL section of the data source to see the rooms."}}
		}
		return Blind("Prometheus has no synapse_storage_events_forward_extremities_persisted of this homeserver: nothing was written yet, or the processes that write " +
			"events are not scraped. " + in.RowsMissing + hourly)
	case total < splitFloor:
		return Fine(fmt.Sprintf("Events written in the last hour: %.0f, too few to judge without PostgreSQL.%s", total, hourly))
	}
	share := max(0, 1-in.Total("few")/total)
	f := in.Graded(share, Finding{
		Evidence: fmt.Sprintf("%s of %.0f events in the last hour went to rooms with more than %s forward extremities.%s", percent(share), total, splitBound, hourly),
	})
	if f.Severity == OK {
		return []Finding{f}
	}
	f.Advice = "1. Find the rooms: fill in the PostgreSQL section of the data source, or set Synapse's logger synapse.state.metrics to DEBUG, which names the rooms that take most. 2. Let any local member send a " +
		"normal message there: each message merges up to 10 branches. 3. Make sure that some local member may send events there: Synapse's own tidying needs one."
	f.Remedy = "Fill in the PostgreSQL section of the data source: it names the rooms and says which of them need you. " + in.RowsMissing
	return []Finding{f}
}
