package checks

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func inboundOn(oldest, lowest, waiting float64) map[string]float64 {
	return map[string]float64{"oldest": oldest, "lowest": lowest, "waiting": waiting, "requests": 1000, "refused": 3, "slowed": 9, "pdus": 4.2}
}

func TestFederationInbound(t *testing.T) {
	refusing := inboundOn(2, 0, 3)
	refusing["refused"], refusing["refusedHosts"] = 80, 1
	both := inboundOn(900, 700, 800)
	both["refused"] = 80
	one := inboundRoom{query.NewRoom(known, "!room:a.example"), 700, 12}
	judgeCases(t, federationInbound, map[string]judged{
		"behind":             {series: together(inboundOn(900, 700, 800), map[string]float64{"totalCost": 1}), want: Warning, value: 700, free: causeIDs(federationInbound.Causes)},
		"at the threshold":   {series: inboundOn(900, 300, 20), want: Warning, value: 300},
		"far behind":         {series: inboundOn(4000, 3600, 800), want: Critical, value: 3600},
		"one room":           {series: inboundOn(900, 700, 800), rows: one, want: Warning, value: 700, count: 2},
		"many rooms":         {series: inboundOn(900, 700, 800), rows: inboundRoom{query.NewRoom(known, "!room:a.example"), 400, 12}, want: Warning, value: 700},
		"a burst":            {series: inboundOn(900, 20, 800), want: OK, value: 20},
		"a few are stuck":    {series: inboundOn(90000, 89000, 3), want: Info, value: 89000, free: []string{}},
		"nothing waits":      {series: inboundOn(0, 0, 0), rows: inboundRoom{}, want: OK},
		"others are refused": {series: refusing, want: Info, subject: "rate limit", value: 0.08, unit: "percentunit"},
		"behind and refused": {series: both, want: Warning, value: 700, count: 2},
		"most hang":          {series: together(inboundOn(0, 0, 0), map[string]float64{"received": 60, "answered": 4}), want: Unknown},
		"all hang":           {series: together(inboundOn(0, 0, 0), map[string]float64{"received": 60}), want: Unknown},
		"most are refused":   {series: together(inboundOn(0, 0, 0), map[string]float64{"received": 60, "answered": 60}), want: OK},
		"behind, most hang":  {series: together(inboundOn(900, 700, 800), map[string]float64{"received": 60, "answered": 4}), want: Warning, value: 700},
		"just started":       {series: without(inboundOn(900, 0, 800), "lowest"), want: OK},
		"absent":             {series: map[string]float64{"waiting": 3}, want: Unknown},
	})
	found := federationInbound.Judge(judged{series: inboundOn(900, 700, 800), rows: one}.input(t, federationInbound))
	if f := found[1]; f.Severity != Info || f.Subject.Text(editor) != "!room:a.example" || f.Subject.Key() != one.room.String() {
		t.Errorf("the room with most: %+v", f)
	}
}
