package checks

import (
	"fmt"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// onDays is a week of a class: the quietest slot of each day that had enough.
func onDays(name, class string, perDay ...float64) map[string]float64 {
	series := map[string]float64{}
	for i, v := range perDay {
		series[fmt.Sprintf("%s class=%s day=%d", name, class, i+1)] = v
	}
	return series
}

func arriving(more ...map[string]float64) map[string]float64 {
	return together(append([]map[string]float64{{"processes": 4, "processesThen": 4, "youngest": 90000}}, more...)...)
}

func TestTrafficDrop(t *testing.T) {
	const federation = "federation~transactions"
	syncs := onDays("usual", "syncs", 900, 800, 1000)
	judgeCases(t, trafficDrop, map[string]judged{
		"as usual":           {series: arriving(syncs, map[string]float64{"received class=syncs": 850, "fall class=syncs": 0.8}), want: OK},
		"syncs stop":         {series: arriving(syncs, map[string]float64{"received class=syncs": 4, "fall class=syncs": 0}), want: Critical, value: 0.995},
		"nothing at all":     {series: arriving(syncs), want: Critical, value: 1},
		"a holiday":          {series: arriving(syncs, map[string]float64{"received class=syncs": 60, "fall class=syncs": 0.6}), want: OK},
		"half":               {series: arriving(syncs, map[string]float64{"received class=syncs": 400, "fall class=syncs": 0.1}), want: OK},
		"two days only":      {series: arriving(onDays("usual", "syncs", 900, 800)), want: OK},
		"federation stops":   {series: arriving(syncs, onDays("usual", federation, 400, 300, 350), map[string]float64{"received class=syncs": 850}), want: Warning, value: 1},
		"a bot left":         {series: arriving(syncs, onDays("usual", "sends", 400, 300, 350), map[string]float64{"received class=syncs": 850}), want: OK},
		"logins moved":       {series: arriving(syncs, onDays("usual", "logins", 40, 30, 35), map[string]float64{"received class=syncs": 850}), want: OK},
		"sends and logins":   {series: arriving(onDays("usual", "sends", 400, 300, 350), onDays("usual", "logins", 40, 30, 35)), want: Critical, value: 1},
		"a quiet server":     {series: arriving(onDays("usualHour", "syncs", 60, 50, 55)), want: Critical, value: 1},
		"a worker is lost":   {series: together(arriving(syncs), map[string]float64{"processes": 3}), want: OK},
		"just restarted":     {series: together(arriving(syncs), map[string]float64{"youngest": 300}), want: OK},
		"nothing is scraped": {want: Unknown},
		"an important one":   {series: arriving(syncs, map[string]float64{"received class=syncs": 850, "silent origin_server_name=matrix.example": 20000}), want: Warning, subject: query.NewDestination(known, "matrix.example").String(), options: known, value: 20000, unit: "s"},
	})
}
