package graph

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

var federationIn = []Graph{
	{
		ID: "federation-traffic-in", Title: "Incoming events and EDUs", Unit: "cps", By: []string{partLabel},
		Help:     "What other homeservers send.",
		Worry:    "0 for hours on a homeserver in public rooms: others can't reach it.",
		Replaces: []Panel{panel("Federation", "Incoming PDU/EDU rate", noUnit)},
		term:     parts(part{"events", rate(metrics.ReceivedPDUs)}, part{"EDUs", rate(metrics.ReceivedEDUs)}),
	},
	{
		ID: "inbound-duration", Title: "Time to process an incoming event", Unit: "s", Check: "federation-inbound",
		Help:     "Time to check and store one event of another homeserver.",
		Worry:    "A 90% line that climbs: busy rooms fall behind.",
		Replaces: []Panel{panel("Federation", "Handle inbound PDU time", noUnit)},
		buckets:  histogram(metrics.PDUProcessTime),
	},
	{
		ID: "inbound-age", Title: "Oldest incoming event that waits", Unit: "s", Check: "federation-inbound",
		Help:     "Age of the oldest event received from other homeservers and not processed yet.",
		Worry:    "Minutes: messages of other homeservers appear late.",
		Replaces: []Panel{panel("Federation", "Age of oldest event in staging area", "milliseconds without a unit, and the same line for each process")},
		term:     scaled(level(metrics.InboundOldest), "0.001"),
	},
	{
		ID: "federation-staging", Title: "Queue of incoming events", Unit: "none", Check: "federation-inbound",
		Help:     "Events received from other homeservers and not processed yet. Every process reports the same number.",
		Worry:    "A line that keeps rising.",
		Replaces: []Panel{panel("Federation", "Number of events in federation staging area", "the same line for each process")},
		term:     level(metrics.InboundStaged),
	},
	{
		ID: "inbound-pruned", Title: "Incoming events dropped", Unit: "cps", Check: "federation-inbound",
		Help:  "Events dropped because more than 100 of their room waited, which is Synapse's limit. They are fetched later, out of order.",
		Worry: "Should be flat at 0.",
		term:  rate(metrics.InboundPruned),
	},
	{
		ID: "soft-failed", Title: "Soft-failed events", Unit: "cps",
		Help:     "Events hidden from clients because the room's present state forbids them.",
		Worry:    "A burst: spam, or a ban that other homeservers do not know yet.",
		Replaces: []Panel{panel("Federation", "Soft-failed event rate", noUnit)},
		term:     rate(metrics.SoftFailedEvents),
	},
	{
		ID: "federation-queries-in", Title: "Queries of other homeservers", Unit: "cps", By: []string{"type"},
		Help: "Queries for profiles, devices, room aliases and others, by type.",
		term: rate(metrics.ReceivedQueries),
	},
	{
		ID: "keys-queued", Title: "Requests for keys that wait", Unit: "none", By: []string{"name"}, Check: "federation-inbound",
		Help:  "Requests for signing keys of other homeservers that wait or are in progress.",
		Worry: "ServerKeyFetcher climbs: keys can't be fetched, and incoming events wait for them.",
		term:  level(metrics.KeysPending),
	},
	{
		ID: "keys-waiting", Title: "Requests for keys not started", Unit: "none", By: []string{"name"},
		Help: "Those of them that wait for an earlier batch.",
		term: level(metrics.KeysQueued),
	},
	{
		ID: "backfill-before", Title: "Backfill: time before the request", Unit: "s",
		Help:    "Time to find out what to request when somebody scrolls back in a federated room.",
		buckets: histogram(metrics.BackfillBeforeTime),
	},
	{
		ID: "backfill-after", Title: "Backfill: time after the answer", Unit: "s",
		Help:    "Time to process older events after another homeserver has sent them.",
		buckets: histogram(metrics.BackfillAfterTime),
	},
	{
		ID: "age-received", Title: "Time since an event was received", Unit: "s",
		Help:     "From the homeserver of federation_metrics_domains that was silent longest; their names stay out of this graph.",
		Worry:    "A ramp for hours: that homeserver can't reach this one.",
		Replaces: []Panel{panel("Federation", "Age of last PDU received from nominated hosts", "minutes late, and mixes homeservers")},
		term:     age(metrics.LastReceivedPDU),
	},
}

// ofFederation selects the limiter of other homeservers' requests.
var ofFederation = query.Equal("rate_limiter_name", "federation_servlets")

const eachStep = "a number for each step of the graph: it shrinks when you zoom in"

var federationLimits = []Graph{
	{
		ID: "limiter-requests", Title: "Federation rate limiter: requests", Unit: "reqps", By: []string{partLabel}, Check: "federation-inbound",
		Help:  "Requests of other homeservers that passed the limiter, were delayed and were refused.",
		Worry: "Refused requests that stay: find the homeserver; only if there are many, raise rc_federation.",
		Replaces: []Panel{misled("Federation rate limiter", "Number of rate limit rejected requests", eachStep),
			misled("Federation rate limiter", "Number of requests being slept by the rate limiter", eachStep),
			misled("Federation rate limiter", "Rate of requests being slept by the rate limiter", "its line at 50 is the queue of one homeserver")},
		term: where(parts(part{"passed", rates(metrics.RateLimitWait.Count())}, part{"delayed", rate(metrics.RateLimitSleeps)},
			part{"refused", rate(metrics.RateLimitRejects)}), ofFederation),
	},
	{
		ID: "limiter-hosts", Title: "Federation rate limiter: homeservers", Unit: "none", By: []string{partLabel},
		Help:  "Homeservers whose requests are being delayed or refused.",
		Worry: "One: that homeserver. Many: the limit is too low.",
		Replaces: []Panel{misled("Federation rate limiter", "Number of hosts being rejected by the rate limiter", "takes the increase of a number that goes up and down"),
			misled("Federation rate limiter", "Number of hosts being slept by the rate limiter", "takes the increase of a number that goes up and down")},
		term: where(parts(part{"delayed", level(metrics.RateLimitSleepingHosts)}, part{"refused", level(metrics.RateLimitRejectedHosts)}), ofFederation),
	},
	{
		ID: "limiter-wait", Title: "Wait in the federation rate limiter", Unit: "s", Check: "federation-inbound",
		Help:     "Time that requests of other homeservers waited.",
		Replaces: []Panel{panel("Federation rate limiter", "Rate limit queue wait time Quantiles (all workers)", noUnit)},
		buckets:  histogram(metrics.RateLimitWait, ofFederation),
	},
}
