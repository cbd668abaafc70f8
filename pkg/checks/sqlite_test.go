package checks

import "testing"

func TestSQLite(t *testing.T) {
	on := func(index string, isSQLite bool, wait, waits, uptime float64) map[string]float64 {
		series := map[string]float64{onProcess("statements", index): 5000, onProcess("meanWait", index): wait, onProcess("waits", index): waits, onProcess("uptime", index): uptime}
		if isSQLite {
			series[onProcess("sqlite", index)] = 900
		}
		return series
	}
	const day = 86400
	judgeCases(t, sqlite, map[string]judged{
		"PostgreSQL":              {series: on("1", false, 3, 9000, day), want: OK},
		"PostgreSQL with workers": {series: together(on("1", false, 0.001, 9000, day), on("2", false, 0.001, 9000, day)), want: OK},
		"a family server":         {series: on("1", true, 0.02, 900, day), want: Info, subject: "synapse/1"},
		"just fast enough":        {series: on("1", true, 0.49, 900, day), want: Info, subject: "synapse/1", value: 0.49},
		"outgrown":                {series: on("1", true, 0.5, 900, day), want: Warning, subject: "synapse/1", value: 0.5},
		"hopeless":                {series: on("1", true, 2, 900, day), want: Critical, subject: "synapse/1", value: 2},
		"quiet":                   {series: on("1", true, 3, 99, day), want: Info, subject: "synapse/1"},
		"just started":            {series: on("1", true, 3, 900, 899), want: Info, subject: "synapse/1"},
		"with workers":            {series: together(on("1", true, 0.01, 900, day), on("2", true, 0.01, 900, day)), want: Critical, value: 2, unit: "none"},
		"absent":                  {want: Unknown},
	})
}
