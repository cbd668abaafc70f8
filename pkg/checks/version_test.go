package checks

import (
	"maps"
	"testing"
)

func running(version string, more map[string]float64) map[string]float64 {
	series := map[string]float64{"versions version=" + version: 1}
	maps.Copy(series, more)
	return series
}

func leaking(today, before, age float64) map[string]float64 {
	return map[string]float64{onProcess("day", "1"): today, onProcess("dayBefore", "1"): before, onProcess("uptime", "1"): age}
}

func TestVersion(t *testing.T) {
	const week = 7 * 86400
	contention := map[string]float64{"refusedLong servlet=KeyUploadServlet code=HTTPStatus.BAD_REQUEST": 3, onProcess("lost", "1"): 400}
	judgeCases(t, version, map[string]judged{
		"nothing known":             {series: running("1.163.2", nil), want: OK},
		"newer than the list":       {series: running("1.170.0", contention), want: OK},
		"known, no sign":            {series: running("1.150.0", nil), want: Info},
		"known, a quiet server":     {series: running("1.146.0", leaking(0.05, 0.2, week)), want: Info},
		"a leak":                    {series: running("1.146.0", leaking(0.15, 0.12, week)), want: Warning, subject: "#19416"},
		"caches that fill":          {series: running("1.146.0", leaking(0.15, 0.12, 7200)), want: Info},
		"a leak of another version": {series: running("1.147.0", leaking(0.15, 0.12, week)), want: Info},
		"locks":                     {series: running("1.152.0", contention), want: Warning, subject: "#19394"},
		"locks, fixed":              {series: running("1.152.1", contention), want: Info},
		"refusals, loop fine":       {series: running("1.152.0", map[string]float64{"refusedLong servlet=KeyUploadServlet code=400": 3}), want: Info},
		"other refusals":            {series: running("1.152.0", map[string]float64{"refusedLong servlet=KeyUploadServlet code=401": 3, onProcess("lost", "1"): 400}), want: Info},
		"a transaction":             {series: running("1.156.0", map[string]float64{"transactions desc=delete_old_sliding_sync_connections": 0.4}), want: Warning, subject: "#19912"},
		"that of a fixed issue":     {series: running("1.156.0", map[string]float64{"transactions desc=purge_room": 0.4}), want: Info},
		"a job":                     {series: running("1.130.0", map[string]float64{"jobs name=federation_transaction_transmission_loop": 0.6}), want: Warning, subject: "#18499"},
		"a job with little to do":   {series: running("1.130.0", map[string]float64{"jobs name=federation_transaction_transmission_loop": 0.1}), want: Info},
		"requests":                  {series: running("1.112.0", map[string]float64{"cpuShare servlet=KeyQueryServlet": 0.4}), want: Warning, subject: "#17499"},
		"garbage collection":        {series: running("1.91.0", map[string]float64{onProcess("share", "1"): 0.2, onProcess("uptime", "1"): week}), want: Warning, subject: "#16220"},
		"just started":              {series: running("1.91.0", map[string]float64{onProcess("share", "1"): 0.2, onProcess("uptime", "1"): 60}), want: Info},
		"sliding sync":              {series: running("1.144.0", map[string]float64{"mean kind=sliding~sync": 1.4}), want: Warning, subject: "#19206"},
		"the older sync":            {series: running("1.144.0", map[string]float64{"mean kind=sync~v2": 1.4}), want: Info},
		"a candidate's own":         {series: running("1.126.0rc2", nil), want: Info},
		"a rollout":                 {series: running("1.152.0", together(running("1.152.1", contention))), want: OK},
		"two for long":              {series: running("1.152.0", running("1.152.1", map[string]float64{"mixed": 2})), want: Info},
		"not a release":             {series: running("develop", nil), want: Unknown},
		"absent":                    {want: Unknown},
	})
}
