package checks

import "testing"

func TestWorkers(t *testing.T) {
	const day = 86400
	on := func(index string, busy, uptime float64, roles ...string) map[string]float64 {
		series := map[string]float64{onProcess("busy", index): busy, onProcess("uptime", index): uptime}
		for _, role := range roles {
			series[onProcess("roles", index)+" role="+role] = 5000
		}
		return series
	}
	stray := together(on("1", 0.9, day, "sync"), on("2", 0.1, day), map[string]float64{onProcess("roles", "2") + " role=sync": 3})
	mainServes := func(share float64, idleRole ...string) map[string]float64 {
		return together(on("1", 0.95, day, "main", "sync", "event~creator"), on("2", 0.05, day, idleRole...), map[string]float64{
			onProcess("movable", "1") + " servlet=SyncRestServlet": share, onProcess("movable", "1") + " servlet=RoomMessageListRestServlet": share / 4,
		})
	}
	judgeCases(t, workers, map[string]judged{
		"one does it all": {series: together(on("1", 0.9, day, "sync"), on("2", 0.1, day, "sync"), on("3", 0.2, day, "sync")), want: Warning, subject: "synapse/1", value: 0.9},
		"a hot room":      {series: together(on("1", 0.85, day, "event~persister"), on("2", 0.1, day, "event~persister")), want: Warning, subject: "synapse/1"},
		"a sender left out": {series: together(on("1", 0.85, day, "federation~sender"), on("2", 0.1, day, "federation~sender")),
			want: Warning, subject: "synapse/1"},
		"two roles, one row":            {series: together(on("1", 0.9, day, "sync", "event~creator"), on("2", 0.1, day, "sync", "event~creator")), want: Warning, subject: "synapse/1"},
		"all are full":                  {series: together(on("1", 0.9, day, "sync"), on("2", 0.85, day, "sync")), want: OK},
		"the main process serves too":   {series: together(on("1", 0.9, day, "main", "sync"), on("2", 0.1, day, "sync")), want: OK},
		"another role":                  {series: together(on("1", 0.9, day, "sync"), on("2", 0.1, day, "media")), want: OK},
		"a single process":              {series: on("1", 0.95, day, "main", "sync", "event~persister"), want: OK},
		"a fresh peer":                  {series: together(on("1", 0.9, day, "sync"), on("2", 0.1, 600, "sync")), want: OK},
		"a stray request is no role":    {series: stray, want: OK},
		"no roles":                      {series: on("1", 0.9, day), want: Unknown},
		"the proxy forgot the worker":   {series: mainServes(0.5), want: Warning, subject: "synapse/1", value: 0.95},
		"it sends a little":             {series: mainServes(0.5, "sync"), want: Warning, subject: "synapse/1"},
		"the idle one only persists":    {series: mainServes(0.5, "event~persister"), want: OK},
		"the main process does its own": {series: mainServes(0.1), want: OK},
		"absent":                        {want: Unknown},
	})
}
