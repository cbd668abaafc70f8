package checks

import (
	"slices"
	"testing"
)

func lagOn(index string, events, prompt, behind, before, lowest, uptime float64) map[string]float64 {
	return map[string]float64{
		onProcess("position", index): 5000, onProcess("events", index): events, onProcess("prompt", index): prompt,
		onProcess("behind", index): behind, onProcess("before", index): before, onProcess("lowest", index): lowest,
		onProcess("uptime", index): uptime,
	}
}

// flowing adds how many events the homeserver writes per second.
func flowing(flow float64, series map[string]float64) map[string]float64 {
	series["flow"] = flow
	return series
}

func TestFederationLag(t *testing.T) {
	const day = 86400
	two := together(lagOn("1", 200, 120, 5, 5, 0, day), lagOn("2", 100, 100, 5, 5, 0, day))
	late := lagOn("1", 200, 120, 5, 5, 0, day)
	judgeCases(t, federationLag, map[string]judged{
		"late":                         {series: together(flowing(5, late), map[string]float64{"totalCost": 1}), want: Warning, subject: "synapse/1", value: 0.4},
		"at the threshold":             {series: flowing(5, lagOn("1", 20, 19, 5, 5, 0, 1800)), want: Warning, subject: "synapse/1", value: 0.05},
		"one of two senders":           {series: flowing(5, two), want: Warning, subject: "synapse/1", value: 0.4},
		"prompt":                       {series: flowing(5, lagOn("1", 200, 198, 5, 5, 0, day)), want: OK, value: 0.01},
		"too few":                      {series: flowing(0.01, lagOn("1", 12, 0, 0, 0, 0, day)), want: OK},
		"falls behind":                 {series: flowing(5, lagOn("1", 200, 0, 5200, 400, 400, day)), want: Critical, subject: "synapse/1", value: 5200, unit: "none"},
		"the worst of two":             {series: flowing(5, together(late, lagOn("2", 200, 150, 5200, 400, 400, day))), want: Critical, subject: "synapse/2", unit: "none", count: 2},
		"a hundred behind":             {series: flowing(0.1, lagOn("1", 0, 0, 101, 100, 100, day)), want: Critical, subject: "synapse/1", value: 101, unit: "none"},
		"fewer than a hundred":         {series: flowing(0.1, lagOn("1", 0, 0, 101, 100, 99, day)), want: OK},
		"stuck altogether":             {series: flowing(5, without(lagOn("1", 0, 0, 5200, 400, 400, day), onProcess("events", "1"), onProcess("prompt", "1"))), want: Critical, subject: "synapse/1", value: 5200, unit: "none"},
		"behind, but catching up":      {series: flowing(5, lagOn("1", 0, 0, 300, 900, 300, day)), want: OK},
		"less than a minute's worth":   {series: flowing(50, lagOn("1", 0, 0, 2300, 400, 400, day)), want: OK},
		"idle: a gap that stays":       {series: flowing(0, lagOn("1", 0, 0, 3, 3, 3, day)), want: OK},
		"restarted twenty minutes ago": {series: flowing(5, lagOn("1", 200, 10, 5200, 400, 400, 1200)), want: OK},
		"buckets not kept":             {series: flowing(5, without(lagOn("1", 200, 0, 5, 5, 0, day), onProcess("prompt", "1"))), want: Unknown},
		"no sender":                    {series: map[string]float64{"flow": 5}, want: Unknown},
	})
	found := federationLag.Judge(judged{series: flowing(5, late)}.input(t, federationLag))
	if !slices.Equal(found[0].Processes, []string{"synapse/1"}) {
		t.Errorf("late on %v", found[0].Processes)
	}
}
