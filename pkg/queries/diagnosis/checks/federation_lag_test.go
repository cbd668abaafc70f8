package checks

import "testing"

func lagOn(events, prompt, behind, before, least, flow, uptime float64) map[string]float64 {
	return map[string]float64{
		"position" + mainProcess: 5000, "events" + mainProcess: events, "prompt" + mainProcess: prompt,
		"behind" + mainProcess: behind, "before" + mainProcess: before, "least" + mainProcess: least, "flow": flow,
		"uptime" + mainProcess: uptime,
	}
}

func TestFederationLag(t *testing.T) {
	const day = 86400
	stuck := lagOn(0, 0, 5200, 400, 400, 5, day)
	delete(stuck, "events"+mainProcess)
	delete(stuck, "prompt"+mainProcess)
	two := lagOn(200, 120, 5, 5, 0, 5, day)
	two["position job=synapse index=2"], two["events job=synapse index=2"], two["prompt job=synapse index=2"] = 5000, 100, 100
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"late": {lagOn(200, 120, 5, 5, 0, 5, day), wanted{severity: Warning, subject: "synapse/1", value: 0.4, evidence: []string{"40 % of the 200 events", "10 s"},
			advice: []string{"short of CPU", "federation_sender_instances"}}},
		"one of two senders":           {two, wanted{severity: Warning, subject: "synapse/1", value: 0.4}},
		"prompt":                       {lagOn(200, 198, 5, 5, 0, 5, day), wanted{severity: OK, value: 0.01, evidence: []string{"1 % of the 200 events"}}},
		"too few":                      {lagOn(12, 0, 0, 0, 0, 0.01, day), wanted{severity: OK, evidence: []string{"in 15 minutes: 12,", "too few"}}},
		"falls behind":                 {lagOn(200, 0, 5200, 400, 400, 5, day), wanted{severity: Critical, subject: "synapse/1", value: 5200, evidence: []string{"5200 events behind", "400 behind 15 minutes ago", "100 % of the 200"}}},
		"stuck altogether":             {stuck, wanted{severity: Critical, subject: "synapse/1", value: 5200}},
		"behind, but catching up":      {lagOn(0, 0, 300, 900, 300, 5, day), wanted{severity: OK}},
		"less than a minute's worth":   {lagOn(0, 0, 2300, 400, 400, 50, day), wanted{severity: OK}},
		"idle: a gap that stays":       {lagOn(0, 0, 3, 3, 3, 0, day), wanted{severity: OK, evidence: []string{"too few"}}},
		"restarted twenty minutes ago": {lagOn(200, 10, 5200, 400, 400, 5, 1200), wanted{severity: OK}},
		"no sender":                    {map[string]float64{"flow": 5}, wanted{severity: Unknown, evidence: []string{"federation sender"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: federationLag, series: c.series}, c.want) })
	}
}
