package checks

import "testing"

func TestSyncTime(t *testing.T) {
	sliding := func(mean, all, within1, within2 float64) map[string]float64 {
		return map[string]float64{"scraped": 90, "mean kind=sliding_sync": mean, "sliding": all, "within1": within1, "within2": within2}
	}
	older := func(mean, all, cpu, db, waiting float64) map[string]float64 {
		return map[string]float64{"scraped": 90, "mean kind=sync_v2": mean, "ordinary": all, "cpu": cpu, "database": db, "waiting": waiting}
	}
	both := sliding(0.04, 1000, 999, 1000)
	for name, value := range older(2.4, 500, 100, 1000, 100) {
		both[name] = value
	}
	fine := sliding(0.04, 1000, 999, 1000)
	for name, value := range older(0.03, 500, 5, 8, 2) {
		fine[name] = value
	}
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"sliding": {sliding(0.7, 1000, 800, 930), wanted{severity: Warning, subject: "sliding sync", value: 0.7,
			evidence: []string{"700 ms", "20 % of 1000", "1 s", "7 % more than 2.5 s", "without waiting"}, advice: []string{"explains it", "workers"}}},
		"older only":   {both, wanted{severity: Critical, subject: "sync v2", value: 2.4, evidence: []string{"2.4 s", "500 within 15 minutes", "200 ms of CPU", "2.0 s in the database"}}},
		"fine":         {fine, wanted{severity: OK, value: 0.04, evidence: []string{"sliding sync", "an incremental sync"}}},
		"quiet":        {map[string]float64{"scraped": 90}, wanted{severity: OK, evidence: []string{"too few"}}},
		"no CPU times": {map[string]float64{"scraped": 90, "ordinary": 500}, wanted{severity: Unknown, evidence: []string{"500 incremental syncs", "synapse_http_server_response_ru_utime_seconds_total"}}},
		"absent":       {nil, wanted{severity: Unknown, evidence: []string{"synapse_http_server_requests_received_total"}}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: syncTime, series: c.series}, c.want) })
	}
}
