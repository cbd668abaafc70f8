package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	inboundWindow = 15 * time.Minute
	// inboundFloor is the number of waiting events below which it is a matter of single rooms. Source: ours.
	inboundFloor = 20.0
	// refusedShare and refusedFloor are how many requests of other homeservers must be refused to be told. Source: ours.
	refusedShare, refusedFloor = 0.01, 20.0
	inboundRooms               = 5
)

// inboundLimiter limits the requests of other homeservers. Source: server.py, get_federation_ratelimiter.
const inboundLimiter query.Matcher = `rate_limiter_name="federation_servlets"`

var federationInbound = Check{
	ID:    "federation-inbound",
	Title: "Events from other homeservers wait",
	Meaning: "Events that other homeservers send are put aside first and then handled room by room. When that takes longer than they come " +
		"in, messages of other homeservers appear late.",
	Decides: "The age of the oldest event put aside, the least that it was within 15 minutes: 5 minutes is a warning, half an hour critical. With fewer than 20 " +
		"events waiting it is an info: single rooms are stuck. A further info: at least 1 % of the requests of other homeservers were refused by the rate limit.",
	Source: "Synapse's numbers of its staging area, which it takes every 30 s from the database; the age is in milliseconds, whatever its help text says. The times are ours.",
	CannotKnow: "Time before Synapse took the event: in the proxy, or on the other homeserver. Which rooms wait, without PostgreSQL. " +
		"Whether refused requests came from one homeserver or from many.",
	Unit:    "s",
	Warning: Threshold(300), Critical: Threshold(1800),
	Causes: []string{"state-resolution", "extremities", "cpu-saturation", "database-slow", "database-pool", "gc-pauses"},
	Measures: func(w Where) map[string]string {
		requests := func(metric string, more ...query.Matcher) string {
			return "sum " + PerServer + "(" + w.Increase(metric, inboundWindow, append(more, inboundLimiter)...) + ")"
		}
		return map[string]string{
			"oldest": inboundAge(w),
			"least": fmt.Sprintf("min_over_time((%s)[%ds:%ds])", inboundAge(w), int(max(inboundWindow, 4*w.Scrape).Seconds()),
				int(max(time.Minute, w.Scrape).Seconds())),
			"waiting":  "max " + PerServer + "(synapse_federation_server_number_inbound_pdu_in_staging" + w.Selector() + ")",
			"requests": requests("synapse_rate_limit_queue_wait_time_seconds_count"),
			"refused":  requests("synapse_rate_limit_reject_total"),
			"slowed":   requests("synapse_rate_limit_sleep_total"),
			"handlers": inboundHandlers(w),
			"pdus":     "sum " + PerServer + "(" + w.Rate("synapse_federation_server_received_pdus_total", inboundWindow) + ")",
		}
	},
	Read:   readInbound,
	Signal: func(w Where) Signal { return Signal{PromQL: inboundAge(w)} },
	Judge:  judgeInbound,
}

// inboundAge: every process exports the same numbers of one database, so the largest counts, and never the sum.
func inboundAge(w Where) string {
	return "max " + PerServer + "(synapse_federation_server_oldest_inbound_pdu_in_staging" + w.Selector() + ") / 1000"
}

// inboundHandlers are the processes that take in and store what other homeservers send.
func inboundHandlers(w Where) string {
	return "sum " + PerProcess + "(" + w.Rate("synapse_http_server_requests_received_total", inboundWindow, query.Equal("servlet", "FederationSendServlet")) +
		") > 0 or sum " + PerProcess + "(" + w.Rate("synapse_storage_events_persisted_events_total", inboundWindow) + ") > 0"
}

// The staging area is small unless federation is behind; it is read by an index.
const inboundSQL = `SELECT room_id, count(*) AS waiting, count(*) OVER () AS rooms
FROM federation_inbound_events_staging GROUP BY room_id ORDER BY waiting DESC, room_id LIMIT $1`

type inboundRoom struct {
	room    query.Room
	waiting int64
	rooms   int64 // that wait
}

func readInbound(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	rows, err := query.Rows[struct {
		RoomID         string `db:"room_id"`
		Waiting, Rooms int64
	}](ctx, tx, inboundSQL, inboundRooms)
	rooms := make([]inboundRoom, len(rows))
	for i, r := range rows {
		rooms[i] = inboundRoom{in.Options.Room(r.RoomID), r.Waiting, r.Rooms}
	}
	return rooms, err
}

func judgeInbound(in Input) []Finding {
	if !in.Has("oldest") || !in.Has("waiting") {
		return Absent("synapse_federation_server_oldest_inbound_pdu_in_staging")
	}
	refused := refusedRequests(in)
	oldest, least, waiting := in.Total("oldest"), in.Total("least"), in.Total("waiting")
	evidence := fmt.Sprintf("Events of other homeservers that wait: %.0f, the oldest for %s, and never less than %s within 15 minutes; %s events per second come in.",
		waiting, lasting(oldest), lasting(least), number(in.Total("pdus")))
	if waiting == 0 {
		evidence = fmt.Sprintf("No event of other homeservers waits; %s per second come in.", number(in.Total("pdus")))
	}
	if !in.Has("least") || in.Grade(least) == OK {
		if len(refused) > 0 {
			return refused
		}
		return []Finding{{Evidence: evidence, Value: &least, Threshold: Threshold(in.Warning)}}
	}
	rooms, _ := in.Rows.([]inboundRoom)
	if len(rooms) > 0 {
		evidence += fmt.Sprintf(" They belong to %s; the one with the most has %d.", counted(rooms[0].rooms, "room", "rooms"), rooms[0].waiting)
	}
	f := in.Graded(least, Finding{
		Evidence: evidence,
		Advice: "1. See whether a finding that stands above explains it: a room whose state takes long to resolve, a process without CPU, a slow database. 2. If one room has most of the events, " +
			"look at it in the list of rooms by forward extremities. 3. If many rooms wait and the process that handles them is full, send this homeserver's " +
			"incoming federation to a worker (/_matrix/federation/v1/send), one for each group of senders.",
		Remedy:    "Look for the handling of incoming transactions in the log of the process that serves /_matrix/federation/v1/send.",
		Processes: in.Processes("handlers"),
	})
	if waiting < inboundFloor {
		f.Severity, f.Title = Info, "A few events from other homeservers are stuck"
		f.Advice = "Too few to be a matter of load: the handling of single rooms hangs or fails. Look in the log of the process that handles incoming federation for errors; " +
			"it tries again after a restart."
		f.NotCausedBy = []string{"cpu-saturation", "database-slow", "database-pool", "gc-pauses"}
	}
	found := append([]Finding{f}, refused...)
	if len(rooms) > 0 && float64(rooms[0].waiting) > waiting/2 {
		most := float64(rooms[0].waiting)
		found = append(found, Finding{
			Subject: Subject{Hidden: rooms[0].room}, Severity: Info, Title: "Most of the waiting events belong to one room",
			Value: &most, Unit: "none", Evidence: fmt.Sprintf("Events of this room that wait: %.0f.", most),
			Advice:    "Look at its forward extremities and the size of its state. Wait, if the number falls.",
			Processes: in.Processes("handlers"),
		})
	}
	return found
}

// refusedRequests tells of other homeservers that are held off. That may be what the limit is for: it is an info only.
func refusedRequests(in Input) []Finding {
	refused := in.Total("refused")
	all := max(in.Total("requests"), refused) // the timer runs for refused requests, too
	share := refused / max(all, 1)
	if refused < refusedFloor || share < refusedShare {
		return nil
	}
	return []Finding{{
		Subject: Subject{Name: "rate limit"}, Severity: Info, Title: "Requests of other homeservers are refused",
		Value: &share, Threshold: Threshold(refusedShare), Unit: "percentunit",
		Evidence: fmt.Sprintf("%.0f requests of other homeservers were refused by the rate limit in 15 minutes (%s) and %.0f were slowed down.", refused, percent(share), in.Total("slowed")),
		Advice: "One homeserver that sends too much is what the limit is for: the log names it. If many are refused, the process that answers them is too slow: " +
			"see what takes its time before rc_federation is raised.",
		Processes: in.Processes("handlers"),
	}}
}

// lasting is a time for people.
func lasting(seconds float64) string {
	seconds = max(0, seconds) // two clocks
	switch d := time.Duration(seconds * float64(time.Second)); {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	case d >= 2*time.Minute:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	}
	return fmt.Sprintf("%.0f s", seconds)
}
