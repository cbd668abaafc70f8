package query

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/prometheus/common/model"
)

func TestAskStopsAtTheFirstError(t *testing.T) {
	r, stub := newTestRunner(nil, 0)
	stub.err = errors.New("refused")
	stopped := false
	_, err := runOnce(t, r, typeOf(Prometheus, false, func(ctx context.Context, s *Session) (Result, error) {
		var v model.Vector
		return nil, s.Ask(ctx, At("up", &v), func(ctx context.Context, _ *Session) error {
			<-ctx.Done()
			stopped = true
			return nil
		})
	}), `{}`, lastHour, Asker{})
	if !errors.Is(err, stub.err) || !stopped {
		t.Errorf("error %v, the other question was stopped: %t", err, stopped)
	}
}

func TestSessionQuestionsUseTheRange(t *testing.T) {
	spy := &timesSpy{}
	s := NewSession(Request{}, lastHour, noon, settings.Settings{DatasourceUID: "uid"}, spy, nil)
	var now, then model.Vector
	var m model.Matrix
	if err := s.Ask(t.Context(), At("now", &now), AtTime("then", noon.Add(-time.Hour), &then), Over("all", &m)); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][2]time.Time{
		"now": {lastHour.To}, "then": {noon.Add(-time.Hour)}, "all": {lastHour.From, lastHour.To},
	} {
		if got := spy.asked[query]; got != want {
			t.Errorf("%s asked about %v, want %v", query, got, want)
		}
	}
	if s.HasDatabase() || NewRoom(s.Settings, roomID).String() != pseudonym {
		t.Error("the session has a database of its own, or another pseudonym")
	}
}

type timesSpy struct {
	mu    sync.Mutex
	asked map[string][2]time.Time
}

func (s *timesSpy) note(query string, at ...time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = map[string][2]time.Time{}
	}
	var pair [2]time.Time
	copy(pair[:], at)
	s.asked[query] = pair
}

func (s *timesSpy) Instant(_ context.Context, query string, at time.Time) (model.Vector, []string, error) {
	s.note(query, at)
	return nil, nil, nil
}

func (s *timesSpy) Range(_ context.Context, query string, from, to time.Time, _ time.Duration) (model.Matrix, []string, error) {
	s.note(query, from, to)
	return nil, nil, nil
}

// What was run stands in every frame, and is never most of the answer.
func TestManyStatements(t *testing.T) {
	statement := strings.Repeat("x", 1000)
	var statements []string
	for range 100 {
		statements = append(statements, statement)
	}
	frames := answer{result: spoken("a"), executed: statements}.framesFor(View{})
	first, second := frames[0].Meta.ExecutedQueryString, frames[1].Meta.ExecutedQueryString
	if len(first) > executedInFirst+100 || !strings.HasPrefix(first, statement+"\n\n"+statement) || !strings.HasSuffix(first, "… and 35 more") {
		t.Errorf("%d bytes, …%s", len(first), first[len(first)-20:])
	}
	if len(second) > executedInOther+100 || !strings.HasPrefix(second, statement+"\n\n") || !strings.HasSuffix(second, "… and 96 more") {
		t.Errorf("%d bytes, …%s", len(second), second[len(second)-20:])
	}
	if got := joinStatements([]string{strings.Repeat("é", 100), "up"}, 51); got != strings.Repeat("é", 25)+"…\n\n… and 1 more" {
		t.Errorf("%q", got)
	}
	if got := joinStatements([]string{"up", "down"}, executedInOther); got != "up\n\ndown" || joinStatements(nil, 1) != "" {
		t.Errorf("%q", got)
	}
}
