package forwardextremities

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// Where rooms are not ranked, the answer says why and what to do; where the ranking is old, how old.
func TestRanking(t *testing.T) {
	slow := &upstream.Fault{Kind: upstream.Timeout, Source: upstream.Downstream, Message: "too slow"}
	old := query.Background{Value: extremities.Ranking{At: time.Now().Add(-time.Hour)}, At: time.Now().Add(-time.Hour), Took: time.Minute, Ended: time.Now().Add(-time.Hour)}
	expensive := old
	expensive.Took = 10 * time.Minute
	expensive.At = expensive.At.Add(-time.Hour)
	failing := old
	failing.Err, failing.Ended = slow, time.Now().Add(-time.Minute)
	for name, c := range map[string]struct {
		state        query.Background
		whole        string
		says, notice string
		started      int
		above        model.Vector // what Synapse's own count says is above the threshold
	}{
		"the first count takes long":        {says: "runs in the background now", started: 1},
		"it did not finish":                 {state: query.Background{Err: slow, Ended: time.Now().Add(-time.Minute)}, says: "Raise postgresFullPassTimeout"},
		"switched off":                      {whole: settings.WholeTableNone, says: "Set it to background"},
		"an old one answers":                {state: old, whole: settings.WholeTableBackground, notice: "The ranking is 60 min old", started: 1},
		"an expensive one, and none above":  {state: expensive, whole: settings.WholeTableBackground, notice: "The ranking is 60 min old", above: model.Vector{{Value: 0}}},
		"an expensive one, and some above":  {state: expensive, whole: settings.WholeTableBackground, notice: "The ranking is 60 min old", above: model.Vector{{Value: 3}}, started: 1},
		"an expensive one, and nobody says": {state: expensive, whole: settings.WholeTableBackground, notice: "The ranking is 60 min old", started: 1},
		"also where none finishes":          {state: failing, whole: settings.WholeTableBackground, notice: "The ranking is 60 min old"},
	} {
		t.Run(name, func(t *testing.T) {
			db := &countingDatabase{state: c.state}
			options := settings.Settings{DatasourceUID: "uid", QueryTimeout: 200 * time.Millisecond, Postgres: settings.Postgres{WholeTable: c.whole}, Homeserver: settings.Homeserver{DummyEventsThreshold: 10}}
			metrics := newMetrics(new([]string))
			if c.above != nil {
				metrics.vectors = map[string]model.Vector{"max(": c.above}
			}
			frames, err := askWith(t, metrics, db, `{}`, options)
			if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) || c.says == "" && (err != nil || !strings.Contains(notices(frames), c.notice)) {
				t.Errorf("error %v, frames %v; want %q%q", err, frames, c.says, c.notice)
			}
			if db.started != c.started {
				t.Errorf("%d counts were started, want %d", db.started, c.started)
			}
		})
	}
}
