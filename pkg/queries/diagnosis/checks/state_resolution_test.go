package checks

import "testing"

func TestStateResolution(t *testing.T) {
	on := func(cpu, cpuHour, db, dbHour, count, uptime float64) map[string]float64 {
		return map[string]float64{
			"cpu" + mainProcess: cpu, "cpuHour" + mainProcess: cpuHour, "db" + mainProcess: db, "dbHour" + mainProcess: dbHour,
			"count" + mainProcess: count, "uptime" + mainProcess: uptime, "cpuRoom": 0.8, "dbRoom": 0.7, "conflict": count, "large": count * 0.6, "events": 4,
		}
	}
	const day = 86400
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"CPU": {on(0.4, 0.35, 0.1, 0.1, 900, day), wanted{severity: Critical, subject: "synapse/1", value: 0.35,
			evidence: []string{"400 ms of CPU", "900 state resolutions", "at least 350 ms of CPU", "took 80 %", "40 % of them brought more than 10"}, advice: []string{"forward extremities", "synapse.state.metrics", "leave"}}},
		"database":                {on(0.02, 0.02, 0.2, 0.15, 900, day), wanted{severity: Warning, subject: "synapse/1", value: 0.15, evidence: []string{"of database time"}}},
		"a join of a huge room":   {on(0.4, 0.08, 0.1, 0.02, 900, day), wanted{severity: OK, value: 0.08}},
		"over by now":             {on(0.01, 0.35, 0.01, 0.1, 900, day), wanted{severity: OK}},
		"few":                     {on(0.4, 0.35, 0.1, 0.1, 6, day), wanted{severity: OK, evidence: []string{"too few"}}},
		"just started":            {on(0.4, 0.4, 0.1, 0.1, 900, 600), wanted{severity: OK}},
		"nothing to resolve yet":  {map[string]float64{"events": 4}, wanted{severity: OK, evidence: []string{"No room's state"}}},
		"resolved, but not kept":  {map[string]float64{"events": 4, "conflict": 900}, wanted{severity: Unknown, evidence: []string{"synapse_state_res_cpu_for_all_rooms_seconds_sum"}}},
		"persisters not scraped":  {nil, wanted{severity: Unknown, evidence: []string{"synapse_state_res_cpu_for_all_rooms_seconds_sum"}}},
		"not in the hour's top 5": {map[string]float64{"cpu" + mainProcess: 0.4, "db" + mainProcess: 0.1, "count" + mainProcess: 50}, wanted{severity: OK}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: stateResolution, series: c.series}, c.want) })
	}
}
