package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	rooms "github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var splitEnough = limits.Limit{Name: "enough", Value: 100, Meaning: "number of writes in an hour from which a share is judged", Source: "ours"}

// splitBound is the bucket of rooms that are not split too much.
var splitBound = upTo(words.Number(limits.ExtremitiesPerRoom.Value))

func splitWrites(s Scope, series metrics.Series, more ...query.Matcher) string {
	return s.Sum(s.Increase(series, time.Hour, more...))
}

func splitTotal(s Scope) string { return splitWrites(s, metrics.ExtremitiesPersisted.Count()) }
func splitFew(s Scope) string {
	return splitWrites(s, metrics.ExtremitiesPersisted.Bucket(), splitBound)
}

var (
	splitAll     = measure("writes", splitTotal)
	splitToFew   = measure("toFew", splitFew)
	splitShare   = measure("share", func(s Scope) string { return fmt.Sprintf("1 - %s / (%s > 0)", splitFew(s), splitTotal(s)) })
	splitCounted = measure("rooms", func(s Scope) string {
		return s.Max(s.Now(metrics.ForwardExtremities.GCount())) + " - " + s.Max(s.Now(metrics.ForwardExtremities.Bucket(), splitBound))
	})
)

var extremities = Check{
	ID:    "extremities",
	Topic: "Forward extremities",
	Title: "Rooms with many forward extremities",
	Meaning: "If homeservers write at the same time, a room's history splits; normally the next event merges the branches. In some rooms they add up, and Synapse must " +
		"resolve their states before each event: sending there becomes slow and keeps the process busy.",
	Decides: "Per room, from PostgreSQL, if it has more forward extremities than `dummy_events_threshold`: a room that does not recover is a warning, with local members and " +
		"{manyExtremities} or more with different states it is critical; one that may still recover is an info. Rooms that recover on their own, or that have no local member and receive nothing, are fine. Without PostgreSQL: " +
		"the share of writes of the last hour that went to rooms with more than {extremitiesPerRoom}, {warning} is a warning and {critical} critical, from {enough} writes on; else an info if Synapse's hourly count has such rooms. Your own thresholds change these shares.",
	CannotKnow: "Without PostgreSQL, which rooms. A write may hold several events. Synapse's hourly count of rooms includes rooms that were left long ago, so it is an info at most. Whether a local " +
		"member has the power to send in a room.",
	Thresholds: limits.Thresholds{
		Check: "extremities", Warning: limits.At(0.01), Critical: limits.At(0.1), Unit: "percentunit", WarningOf: "of the writes to rooms with many forward extremities", CriticalOf: "of the writes to such rooms",
		Source: "ours",
	},
	Limits: []limits.Limit{limits.ExtremitiesPerRoom, rooms.ManyExtremities, splitEnough},
	Steps: []string{
		"Open \"Rooms with more than ten forward extremities\" and follow the advice for each room: some recover on their own.",
		"Let local members send normal messages in the room: each one merges up to 10 extremities.",
		"Make sure that a local member may send events there: in an announcement room Synapse can't merge extremities by itself.",
		"If nobody needs the room, let its local members leave.",
		"Last, for single rooms and after a backup: Synapse's admin API for forward extremities. Its documentation warns never to automate it. Never use it for a corrupt room, or if all extremities have the same state.",
		"Do not run the SQL of [issue 1760](https://github.com/matrix-org/synapse/issues/1760), to which the guide links: it can keep the wrong extremity, and then no event can be added to the room " +
			"([issue 6708](https://github.com/matrix-org/synapse/issues/6708)).",
	},
	Panel:    "extremity-rooms",
	Measures: []*Measurement{splitAll, splitToFew, splitCounted},
	Ranks:    true,
	Read:     readSurvey,
	ReadOnce: "extremities",
	Signal:   &Signal{Measurement: splitShare},
	Judge:    judgeExtremities,
	Rule:     Rule{Expr: `1 - {{.toFew}} / ({{.writes}} >= {{.enough}}) >= {{.threshold}}`},
}

func readSurvey(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	return rooms.Look(ctx, tx, in.Ranking, in.Settings, in.Now)
}

func judgeExtremities(in Input) []Finding {
	if survey, ok := in.Rows.(rooms.Survey); ok {
		return judgeRooms(in, survey)
	}
	return judgeWrites(in)
}

func judgeRooms(in Input, survey rooms.Survey) []Finding {
	threshold := int64(in.Settings.Homeserver.DummyEventsThreshold)
	var found []Finding
	for _, room := range survey.Rooms {
		severity := roomSeverity(room, threshold)
		if severity == OK {
			continue
		}
		n := float64(room.Extremities)
		f := Finding{
			Subject: Subject{Hidden: room.Room, Called: room.Called}, Severity: severity, Title: "Room with many forward extremities",
			Value: &n, Threshold: limits.At(float64(threshold)), Unit: "none",
			EvidenceFor: roomEvidence(in.Now, room), Steps: firstSteps(rooms.Steps(room.Facts, room.Judgement, threshold)),
		}
		if severity == Critical {
			f.Threshold = limits.At(rooms.ManyExtremities.Value)
		}
		if !room.Local() { // nobody here waits for it: each event only writes rows
			f.Explains = []string{"table-growth"}
		}
		if room.Reason == rooms.Blocked {
			f.CausedBy = "extremities-corrupt"
		}
		found = append(found, f)
	}
	return orOK(worstFirst(found), "No room needs attention"+quietRooms(survey)+"."+splitText(in))
}

// firstSteps are as many as a finding shows.
func firstSteps(steps []string) []string { return steps[:min(3, len(steps))] }

// quietRooms counts the rooms that this check is silent about.
func quietRooms(survey rooms.Survey) string {
	groups := []struct {
		in   func(rooms.Room) bool
		text string
	}{
		{func(r rooms.Room) bool { return r.Verdict == rooms.HealsItself }, "recovering"},
		{func(r rooms.Room) bool { return r.Verdict == rooms.Harmless }, "harmless"},
		{func(r rooms.Room) bool { return r.Reason == rooms.Joining }, "still being joined"},
		{func(r rooms.Room) bool { return r.Verdict == rooms.Corrupt }, "corrupt (see the other findings)"},
	}
	var parts []string
	for _, group := range groups {
		if n := len(slices.DeleteFunc(slices.Clone(survey.Rooms), func(r rooms.Room) bool { return !group.in(r) })); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, group.text))
		}
	}
	if survey.Beyond > 0 {
		parts = append(parts, fmt.Sprintf("%s not looked at, as they have fewer extremities", words.Number(float64(survey.Beyond))))
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// roomSeverity follows the room's verdict. Corrupt rooms are another check's, as are rooms that are being joined.
func roomSeverity(room rooms.Room, threshold int64) limits.Severity {
	expensive := float64(room.Extremities) >= rooms.ManyExtremities.Value && room.StateGroups > 1
	switch {
	case room.Extremities <= threshold:
		return OK
	case room.Verdict == rooms.Act && room.Local() && expensive:
		return Critical
	case room.Verdict == rooms.Act, room.Reason == rooms.Blocked && expensive:
		return Warning
	case room.Reason == rooms.Blocked, room.Reason == rooms.Some:
		return Info
	}
	return OK
}

func roomEvidence(now time.Time, room rooms.Room) func(query.View) string {
	return func(view query.View) string {
		text := fmt.Sprintf("%s with %s", words.Count(room.Extremities, "forward extremity", "forward extremities"),
			roomCount(view, room.StateGroups, "state", "different states"))
		if view.ShowMembers() {
			text += ", " + roomCount(view, room.LocalMembers, "local member", "local members")
		}
		if room.Newest != nil && room.Oldest != nil {
			text += fmt.Sprintf(". The newest arrived %s, the oldest %s", roomMoment(view, *room.Newest, now), roomMoment(view, *room.Oldest, now))
		}
		return text + "."
	}
}

// splitText is what the metrics say, beside what PostgreSQL said.
func splitText(in Input) string {
	if all := in.Total(splitAll); all >= splitEnough.Value && in.Has(splitToFew) {
		return fmt.Sprintf(" Of %s writes in the last hour, %s went to rooms with more than %s forward extremities.", words.Number(all), words.Percent(max(0, 1-in.Total(splitToFew)/all)), limits.ExtremitiesPerRoom)
	}
	return ""
}

// judgeWrites judges without knowing the rooms.
func judgeWrites(in Input) []Finding {
	rooms, hourly := in.Total(splitCounted), ""
	if in.Has(splitCounted) {
		hourly = fmt.Sprintf("Synapse counts %s with more than %s, including rooms left long ago.", words.Count(rooms, "room", "rooms"), limits.ExtremitiesPerRoom)
	}
	all := in.Total(splitAll)
	connect := "Connect PostgreSQL to this data source: with it, this check shows the rooms that need attention. " + in.RowsMissing
	f, text := Finding{}, ""
	switch {
	case !in.Has(splitAll) || !in.Has(splitToFew):
		text = "Prometheus has no " + metrics.ExtremitiesPersisted.Name + ": nothing was written yet, or the processes that write events are not scraped."
		if rooms < 1 {
			return UnknownFinding(strings.TrimSpace(text + " " + in.RowsMissing + " " + hourly))
		}
		f.Steps = []string{connect, "Scrape the processes that write events."}
	case all < splitEnough.Value:
		text = fmt.Sprintf("Writes in the last hour: %s, too few to judge without PostgreSQL.", words.Number(all))
		f.Steps = []string{connect}
	default:
		text = strings.TrimSpace(splitText(in))
		f = in.graded(max(0, 1-in.Total(splitToFew)/all), Finding{Steps: []string{
			connect,
			"Without PostgreSQL, set the logger `synapse.state.metrics` to DEBUG: it names the rooms that take most. Reload the log configuration with SIGHUP.",
			"Let local members send normal messages in these rooms: each one merges up to 10 extremities.",
		}})
	}
	f.Evidence = strings.TrimSpace(text + " " + hourly)
	if f.Severity == OK && rooms >= 1 { // worth a look, says the guide, and no more than that: rooms that were left keep theirs
		f.Severity, f.Value, f.Threshold, f.Unit = Info, &rooms, limits.At(1), "none"
	}
	return []Finding{f}
}
