package checks

import (
	"testing"
	"time"
)

func TestPartialState(t *testing.T) {
	room := func(age time.Duration) partialRoom {
		at := noon.Add(-age)
		return partialRoom{room: known.Room("!room:a.example"), joined: &at, total: 2}
	}
	key := room(0).room.String()
	unknown := partialRoom{room: known.Room("!other:a.example"), total: 2}
	for name, c := range map[string]struct {
		rows   any
		series map[string]float64
		want   wanted
	}{
		"stuck":           {[]partialRoom{room(30 * time.Hour), unknown}, nil, wanted{severity: Warning, subject: key, value: 30 * 3600, evidence: []string{"30 hours ago", "Rooms in that condition: 2."}, advice: []string{"sync_partial_state_room", "leave"}}},
		"on its way":      {[]partialRoom{room(20 * time.Hour), unknown}, nil, wanted{severity: OK, value: 20 * 3600, evidence: []string{"still being fetched: 2", "20 hours", "Of 1 of them"}}},
		"unknown age":     {[]partialRoom{unknown}, nil, wanted{severity: OK}},
		"none":            {[]partialRoom{}, nil, wanted{severity: OK, evidence: []string{"every room"}}},
		"no PostgreSQL":   {nil, nil, wanted{severity: Unknown, evidence: []string{"not configured"}}},
		"only the metric": {nil, map[string]float64{"fetching": 2}, wanted{severity: Unknown, evidence: []string{"not configured", "2 rooms"}}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, measuredOn{check: partialState, rows: c.rows, series: c.series, missing: "PostgreSQL is not configured."}, c.want)
		})
	}
}
