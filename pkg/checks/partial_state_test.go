package checks

import (
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func TestPartialState(t *testing.T) {
	room := func(age time.Duration) partialRoom {
		at := noon.Add(-age)
		return partialRoom{room: query.NewRoom(known, "!room:a.example"), joined: &at, total: 2}
	}
	key := room(0).room.String()
	unknown := partialRoom{room: query.NewRoom(known, "!other:a.example"), total: 2}
	const none = "PostgreSQL is not configured."
	judgeCases(t, partialState, map[string]judged{
		"stuck":            {rows: []partialRoom{room(30 * time.Hour), unknown}, want: Warning, subject: key, value: 30 * 3600},
		"at the threshold": {rows: []partialRoom{room(24 * time.Hour)}, want: Warning, subject: key, value: 24 * 3600},
		"on its way":       {rows: []partialRoom{room(20 * time.Hour), unknown}, want: OK, value: 20 * 3600},
		"unknown age":      {rows: []partialRoom{unknown}, want: OK},
		"none":             {rows: []partialRoom{}, want: OK},
		"no PostgreSQL":    {missing: none, want: Unknown},
		"only the metric":  {series: map[string]float64{"fetching": 2}, missing: none, want: Unknown},
	})
}
