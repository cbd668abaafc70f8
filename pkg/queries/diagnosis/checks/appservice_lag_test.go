package checks

import (
	"slices"
	"testing"
)

func TestAppserviceLag(t *testing.T) {
	const day = 86400
	with := func(m map[string]float64, more map[string]float64) map[string]float64 {
		for name, value := range more {
			m[name] = value
		}
		m["processors"] = 6
		return m
	}
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"late": {with(lagOn(100, 50, 0, 0, 0, 5, day), nil), wanted{severity: Warning, subject: "synapse/1", value: 0.5, evidence: []string{"50 % of the 100 events", "handed to application services"},
			advice: []string{"push_bulk", "notify_appservices_from_worker"}}},
		"falls behind": {with(lagOn(100, 0, 9000, 2000, 1900, 5, day), nil), wanted{severity: Critical, subject: "synapse/1", value: 9000}},
		"prompt":       {with(lagOn(100, 100, 0, 0, 0, 5, day), nil), wanted{severity: OK}},
		"no bridges":   {map[string]float64{"processors": 5}, wanted{severity: OK, evidence: []string{"none is registered"}}},
		"not scraped":  {map[string]float64{}, wanted{severity: Unknown, evidence: []string{"synapse_event_processing_positions"}}},
		"a bridge is down": {with(lagOn(100, 100, 0, 0, 0, 5, day), map[string]float64{"failed service=telegram": 7}), wanted{severity: Warning, subject: "telegram", value: 7,
			evidence: []string{"telegram failed to take 7 transactions"}, advice: []string{"registration"}}},
		"a bridge was down":          {with(lagOn(100, 100, 0, 0, 0, 5, day), map[string]float64{"failed service=telegram": 7, "delivered service=telegram": 3}), wanted{severity: OK}},
		"late, and a bridge is down": {with(lagOn(100, 50, 0, 0, 0, 5, day), map[string]float64{"failed service=irc": 7}), wanted{severity: Warning, subject: "synapse/1", count: 2}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: appserviceLag, series: c.series}, c.want) })
	}
	found := appserviceLag.Judge(measuredOn{check: appserviceLag, series: with(lagOn(100, 50, 0, 0, 0, 5, day), map[string]float64{"failed service=irc": 7})}.input())
	if late := found[0]; !slices.Equal(late.Processes, []string{"synapse/1"}) {
		t.Errorf("late on %v", late.Processes)
	}
	if down := found[1]; !slices.Equal(down.NotCausedBy, appserviceLag.Causes) {
		t.Errorf("nothing here explains a bridge that is down: %v", down.NotCausedBy)
	}
}
