package forwardextremities

import (
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

func TestRankingThatTakesTooLong(t *testing.T) {
	db := &slowDatabase{}
	_, err := ask(t, nil, db, `{}`)
	if err == nil || !strings.Contains(err.Error(), "runs in the background now") || db.started != 1 {
		t.Errorf("error %v, %d passes", err, db.started)
	}
	db.state = query.Background{Value: []extremities.Counted{}, At: time.Now().Add(-time.Minute)}
	frames, err := ask(t, nil, db, `{}`)
	if err != nil || db.started != 1 || !strings.Contains(notices(frames), "the ranking is 60 s old") {
		t.Errorf("a fresh count does not answer: %v, %d passes", err, db.started)
	}
	if text := notices(frames); !strings.Contains(text, "without any forward extremity were not looked for") {
		t.Errorf("notices: %s", text)
	}
	db.state = query.Background{Value: []extremities.Counted{}, At: time.Now().Add(-time.Hour)}
	frames, err = ask(t, nil, db, `{}`)
	if err != nil || db.started != 2 || !strings.Contains(notices(frames), "the ranking is 60 min old") {
		t.Errorf("an old count does not answer while a new one runs: %v, %d passes", err, db.started)
	}
}

func TestAbove(t *testing.T) {
	ranking := []extremities.Counted{{Extremities: 30}, {Extremities: 11}, {Extremities: 10}}
	if got := above(ranking, 10); len(got) != 2 {
		t.Errorf("%d rooms are above 10", len(got))
	}
	if got := above(ranking, 0); len(got) != 3 {
		t.Errorf("%d rooms are above 0", len(got))
	}
}
