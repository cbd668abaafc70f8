package checks

import (
	"slices"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// sendsOf gives shares of sends slower than 1 s and 2.5 s.
func sendsOf(total, slow, verySlow float64, more ...map[string]float64) map[string]float64 {
	return together(append(more, map[string]float64{
		"sends": total, "notSlow": total * (1 - slow), "notVerySlow": total * (1 - verySlow), "p95": 1.3, "received": total, "scraped": 4,
	})...)
}

// dayOf gives sends of a server that has few: of the day, and what they come to.
func dayOf(all, slow, last, most, age float64) map[string]float64 {
	return map[string]float64{"received": 2, "scraped": 4, "dayAll": all, "daySlow": slow, "lastExcess": last, "mostExcess": most, "lastAge": age}
}

func TestEventSendTime(t *testing.T) {
	workersOf := func(first, second float64) map[string]float64 {
		return map[string]float64{onProcess("workers", "1"): first, onProcess("workers", "2"): second}
	}
	noBuckets := sendsOf(1000, 0.2, 0.1)
	delete(noBuckets, "notSlow")
	delete(noBuckets, "notVerySlow")
	bridges := map[string]float64{"origins origin_type=local": 700, "origins origin_type=application_service": 300}
	strict := settings.Settings{Thresholds: map[string]settings.Threshold{"event-send-time": {Warning: limits.At(0.001)}}}
	judgeCases(t, eventSendTime, map[string]judged{
		"slow":                             {series: together(sendsOf(1000, 0.08, 0.01), map[string]float64{"transactions desc=get_rooms": 0.5}), want: Warning, value: 0.08},
		"very slow":                        {series: sendsOf(1000, 0.3, 0.06), want: Critical, value: 0.06},
		"fine":                             {series: sendsOf(1000, 0.01, 0), want: OK, value: 0.01},
		"off the end":                      {series: together(sendsOf(1000, 0.3, 0.06), map[string]float64{"p95": 10}), want: Critical},
		"one worker, all slow":             {series: sendsOf(1000, 0.08, 0, workersOf(0.4, 0.01), bridges), want: Warning, value: 0.08},
		"one worker, hidden by the others": {series: sendsOf(10000, 0.02, 0, workersOf(0.4, 0.01)), want: Warning, subject: "synapse/1", value: 0.4},
		"no outlier":                       {series: sendsOf(1000, 0.01, 0, workersOf(0.06, 0.05)), want: OK},
		"twice the next, not the warning":  {series: sendsOf(1000, 0.01, 0, workersOf(0.09, 0.01)), want: OK},
		"delegated authentication":         {series: sendsOf(1000, 0.08, 0, map[string]float64{"token": 0.6}), want: Warning},
		"too few":                          {series: sendsOf(60, 0.5, 0.5), want: OK},
		"few, most of them slow":           {series: dayOf(12, 9, 6.5, 6.5, 900), want: Warning, value: 0.75, unit: "percentunit"},
		"few and slow, no news at night":   {series: dayOf(12, 9, 6.5, 6.5, 30000), want: Warning, value: 0.75, unit: "percentunit"},
		"few, one slow one less":           {series: dayOf(34, 6, -0.5, 0.4, 900), want: Warning, unit: "percentunit"},
		"few, good ones followed":          {series: dayOf(60, 6, -2.4, 0.4, 900), want: OK},
		"few, slow by chance":              {series: dayOf(34, 2, -5, -3, 900), want: OK},
		"few now, slow by day":             {series: together(sendsOf(4, 0, 0), map[string]float64{"lastShare": 0.08}), want: Warning, value: 0.08},
		"few now, good ones since":         {series: together(sendsOf(12, 0, 0), map[string]float64{"lastShare": 0.08}), want: OK},
		"many received, few finished":      {series: together(sendsOf(20, 0, 0), map[string]float64{"received": 300, "answered": 22}), want: Unknown},
		"many received, most refused":      {series: together(sendsOf(20, 0, 0), map[string]float64{"received": 300, "answered": 299}), want: OK},
		"nobody sends":                     {series: map[string]float64{"received": 0, "scraped": 4}, want: OK},
		"none was accepted":                {series: map[string]float64{"received": 7, "scraped": 4}, want: OK},
		"nothing is there":                 {want: Unknown},
		"buckets are gone":                 {series: noBuckets, want: Unknown},
		"histogram dropped":                {series: map[string]float64{"received": 700}, want: Unknown},
		"rounding below nil":               {series: sendsOf(1000, -0.0001, -0.0001), want: OK},
		"the admin is stricter":            {series: sendsOf(1000, 0.01, 0), options: strict, want: Warning},
	})
}

// Only what is wrong with the processes on a message's way explains slow sends.
func TestProcessesOfSlowSends(t *testing.T) {
	path := map[string]float64{onProcess("onPath", "1"): 3, onProcess("onPath", "2"): 2}
	f := eventSendTime.Judge(judged{series: sendsOf(1000, 0.08, 0, path)}.input(t, eventSendTime))[0]
	if !slices.Equal(f.Processes, []string{"synapse/1", "synapse/2"}) {
		t.Errorf("about %v", f.Processes)
	}
}
