package checks

import "testing"

func TestReplicationLag(t *testing.T) {
	const day = 86400
	on := func(index string, queue, updates, connections, uptime float64) map[string]float64 {
		return map[string]float64{
			onProcess("queue", index): queue, onProcess("updates", index): updates, onProcess("connected", index): connections, onProcess("uptime", index): uptime,
			onProcess("stream", index) + " stream_name=caches": queue,
		}
	}
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"behind": {together(on("1", 0, 9000, 1, day), on("2", 40, 18000, 1, day)), wanted{severity: Warning, subject: "synapse/2", value: 2,
			evidence: []string{"40 updates waited in synapse/2", "stream caches", "20 a second", "2.0 s"}, advice: []string{"symptom", "take work off"}}},
		"far behind":      {on("2", 4000, 18000, 1, day), wanted{severity: Critical, subject: "synapse/2", value: 200}},
		"fine":            {on("2", 0.1, 18000, 1, day), wanted{severity: OK, evidence: []string{"synapse/2", "0.1"}}},
		"next to nothing": {on("2", 20, 50, 1, day), wanted{severity: OK, evidence: []string{"nothing to judge"}}},
		"one process":     {on("1", 0, 0, 0, day), wanted{severity: OK, evidence: []string{"only one"}}},
		"just started":    {on("2", 4000, 18000, 0, 300), wanted{severity: OK}},
		"Redis is lost": {together(on("1", 0, 9000, 1, day), on("2", 0, 0, 0, day)), wanted{severity: Critical, subject: "synapse/2",
			evidence: []string{"synapse/2 had no connection", "5 minutes"}, advice: []string{"Redis"}}},
		"Redis is down for all":                          {together(on("1", 0, 0, 0, day), on("2", 0, 0, 0, day)), wanted{severity: Critical, evidence: []string{"None of 2 processes (synapse/1, synapse/2)"}, advice: []string{"Redis"}}},
		"they hear of each other all the same":           {together(on("1", 0, 9000, 0, day), on("2", 0, 9000, 0, day), map[string]float64{onProcess("heard", "1"): 3000}), wanted{severity: OK}},
		"a single process that moved to another address": {together(on("1", 0, 0, 0, day), on("2", 0, 0, 0, 300)), wanted{severity: OK}},
		"statistics stand still": {together(on("1", 0, 9000, 1, day), map[string]float64{"behind name=stats": 4000, "behind name=presence": 2}), wanted{severity: Warning, subject: "stats", value: 4000,
			evidence: []string{"4000 events behind"}}},
		"absent": {nil, wanted{severity: Unknown, evidence: []string{"synapse_replication_tcp_command_queue"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: replicationLag, series: c.series}, c.want) })
	}
}
