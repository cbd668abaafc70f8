package checks

import "testing"

func TestDatabasePool(t *testing.T) {
	sized := func(size, share, waits, used, busy, age float64) map[string]float64 {
		return map[string]float64{
			onProcess("share", "1"): share, onProcess("waits", "1"): waits, onProcess("used", "1"): used, onProcess("size", "1"): size,
			"pools": size, onProcess("transactions", "1") + " desc=get_rooms": 3, onProcess("busy", "1"): busy, onProcess("uptime", "1"): age,
		}
	}
	on := func(share, waits, used, busy, age float64) map[string]float64 {
		return sized(10, share, waits, used, busy, age)
	}
	const day = 86400
	free := connections{Allowed: 100, Reserved: 3, Limit: -1, Open: 20, Here: 15}
	database := []string{"database-locks", "sqlite", "database-connections", "background-updates", "database-slow", "database-cost"}
	judgeCases(t, databasePool, map[string]judged{
		"full pool":            {series: on(0.1, 9000, 0.97, 0.4, day), missing: "PostgreSQL is not configured.", want: Critical, subject: "synapse/1", value: 0.1, free: database},
		"not quite full":       {series: on(0.1, 9000, 0.85, 0.4, day), want: Warning, subject: "synapse/1", free: database},
		"few waits":            {series: on(0.02, 9000, 0.99, 0.4, day), want: Warning, subject: "synapse/1", free: database},
		"just too few waits":   {series: on(0.0099, 9000, 0.99, 0.4, day), want: OK},
		"room for more":        {series: on(0.1, 9000, 0.97, 0.4, day), rows: free, want: Critical, subject: "synapse/1", free: database},
		"no room for more":     {series: on(0.1, 9000, 0.97, 0.4, day), rows: connections{Allowed: 20, Reserved: 3, Limit: -1}, want: Critical, subject: "synapse/1", free: database},
		"a pool of one":        {series: sized(1, 0.1, 9000, 0.97, 0.4, day), want: Critical, subject: "synapse/1", free: database},
		"SQLite":               {series: together(sized(1, 0.1, 9000, 0.97, 0.4, day), map[string]float64{onProcess("sqlite", "1"): 900}), want: Critical, subject: "synapse/1", free: database},
		"a saturated process":  {series: on(0.1, 9000, 0.97, 0.9, day), rows: free, want: Info, subject: "synapse/1", free: []string{"cpu-saturation"}},
		"waits, but free ones": {series: on(0.1, 9000, 0.3, 0.4, day), want: OK},
		"full, but no waits":   {series: on(0.001, 9000, 0.99, 0.4, day), want: OK},
		"quiet":                {series: on(0.5, 300, 0.99, 0.4, day), want: OK},
		"just started":         {series: on(0.5, 9000, 0.99, 0.4, 300), want: OK},
		"no metric":            {want: Unknown},
		"no share":             {series: map[string]float64{onProcess("waits", "1"): 9000, onProcess("used", "1"): 0.9}, want: Unknown},
		"pool not exported":    {series: map[string]float64{onProcess("waits", "1"): 9000, onProcess("share", "1"): 0.5}, want: Unknown},
	})
}

func TestDatabaseConnections(t *testing.T) {
	pools := map[string]float64{"pools name=database-master": 120, "threads name=database-master": 70, "each": 10, "processes": 12}
	postgres := func(allowed, open, here int64) connections {
		return connections{Allowed: allowed, Reserved: 3, Limit: -1, Open: open, Here: here}
	}
	judgeCases(t, databaseConnections, map[string]judged{
		"more than there are":        {series: pools, rows: postgres(100, 75, 70), want: Warning, value: 120.0 / 97},
		"exactly as many":            {series: pools, rows: postgres(123, 75, 70), want: OK, value: 1},
		"enough":                     {series: pools, rows: postgres(200, 75, 70), want: OK},
		"nearly out":                 {series: pools, rows: postgres(200, 195, 70), want: Critical, value: 195.0 / 197},
		"behind a pooler":            {series: pools, rows: postgres(50, 22, 20), want: OK},
		"limit of the database":      {series: pools, rows: connections{Allowed: 500, Reserved: 3, Limit: 80, Open: 60, Here: 55}, want: Warning, value: 1.5},
		"several databases":          {series: together(pools, map[string]float64{"pools name=database-state": 120}), rows: postgres(200, 75, 70), want: Info},
		"a replica with too few":     {series: pools, rows: connections{Allowed: 100, Reserved: 3, Limit: -1, Replica: true}, want: Unknown},
		"PostgreSQL not configured":  {series: pools, missing: "PostgreSQL is not configured in this data source.", want: Unknown},
		"no metric":                  {rows: postgres(100, 1, 1), want: Unknown},
		"one process":                {series: map[string]float64{"pools name=database-master": 5, "threads name=database-master": 5, "each": 5, "processes": 1}, rows: postgres(100, 6, 5), want: OK},
		"threads without connection": {series: map[string]float64{"pools name=database-master": 120, "threads name=database-master": 60, "each": 10, "processes": 12}, rows: postgres(100, 40, 35), want: Warning},
	})
}
