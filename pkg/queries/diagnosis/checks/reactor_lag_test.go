package checks

import (
	"fmt"
	"testing"
)

// onProcess is a measurement's key of the process of the job synapse with this index.
func onProcess(name, index string) string {
	return fmt.Sprintf("%s job=synapse index=%s instance=host:900%s", name, index, index)
}

// together joins the series of several processes.
func together(all ...map[string]float64) map[string]float64 {
	joined := map[string]float64{}
	for _, series := range all {
		for name, value := range series {
			joined[name] = value
		}
	}
	return joined
}

func loopOn(index string, busy, ticks, stalls, away, uptime float64) map[string]float64 {
	return map[string]float64{
		onProcess("busy", index): busy, onProcess("ticks", index): ticks, onProcess("stalls", index): stalls,
		onProcess("away", index): away, onProcess("uptime", index): uptime, onProcess("p99", index): 0.12,
	}
}

func TestReactorLag(t *testing.T) {
	const day = 86400
	noBuckets := loopOn("1", 0.8, 9000, 0, 0.01, day)
	delete(noBuckets, onProcess("stalls", "1"))
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"busy": {loopOn("1", 0.8, 9000, 2, 0.01, day), wanted{severity: Warning, subject: "synapse/1", value: 0.8,
			evidence: []string{"busy 80 % of the last 15 minutes", "2 times within the last hour", "120 ms"}, advice: []string{"symptom", "garbage collection", "Only then"}}},
		"full":             {loopOn("1", 0.95, 9000, 2, 0.01, day), wanted{severity: Critical, subject: "synapse/1", value: 0.95}},
		"fine":             {loopOn("1", 0.4, 9000, 2, 0.01, day), wanted{severity: OK, evidence: []string{"busy 40 %"}}},
		"stalls":           {loopOn("1", 0.4, 9000, 12, 0.01, day), wanted{severity: Warning, subject: "synapse/1", value: 12, evidence: []string{"12 times"}}},
		"many stalls":      {loopOn("1", 0.75, 9000, 61, 0.01, day), wanted{severity: Critical, subject: "synapse/1", value: 61}},
		"a few stalls":     {loopOn("1", 0.4, 9000, 9, 4, day), wanted{severity: OK}},
		"stands still":     {loopOn("1", 0.4, 9000, 0, 61, day), wanted{severity: Critical, subject: "synapse/1", value: 61, evidence: []string{"away for at least 61 s"}}},
		"just started":     {loopOn("1", 0.95, 9000, 100, 61, 600), wanted{severity: OK, evidence: []string{"15 minutes"}}},
		"too few rounds":   {loopOn("1", 0.2, 500, 30, 0, day), wanted{severity: OK, evidence: []string{"too little"}}},
		"few, long rounds": {loopOn("1", 0.99, 500, 400, 1, day), wanted{severity: Critical, subject: "synapse/1"}},
		"the worst of two": {together(loopOn("1", 0.75, 9000, 0, 0, day), loopOn("2", 0.92, 9000, 0, 0, day)), wanted{severity: Critical, subject: "synapse/2", count: 2}},
		"off the end":      {together(loopOn("1", 0.95, 9000, 2, 0.01, day), map[string]float64{onProcess("p99", "1"): 5}), wanted{severity: Critical, subject: "synapse/1", evidence: []string{"at least 1 of 100 rounds took >5 s."}}},
		"buckets not kept": {noBuckets, wanted{severity: Warning, subject: "synapse/1", evidence: []string{"how often it stood still for more than a second is not known"}}},
		"absent":           {nil, wanted{severity: Unknown, evidence: []string{"python_twisted_reactor_tick_time"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: reactorLag, series: c.series}, c.want) })
	}
}
