package checks

import "testing"

func TestWorkers(t *testing.T) {
	const day = 86400
	on := func(index string, busy float64, uptime float64, roles ...string) map[string]float64 {
		series := map[string]float64{onProcess("busy", index): busy, onProcess("uptime", index): uptime}
		for _, role := range roles {
			series[onProcess("roles", index)+" role="+role] = 5000
		}
		return series
	}
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"one does it all": {together(on("1", 0.9, day, "sync"), on("2", 0.1, day, "sync"), on("3", 0.2, day, "sync")), wanted{severity: Warning, subject: "synapse/1", value: 0.9,
			evidence: []string{"synapse/1 (sync) was busy 90 %", "half of the 2 other processes", "10 % or less"}, advice: []string{"hash of the user", "Do not add a worker before"}}},
		"a hot room":                  {together(on("1", 0.85, day, "event_persister"), on("2", 0.1, day, "event_persister")), wanted{severity: Warning, subject: "synapse/1", advice: []string{"hash of their room"}}},
		"two roles, one row":          {together(on("1", 0.9, day, "sync", "event_creator"), on("2", 0.1, day, "sync", "event_creator")), wanted{severity: Warning, subject: "synapse/1", evidence: []string{"event creator, sync"}}},
		"all are full":                {together(on("1", 0.9, day, "sync"), on("2", 0.85, day, "sync")), wanted{severity: OK, evidence: []string{"No worker is full"}}},
		"the main process serves too": {together(on("1", 0.9, day, "main", "sync"), on("2", 0.1, day, "sync")), wanted{severity: OK}},
		"another role":                {together(on("1", 0.9, day, "sync"), on("2", 0.1, day, "media")), wanted{severity: OK, evidence: []string{"nothing to compare"}}},
		"a single process":            {on("1", 0.95, day, "main", "sync", "event_persister"), wanted{severity: OK, evidence: []string{"nothing to compare"}}},
		"a fresh peer":                {together(on("1", 0.9, day, "sync"), on("2", 0.1, 600, "sync")), wanted{severity: OK}},
		"a stray request is no role":  {together(on("1", 0.9, day, "sync"), on("2", 0.1, day), map[string]float64{onProcess("roles", "2") + " role=sync": 3}), wanted{severity: OK}},
		"no roles":                    {on("1", 0.9, day), wanted{severity: Unknown}},
		"absent":                      {nil, wanted{severity: Unknown, evidence: []string{"python_twisted_reactor_tick_time"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: workers, series: c.series}, c.want) })
	}
}
