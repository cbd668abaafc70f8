package checks

import (
	"slices"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func TestEventSendTime(t *testing.T) {
	// sendsOf gives shares of sends slower than 1 s and 2.5 s.
	sendsOf := func(total, slow, verySlow float64, more ...map[string]float64) map[string]float64 {
		return together(append(more, map[string]float64{
			"sends": total, "slow": total * (1 - slow), "verySlow": total * (1 - verySlow), "p95": 1.3, "received": total, "scraped": 4,
		})...)
	}
	workersOf := func(first, second float64) map[string]float64 {
		return map[string]float64{onProcess("workers", "1"): first, onProcess("workers", "2"): second}
	}
	noBuckets := sendsOf(1000, 0.2, 0.1)
	delete(noBuckets, "slow")
	delete(noBuckets, "verySlow")
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"slow":        {sendsOf(1000, 0.08, 0.01), wanted{severity: Warning, value: 0.08, evidence: []string{"8 % of 1000 sends", "1 % longer than 2.5 s", "within 1.3 s"}, advice: []string{"stands above", "modules"}}},
		"very slow":   {sendsOf(1000, 0.3, 0.06), wanted{severity: Critical, value: 0.06}},
		"fine":        {sendsOf(1000, 0.01, 0), wanted{severity: OK, value: 0.01}},
		"off the end": {together(sendsOf(1000, 0.3, 0.06), map[string]float64{"p95": 10}), wanted{severity: Critical, evidence: []string{"at least 5 of 100 took >10 s"}}},
		"one worker, all slow": {sendsOf(1000, 0.08, 0, workersOf(0.4, 0.01)), wanted{severity: Warning, value: 0.08,
			evidence: []string{"synapse/1 above all: 40 %", "next worker 1 %"}}},
		"one worker, hidden by the others": {sendsOf(10000, 0.02, 0, workersOf(0.4, 0.01)), wanted{severity: Warning, subject: "synapse/1", value: 0.4}},
		"no outlier":                       {sendsOf(1000, 0.01, 0, workersOf(0.06, 0.05)), wanted{severity: OK}},
		"delegated authentication": {sendsOf(1000, 0.08, 0, map[string]float64{"token": 0.6}), wanted{severity: Warning,
			advice: []string{"600 ms on average to vouch", "modules"}}},
		"too few":            {sendsOf(60, 0.5, 0.5), wanted{severity: OK, evidence: []string{"about 60", "too few"}}},
		"nobody sends":       {map[string]float64{"received": 0, "scraped": 4}, wanted{severity: OK, evidence: []string{"No message was sent"}}},
		"none was accepted":  {map[string]float64{"received": 7, "scraped": 4}, wanted{severity: OK, evidence: []string{"about 7", "none was accepted"}}},
		"nothing is there":   {nil, wanted{severity: Unknown, evidence: []string{"synapse_http_server_requests_received_total"}}},
		"buckets are gone":   {noBuckets, wanted{severity: Unknown, evidence: []string{"_bucket"}}},
		"histogram dropped":  {map[string]float64{"received": 700}, wanted{severity: Unknown, evidence: []string{"700 sends"}}},
		"rounding below nil": {sendsOf(1000, -0.0001, -0.0001), wanted{severity: OK, evidence: []string{"0 % of 1000"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: eventSendTime, series: c.series}, c.want) })
	}
	// Only what is wrong with the processes on a message's way explains it.
	path := together(sendsOf(1000, 0.08, 0), map[string]float64{onProcess("onPath", "1"): 3, onProcess("onPath", "2"): 2})
	f := eventSendTime.Judge(measuredOn{check: eventSendTime, series: path}.input())[0]
	if !slices.Equal(f.Processes, []string{"synapse/1", "synapse/2"}) {
		t.Errorf("about %v", f.Processes)
	}
	// The admin's thresholds replace ours.
	strict := query.Options{Thresholds: map[string]query.Threshold{"event-send-time": {Warning: query.Bound(0.001)}}}
	expect(t, measuredOn{check: eventSendTime, series: sendsOf(1000, 0.01, 0), options: strict}, wanted{severity: Warning})
}
