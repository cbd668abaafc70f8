package checks

import (
	"context"
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	inboundFew          = limits.Limit{Name: "fewWaiting", Value: 20, Meaning: "number of waiting events below which single rooms are stuck, and not the homeserver", Source: "ours"}
	inboundEnough       = limits.Limit{Name: "enoughTransactions", Value: 20, Meaning: "number of transactions of other homeservers received in 15 min, most of them unanswered, from which this check does not say \"ok\"", Source: "ours"}
	inboundRefusedShare = limits.Limit{Name: "refusedShare", Value: 0.01, Unit: "percentunit", Meaning: "share of other homeservers' requests refused by the rate limit that is reported", Source: "ours"}
	inboundRefusedLeast = limits.Limit{Name: "refusedLeast", Value: 20, Meaning: "number of refused requests in 15 min below which they are not reported", Source: "ours"}
)

// inboundLimiter limits the requests of other homeservers. Source: server.py, get_federation_ratelimiter.
const inboundLimiter query.Matcher = `rate_limiter_name="federation_servlets"`

// inboundAge: every process exports the same numbers of one database, so the largest counts, and never the sum.
func inboundAge(s Scope) string { return s.Max(s.Now(metrics.InboundOldest.Series())) + " / 1000" }

func inboundLimited(name string, series metrics.Series) *Measurement {
	return measure(name, func(s Scope) string { return s.Sum(s.Increase(series, shortWindow, inboundLimiter)) })
}

var (
	inboundOldest   = measure("oldest", inboundAge)
	inboundLowest   = measure("lowest", func(s Scope) string { return s.Lowest(inboundAge(s), shortWindow) })
	inboundWaiting  = measure("waiting", func(s Scope) string { return s.Max(s.Now(metrics.InboundStaged.Series())) })
	inboundPDUs     = measure("pdus", func(s Scope) string { return s.Sum(s.Rate(metrics.ReceivedPDUs.Series(), shortWindow)) })
	inboundRequests = inboundLimited("requests", metrics.RateLimitWait.Count())
	inboundRefused  = inboundLimited("refused", metrics.RateLimitRejects.Series())
	inboundSlowed   = inboundLimited("slowed", metrics.RateLimitSleeps.Series())
	// inboundRefusedHosts is how many homeservers were refused at once: one that is noisy, or all because of the limit.
	inboundRefusedHosts = measure("refusedHosts", func(s Scope) string {
		return s.Max(s.Over("max_over_time", metrics.RateLimitRejectedHosts.Series(), shortWindow, inboundLimiter))
	})
	inboundReceived = measure("received", func(s Scope) string {
		return s.Sum(s.Increase(metrics.RequestsReceived.Series(), shortWindow, metrics.TransactionServlets.Are()))
	})
	inboundAnswered = measure("answered", func(s Scope) string {
		return s.Sum(s.Counted(metrics.ResponseTime.Count(), shortWindow, nil, metrics.TransactionServlets.Are(), metrics.ServerErrors.AreNot()))
	})
	inboundSteps = measureSteps(writingSteps, shortWindow, false)
	// inboundHandlers are the processes that take in and store what other homeservers send.
	inboundHandlers = measure("handlers", func(s Scope) string {
		return s.SumPerProcess(s.Rate(metrics.RequestsReceived.Series(), shortWindow, query.Equal("servlet", "FederationSendServlet"))) + " > 0 or " +
			s.SumPerProcess(s.Rate(metrics.PersistedEvents.Series(), shortWindow)) + " > 0"
	})
)

var federationInbound = Check{
	ID:    "federation-inbound",
	Topic: "Incoming federation",
	Title: "Incoming events delayed",
	Meaning: "Events from other homeservers are stored in a queue first and then processed room by room. If they arrive faster than that, " +
		"messages from other homeservers appear late.",
	Decides: "The age of the oldest event in the queue, the lowest within 15 min: {warning} is a warning, {critical} is critical. With fewer than {fewWaiting} " +
		"waiting events it is an info, because only single rooms are stuck. Another info: the rate limit refused at least {refusedShare} of the requests of other homeservers, and at least {refusedLeast} of them in 15 min. " +
		"If other homeservers sent {enoughTransactions} transactions or more in 15 min and most have not finished, it is unknown. The evidence names a step of storing events that takes {slowStep} × its usual time (from {stepLeast} runs on).",
	CannotKnow: "Time before Synapse has the event: in the proxy, or on the other homeserver. Without PostgreSQL, which rooms wait.",
	Thresholds: limits.Thresholds{
		Check: "federation-inbound", Warning: limits.At(300), Critical: limits.At(1800), Unit: "s", WarningOf: "for the oldest waiting event", CriticalOf: "for the oldest waiting event",
		Source: "ours, on Synapse's numbers of its staging area, which it reads from the database every 30 s",
	},
	Limits: []limits.Limit{inboundFew, inboundEnough, inboundRefusedShare, inboundRefusedLeast, slowStep, stepLeast},
	Steps: []string{
		"Open \"Processes\" on this dashboard: is the process that serves `/_matrix/federation/v1/send`, or the one that writes events, saturated?",
		"If one room has most of the events, look it up in \"Rooms with more than ten forward extremities\".",
		"If many rooms wait and the process that serves `/_matrix/federation/v1/send` stays saturated, spread that path over several workers in the proxy, each sending homeserver always to the same one.",
	},
	Causes:      ofLoad,
	Panel:       "inbound-age",
	Completions: true,
	Measures:    []*Measurement{inboundOldest, inboundLowest, inboundWaiting, inboundPDUs, inboundRequests, inboundRefused, inboundSlowed, inboundRefusedHosts, inboundReceived, inboundAnswered, inboundHandlers, inboundSteps, txnTotalCost},
	Read:        readInbound,
	Signal:      &Signal{Measurement: inboundOldest},
	Judge:       judgeInbound,
	Rule:        Rule{Expr: `{{.lowest}} >= {{.threshold}} and on (server_name) {{.waiting}} >= {{.fewWaiting}}`},
}

// inboundSQL reads a table that is small unless federation is behind, by an index.
const inboundSQL = `SELECT room_id, count(*) AS waiting, count(*) OVER () AS rooms
FROM federation_inbound_events_staging GROUP BY room_id ORDER BY waiting DESC, room_id LIMIT 1`

// inboundRoom is the room with the most waiting events, and how many rooms wait.
type inboundRoom struct {
	room           query.Room
	waiting, rooms int64
}

func readInbound(ctx context.Context, tx query.Tx, in ReadInput) (any, error) {
	rows, err := query.Rows[struct {
		RoomID         string `db:"room_id"`
		Waiting, Rooms int64
	}](ctx, tx, inboundSQL)
	if err != nil || len(rows) == 0 {
		return inboundRoom{}, err
	}
	return inboundRoom{query.NewRoom(in.Settings, rows[0].RoomID), rows[0].Waiting, rows[0].Rooms}, nil
}

func judgeInbound(in Input) []Finding {
	if !in.Has(inboundOldest) || !in.Has(inboundWaiting) {
		return metricMissing(metrics.InboundOldest)
	}
	refused := judgeRefused(in)
	lowest, waiting := in.Total(inboundLowest), in.Total(inboundWaiting)
	f := in.graded(lowest, Finding{Evidence: inboundText(in), Processes: in.Processes(inboundHandlers), Takes: in.takesAll()})
	hanging, hangs := tooFewFinished(in, inboundReceived, inboundAnswered, inboundEnough.Value, "15 min")
	switch {
	case f.Severity <= OK && hangs:
		return append(refused, hanging)
	case f.Severity <= OK && len(refused) > 0:
		return refused
	case f.Severity <= OK:
		return []Finding{f}
	}
	f.Evidence += sentence(slowestStep(in, inboundSteps, writingSteps))
	most, _ := in.Rows.(inboundRoom)
	if most.rooms > 0 {
		f.Evidence += fmt.Sprintf(" They belong to %s; the one with the most has %s.", words.Count(most.rooms, "room", "rooms"), words.Number(float64(most.waiting)))
	}
	if waiting < inboundFew.Value {
		f.Severity, f.Title = Info, "A few incoming events stuck"
		f.Steps = []string{
			"Search the log of the process that serves `/_matrix/federation/v1/send` for errors: so few events are not a matter of load, single rooms hang or fail.",
			"Restart that process: it then tries these events again.",
		}
		f.Takes, f.NotCausedBy = nil, causeIDs(ofLoad)
	}
	found := append([]Finding{f}, refused...)
	if share := float64(most.waiting); share > waiting/2 {
		found = append(found, Finding{
			Subject: Subject{Hidden: most.room}, Severity: Info, Title: "Most waiting events in one room",
			Value: &share, Unit: "none", Evidence: fmt.Sprintf("%s of the waiting events belong to this room.", words.Number(share)),
			Steps: []string{"Wait, if the number falls.", "Otherwise look the room up in \"Rooms with more than ten forward extremities\", and check the size of its state."}, Processes: in.Processes(inboundHandlers),
		})
	}
	return found
}

func inboundText(in Input) string {
	rate := words.PerSecond(in.Total(inboundPDUs))
	if in.Total(inboundWaiting) == 0 {
		return "No incoming event waits; " + rate + " arrive."
	}
	lowest := ""
	if in.Has(inboundLowest) {
		lowest = " and never less than " + words.Seconds(in.Total(inboundLowest)) + " in the last 15 min"
	}
	return fmt.Sprintf("%s, the oldest for %s%s; %s arrive.", words.Count(in.Total(inboundWaiting), "incoming event waits", "incoming events wait"), words.Seconds(in.Total(inboundOldest)), lowest, rate)
}

// judgeRefused reports other homeservers that are held off. That may be what the limit is for: it is an info only.
func judgeRefused(in Input) []Finding {
	refused := in.Total(inboundRefused)
	share := refused / max(in.Total(inboundRequests), refused, 1) // the timer runs for refused requests, too
	if refused < inboundRefusedLeast.Value || share < inboundRefusedShare.Value {
		return nil
	}
	text := fmt.Sprintf("%s of other homeservers' requests (%s) were refused in the last 15 min, and %s delayed.", words.Percent(share), words.Number(refused), words.Number(in.Total(inboundSlowed)))
	if hosts := in.Total(inboundRefusedHosts); hosts > 0 {
		text += " Homeservers refused at the same time: " + words.Number(hosts) + "."
	}
	return []Finding{{
		Subject: Subject{Name: "rate limit"}, Severity: Info, Title: "Other homeservers' requests refused",
		Value: &share, Threshold: limits.At(inboundRefusedShare.Value), Unit: "percentunit", Evidence: text,
		Steps: []string{
			"If it is one homeserver, do nothing: the limit is for that. Lines with `Ratelimiter(` in the log name it.",
			"If there are many, check whether the process that serves `/_matrix/federation/v1/send` is saturated.",
			"Only then raise `rc_federation`.",
		},
		Processes: in.Processes(inboundHandlers),
	}}
}
