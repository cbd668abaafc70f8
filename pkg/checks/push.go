package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var (
	pushLeast  = limits.Limit{Name: "least", Value: 20, Meaning: "number of failed push notifications in an hour below which they are not judged", Source: "ours"}
	pushBefore = limits.Limit{Name: "before", Value: 0.2, Unit: "percentunit", Meaning: "share of failed push notifications a week ago from which failing is the usual state", Source: "ours: abandoned devices fail for a day each"}
	pushAlone  = limits.Limit{Name: "alone", Value: 0.9, Unit: "percentunit", Meaning: "share of failed push notifications that is reported without a week of history", Source: "ours"}

	pushFailed    = measure("failed", func(s Scope) string { return pushes(s, metrics.PushesFailed) })
	pushProcessed = measure("processed", func(s Scope) string { return pushes(s, metrics.PushesProcessed) })
	// pushFailing is the share of the hour; where none was handled, all failed.
	pushFailing = measure("share", func(s Scope) string {
		failed := pushFailed.PromQL(s)
		return failed + " / (" + failed + " + (" + pushProcessed.PromQL(s) + " or " + failed + " * 0) > 0)"
	})
	// pushUsual is the share in the day around this hour of a week ago.
	pushUsual = measure("usual", func(s Scope) string {
		then := func(m *metrics.Metric) string {
			return s.Sum(m.Series().Over("increase", s.Homeserver().Filters.Selector(), metrics.Window(24*time.Hour)+metrics.Offset(week)))
		}
		failed, processed := then(metrics.PushesFailed), then(metrics.PushesProcessed)
		return "(" + failed + " or " + processed + " * 0) / ((" + failed + " or " + processed + " * 0) + " + processed + " > 0)"
	})
	pushers = measure("pushers", func(s Scope) string {
		return s.Sum(s.Homeserver().Now(metrics.Pushers.Series(), `kind="HttpPusher"`))
	})
)

// pushes counts an hour, because Synapse waits up to an hour between two tries of one device. Source: push/httppusher.py.
func pushes(s Scope, m *metrics.Metric) string {
	return s.Sum(s.Homeserver().Counted(m.Series(), time.Hour, nil))
}

var push = Check{
	ID:    "push",
	Topic: "Push notifications",
	Title: "Push notifications fail",
	Meaning: "Phones learn of new messages by push notifications, which Synapse sends through a push gateway. If they fail, people say that messages arrive late, although Synapse " +
		"is not slow.",
	Decides: "The share of push notifications of the last hour that a push gateway did not accept, from {least} failed ones on. {warning} is a warning if the share was below {before} a week ago. " +
		"Without that history, {alone} is an info. If they failed a week ago too, nothing is found: each device that was abandoned fails for a day.",
	CannotKnow: "Which devices and gateways fail, and notifications that arrive late although the gateway accepted them. Synapse also counts as handled what needed no notification, so the real share is higher. " +
		"Updates of the unread count are left out: they fail at every start for some apps.",
	Thresholds: limits.Thresholds{
		Check: "push", Warning: limits.At(0.5), Unit: "percentunit", WarningOf: "of the push notifications failed", Source: "ours, on Synapse's counters of push notifications",
	},
	Limits: []limits.Limit{pushLeast, pushBefore, pushAlone},
	Steps: []string{
		"Run on the host of the process that sends push notifications: `curl -sv -X POST https://matrix.org/_matrix/push/v1/notify`. Status 400 means that it reaches the gateway; anything else is DNS, the firewall, the outbound proxy or certificates.",
		"Search its log for `Failed to push` to see which gateways fail. An internal gateway needs an exception from `ip_range_blacklist` (`ip_range_whitelist`).",
		"If only one gateway fails, such as the server of a UnifiedPush app, tell its operator: other devices are not affected.",
	},
	Panel:    "graph:push",
	Measures: []*Measurement{pushFailed, pushProcessed, pushFailing, pushUsual, pushers},
	Signal:   &Signal{Measurement: pushFailing, SinceOnly: true},
	Judge:    judgePush,
	Rule:     Rule{Expr: `{{.share}} >= {{.threshold}} and on (server_name) {{.failed}} >= {{.least}} and on (server_name) {{.usual}} <= {{.before}}`},
}

func judgePush(in Input) []Finding {
	failed, handled := in.Total(pushFailed), in.Total(pushProcessed)
	if !in.Has(pushFailed) && !in.Has(pushProcessed) {
		if in.Total(pushers) > 0 {
			return okFinding(fmt.Sprintf("%s, and no push notification was needed since the start.", words.Count(in.Total(pushers), "device wants push notifications", "devices want push notifications")))
		}
		return okFinding("No push notification was sent since the start: no device asks for any, or the process that sends them is not scraped.")
	}
	share := in.Total(pushFailing)
	text := fmt.Sprintf("%s in the last hour, %s handled: %s failed", words.Count(failed, "push notification failed", "push notifications failed"), words.Number(handled), words.Percent(share))
	usual, known := in.Total(pushUsual), in.Has(pushUsual)
	f := Finding{Value: &share, Threshold: limits.At(in.Warning), Confidence: 0.8, Evidence: text + "."}
	if known {
		f.Evidence = fmt.Sprintf("%s; a week ago %s.", text, words.Percent(usual))
	}
	switch {
	case failed < pushLeast.Value:
		f.Severity = OK
	case known && share >= in.Warning && usual <= pushBefore.Value:
		f.Severity = Warning
	case !known && share >= pushAlone.Value:
		f.Severity, f.Threshold, f.Confidence = Info, limits.At(pushAlone.Value), 0.5
		f.Evidence += " Without a week of history it may be a few abandoned devices."
	default:
		f.Severity = OK
	}
	if f.Severity == OK {
		return okFinding(f.Evidence)
	}
	return []Finding{f}
}
