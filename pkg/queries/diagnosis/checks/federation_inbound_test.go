package checks

import (
	"slices"
	"testing"
)

func TestFederationInbound(t *testing.T) {
	waits := func(oldest, least, waiting float64) map[string]float64 {
		return map[string]float64{"oldest": oldest, "least": least, "waiting": waiting, "requests": 1000, "refused": 3, "slowed": 9, "pdus": 4.2}
	}
	refusing := waits(2, 0, 3)
	refusing["refused"] = 80
	young := waits(900, 0, 800)
	delete(young, "least")
	one := []inboundRoom{{known.Room("!room:a.example"), 700, 12}, {known.Room("!other:a.example"), 40, 12}}
	for name, c := range map[string]struct {
		series map[string]float64
		rows   any
		want   wanted
	}{
		"behind":             {waits(900, 700, 800), nil, wanted{severity: Warning, value: 700, evidence: []string{"that wait: 800,", "15 minutes", "4.2 events per second"}, advice: []string{"explains it", "federation/v1/send"}}},
		"far behind":         {waits(4000, 3600, 800), nil, wanted{severity: Critical, value: 3600, evidence: []string{"67 minutes"}}},
		"one room":           {waits(900, 700, 800), one, wanted{severity: Warning, value: 700, evidence: []string{"12 rooms; the one with the most has 700"}, count: 2}},
		"a burst":            {waits(900, 20, 800), nil, wanted{severity: OK, value: 20}},
		"a few are stuck":    {waits(90000, 89000, 3), nil, wanted{severity: Info, value: 89000, evidence: []string{"25 hours"}}},
		"nothing waits":      {waits(0, 0, 0), []inboundRoom{}, wanted{severity: OK, evidence: []string{"No event", "4.2 per second"}}},
		"others are refused": {refusing, nil, wanted{severity: Info, subject: "rate limit", value: 0.08, evidence: []string{"80 requests", "8 %", "9 were slowed"}}},
		"just started":       {young, nil, wanted{severity: OK}},
		"absent":             {map[string]float64{"waiting": 3}, nil, wanted{severity: Unknown, evidence: []string{"synapse_federation_server_oldest_inbound_pdu_in_staging"}}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, measuredOn{check: federationInbound, series: c.series, rows: c.rows, missing: "PostgreSQL is not configured."}, c.want)
		})
	}
	stuck := federationInbound.Judge(measuredOn{check: federationInbound, series: waits(90000, 89000, 3)}.input())[0]
	if !slices.Contains(stuck.NotCausedBy, "cpu-saturation") || slices.Contains(stuck.NotCausedBy, "extremities") {
		t.Errorf("three events are no matter of load: %v", stuck.NotCausedBy)
	}
	found := federationInbound.Judge(measuredOn{check: federationInbound, series: waits(900, 700, 800), rows: one}.input())
	if f := found[1]; f.Severity != Info || f.Subject.Text(editor) != "!room:a.example" {
		t.Errorf("the room with most: %+v", f)
	}
}
