package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// What is said of sends while there are too few in an hour for a share: each one of the day counts where no hour has enough;
// where the day had enough, its last verdict stays over the night.
var (
	// sendGood ends a verdict that was kept.
	sendGood = limits.Limit{Name: "goodSends", Value: 10, Meaning: "number of sends in an hour, slow ones below the warning, that end an earlier verdict", Source: "ours"}

	sendsOfDay = countFew(fewOf{one: "send", many: "sends", verdict: tookLonger},
		func(s Scope, d time.Duration) string {
			return s.Counted(metrics.ResponseTime.Count(), d, nil, sentMessages...)
		},
		func(s Scope, d time.Duration) string {
			return s.Counted(metrics.ResponseTime.Bucket(), d, nil, append([]query.Matcher{upTo(plain(slowSend.Value))}, sentMessages...)...)
		},
		sendSlowShare.PromQL)
	sendLastShare = measure("lastShare", func(s Scope) string {
		return "last_over_time((" + sendSlowShare.PromQL(s) + ")" + subquery(fewDay, fewSlot(s)) + ")"
	})
	// sendAnswered are the sends that were answered, refused ones too: what hangs or fails is not.
	sendAnswered = measure("answered", func(s Scope) string {
		return s.Sum(s.Counted(metrics.ResponseTime.Count(), sendWindow, nil, sentMessages[0], metrics.ServerErrors.AreNot()))
	})
)

// judgeFewSends is the verdict on an hour without enough sends.
func judgeFewSends(in Input) []Finding {
	if f, slow := sendsOfDay.judge(in); slow {
		f.Processes = in.Processes(sendPath)
		return []Finding{f}
	}
	if f, slow := keptSendVerdict(in); slow {
		return []Finding{f}
	}
	received, total := in.Total(sendReceived), in.Total(sendTotal)
	if !in.Has(sendTotal) && received >= limits.EnoughSends.Value {
		return UnknownFinding(fmt.Sprintf("%s received in the last hour, but Prometheus has no successful one in %s: all sends fail, or the metric is dropped.",
			words.Count(received, "send was", "sends were"), metrics.ResponseTime.Name))
	}
	if f, hangs := tooFewFinished(in, sendReceived, sendAnswered, limits.EnoughSends.Value, "the last hour"); hangs {
		return []Finding{f}
	}
	switch {
	case in.Total(sendsOfDay.all) >= 1:
		return okFinding(sendsOfDay.text(in))
	case total < 1 && received >= 1:
		return okFinding(fmt.Sprintf("%s received in the last hour and none was accepted: too few to judge.", words.Count(received, "send was", "sends were")))
	case total < 1:
		return okFinding("No message was sent in the last hour: nothing to judge.")
	}
	return okFinding(fmt.Sprintf("%s sent in the last hour: too few to judge (at least %s).", words.Count(total, "message was", "messages were"), limits.EnoughSends))
}

// keptSendVerdict is the warning of the last hour with enough sends, until some good ones have come.
func keptSendVerdict(in Input) (Finding, bool) {
	last, total := in.Total(sendLastShare), in.Total(sendTotal)
	if !in.Has(sendLastShare) || last < in.Warning || total >= sendGood.Value && 1-in.Total(sendNotSlow)/total < in.Warning {
		return Finding{}, false
	}
	return Finding{
		Severity: Warning, Confidence: 0.5, Value: &last, Threshold: limits.At(in.Warning), Processes: in.Processes(sendPath), Takes: Amounts{LoopTime: last},
		Evidence: fmt.Sprintf("%s of the sends took longer than %s in the last hour that had at least %s. Too few came since to end this warning: %s in the last hour.",
			words.Percent(last), slowSend, limits.EnoughSends, words.Number(total)),
	}, true
}
