package query

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/common/model"
)

// prometheusStub answers every query with one sample, and counts.
type prometheusStub struct {
	asked    atomic.Int32
	warnings []string
	err      error
}

func (p *prometheusStub) Instant(context.Context, string, time.Time) (model.Vector, []string, error) {
	p.asked.Add(1)
	return model.Vector{sample("a.org", "x", 1)}, p.warnings, p.err
}

func (p *prometheusStub) Range(context.Context, string, time.Time, time.Time, time.Duration) (model.Matrix, []string, error) {
	p.asked.Add(1)
	return model.Matrix{stream(model.Metric{"server_name": "a.org"}, 1)}, p.warnings, p.err
}

type databaseStub struct{}

func (databaseStub) Read(ctx context.Context, _ time.Duration, fn func(context.Context, Tx) error) error {
	return fn(ctx, databaseStub{})
}
func (databaseStub) Owner(context.Context) (string, error) { return "a.org", nil }
func (databaseStub) Query(context.Context, string, ...any) (pgx.Rows, error) {
	return nil, nil
}

type words string

func (w words) Frames(v View) data.Frames {
	if w == "panic" {
		panic("while drawing")
	}
	text := string(w)
	if v.ShowRooms {
		text += " with rooms"
	}
	return data.Frames{data.NewFrame(text), data.NewFrame("second")}
}

func typeOf(needs Upstream, current bool, run func(context.Context, *Session) (Result, error)) Type {
	return Type{
		ID: "things", Title: "Things", Limit: Limit{20, 500},
		Formats: []Format{{ID: "table", Title: "Table", Needs: needs, Current: current}}, Run: run,
	}
}

func newTestRunner(database Database, ttl time.Duration) (*Runner, *prometheusStub) {
	stub := &prometheusStub{}
	return NewRunner(Options{QueryTimeout: 5 * time.Second, CacheTTL: ttl, ScrapeInterval: scrape15}, stub, database), stub
}

func runOnce(t *testing.T, r *Runner, typ Type, raw string, tr TimeRange, asker Asker) (data.Frames, error) {
	t.Helper()
	req, err := typ.Decode([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return r.Run(t.Context(), typ, req, tr, asker)
}

var lastHour = Align(noon.Add(-time.Hour), noon, time.Minute, scrape15)

func TestRunnerTellsWhatItRan(t *testing.T) {
	r, stub := newTestRunner(databaseStub{}, 0)
	stub.warnings = []string{"results truncated"}
	typ := typeOf(Prometheus, false, func(ctx context.Context, s *Session) (Result, error) {
		var v model.Vector
		var m model.Matrix
		for _, q := range []Question{At("up", &v), Over("rate(x[1m])", &m), At("up", &v)} {
			if err := s.Ask(ctx, q); err != nil {
				return nil, err
			}
		}
		if len(v) != 1 || len(m) != 1 {
			t.Errorf("answers %v, %v", v, m)
		}
		err := s.Read(ctx, 0, func(ctx context.Context, tx Tx) error {
			_, err := tx.Query(ctx, "SELECT $1", roomID)
			return err
		})
		s.Inform("%d more", 3)
		s.Inform("%d more", 3)
		return words("answer"), err
	})
	frames, err := runOnce(t, r, typ, `{}`, lastHour, Asker{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		if f.Meta.ExecutedQueryString != "up\n\nrate(x[1m])\n\nSELECT $1" {
			t.Errorf("frame %s: executed %q", f.Name, f.Meta.ExecutedQueryString)
		}
	}
	if diff := cmp.Diff([]data.Notice{
		{Severity: data.NoticeSeverityWarning, Text: "Prometheus: results truncated"},
		{Severity: data.NoticeSeverityInfo, Text: "3 more"},
	}, frames[0].Meta.Notices); diff != "" {
		t.Error(diff)
	}
	if len(frames[1].Meta.Notices) != 0 {
		t.Error("the notices stand twice")
	}
}

func TestGapsStayGaps(t *testing.T) {
	r, _ := newTestRunner(nil, 0)
	typ := typeOf(Prometheus, false, func(context.Context, *Session) (Result, error) {
		return Lines{Lines: []Series{NewSeries("x", stream(model.Metric{}, 1, 2, 3))}}, nil
	})
	frames, err := runOnce(t, r, typ, `{}`, lastHour, Asker{})
	if err != nil {
		t.Fatal(err)
	}
	if config := frames[0].Fields[0].Config; config == nil || config.Interval != 60_000 {
		t.Errorf("Grafana is not told that points are a minute apart: %+v", config)
	}
}

func TestRunnerShares(t *testing.T) {
	later := Align(noon.Add(scrape15-time.Hour), noon.Add(scrape15), time.Minute, scrape15)
	same := Align(noon.Add(time.Second-time.Hour), noon.Add(time.Second), time.Minute, scrape15)
	for _, c := range []struct {
		name    string
		current bool
		raw     string
		tr      TimeRange
		asker   Asker
		shares  bool
	}{
		{"the very same", false, `{}`, lastHour, Asker{}, true},
		{"an alert a second later", false, `{}`, same, Asker{}, true},
		{"somebody who may see rooms", false, `{}`, lastHour, Asker{View: View{ShowRooms: true}}, true},
		{"members that are Grafana's", false, `{"refId":"B","hide":true}`, lastHour, Asker{}, true},
		{"an alert a scrape later", false, `{}`, later, Asker{}, false},
		{"other credentials", false, `{}`, lastHour, Asker{Identity: "f00"}, false},
		{"another limit", false, `{"limit":5}`, lastHour, Asker{}, false},
		{"another filter", false, `{"job":"x"}`, lastHour, Asker{}, false},
		{"the same value for another filter", false, `{"index":"x"}`, lastHour, Asker{}, false},
		{"an answer about now, whatever the range", true, `{}`, later, Asker{}, true},
		{"an answer about now for other credentials", true, `{}`, lastHour, Asker{Identity: "f00"}, false},
	} {
		r, _ := newTestRunner(nil, time.Minute)
		runs := 0
		typ := typeOf(Prometheus, c.current, func(context.Context, *Session) (Result, error) { runs++; return words("answer"), nil })
		if _, err := runOnce(t, r, typ, `{}`, lastHour, Asker{}); err != nil {
			t.Fatal(err)
		}
		frames, err := runOnce(t, r, typ, c.raw, c.tr, c.asker)
		if err != nil {
			t.Fatal(err)
		}
		if shared := runs == 1; shared != c.shares {
			t.Errorf("%s: shared %t, want %t", c.name, shared, c.shares)
		}
		if c.asker.ShowRooms && frames[0].Name != "answer with rooms" {
			t.Errorf("%s: the shared answer was drawn for somebody else: %s", c.name, frames[0].Name)
		}
	}
}

func TestRunnerKeepsPostgresLonger(t *testing.T) {
	for _, c := range []struct {
		needs Upstream
		ttl   time.Duration
		alert bool
		want  time.Duration
	}{
		{Prometheus, 15 * time.Second, false, 15 * time.Second},
		{Prometheus, 0, false, 0},
		{Postgres, 15 * time.Second, false, time.Minute},
		{Postgres, 0, false, time.Minute},
		{Postgres, time.Hour, false, time.Hour},
		{Postgres, time.Hour, true, time.Minute},
		{Postgres, 0, true, time.Minute},
	} {
		r, _ := newTestRunner(databaseStub{}, c.ttl)
		if got := r.ttl(Format{Needs: c.needs}, c.alert); got != c.want {
			t.Errorf("%s with cacheTTL %s: kept %s, want %s", c.needs, c.ttl, got, c.want)
		}
	}
}

func TestRunnerWithoutDatabase(t *testing.T) {
	r, _ := newTestRunner(nil, 0)
	ran := false
	_, err := runOnce(t, r, typeOf(Postgres, true, func(context.Context, *Session) (Result, error) { ran = true; return words(""), nil }), `{}`, lastHour, Asker{})
	if missing := (*NotConfigured)(nil); !errors.As(err, &missing) || ran {
		t.Errorf("ran: %t, error %v", ran, err)
	}
	if want := "Things (Table) is read from Synapse's PostgreSQL, which this data source does not have. Fill in the PostgreSQL " +
		"section of the data source; a server on SQLite can't answer this."; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestRunnerCatchesPanics(t *testing.T) {
	for name, run := range map[string]func(context.Context, *Session) (Result, error){
		"in Run": func(context.Context, *Session) (Result, error) { panic("mistake") },
		"in a question": func(ctx context.Context, s *Session) (Result, error) {
			return nil, s.Ask(ctx, func(context.Context, *Session) error { panic("mistake") })
		},
		"in Frames":        func(context.Context, *Session) (Result, error) { return words("panic"), nil },
		"without database": func(ctx context.Context, s *Session) (Result, error) { _, err := s.Owner(ctx); return nil, err },
	} {
		r, _ := newTestRunner(nil, time.Minute)
		_, err := runOnce(t, r, typeOf(Prometheus, false, run), `{}`, lastHour, Asker{})
		if panicked := (*Panic)(nil); !errors.As(err, &panicked) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "mistake\"") || !strings.Contains(err.Error(), "Please report it.") {
			t.Errorf("%s: %s", name, err)
		}
	}
}

func TestRunnerTimeLimit(t *testing.T) {
	r, _ := newTestRunner(nil, time.Minute)
	r.options.QueryTimeout = 20 * time.Millisecond
	begin := time.Now()
	_, err := runOnce(t, r, typeOf(Prometheus, false, func(ctx context.Context, _ *Session) (Result, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}), `{}`, lastHour, Asker{})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 2*time.Second {
		t.Errorf("after %s: %v", time.Since(begin), err)
	}
}

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
	s := NewSession(Request{}, lastHour, noon, Options{DatasourceUID: "uid"}, spy, nil)
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
	if s.HasDatabase() || s.Room(roomID).String() != pseudonym {
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

// backgroundStub runs passes at once, as the real one does in a goroutine.
type backgroundStub struct {
	databaseStub
	state Background
}

func (b *backgroundStub) Background(string) Background { return b.state }
func (b *backgroundStub) StartBackground(_ string, _ time.Duration, fn func(context.Context, Tx) (any, error)) {
	b.state.Value, b.state.Err = fn(context.Background(), b)
}

func TestBackground(t *testing.T) {
	without := NewSession(Request{}, lastHour, noon, Options{}, nil, databaseStub{})
	without.StartBackground("key", time.Minute, func(context.Context, Tx) (any, error) { t.Error("ran"); return nil, nil })
	if without.Background("key") != (Background{}) {
		t.Error("a database that can't read on after a query has results of it")
	}
	with := NewSession(Request{}, lastHour, noon, Options{}, nil, &backgroundStub{})
	with.StartBackground("key", time.Minute, func(context.Context, Tx) (any, error) { return 7, nil })
	if got := with.Background("key"); got.Value != 7 || got.Err != nil {
		t.Errorf("%+v", got)
	}
	with.StartBackground("key", time.Minute, func(context.Context, Tx) (any, error) { panic("mistake") })
	if panicked := (*Panic)(nil); !errors.As(with.Background("key").Err, &panicked) {
		t.Errorf("a panic of a background pass became %v; it would end the plugin", with.Background("key").Err)
	}
}

// What was run stands in every frame, and is never most of the answer.
func TestManyStatements(t *testing.T) {
	statement := strings.Repeat("x", 1000)
	var statements []string
	for range 100 {
		statements = append(statements, statement)
	}
	frames := answer{result: words("a"), executed: statements}.framesFor(View{})
	first, second := frames[0].Meta.ExecutedQueryString, frames[1].Meta.ExecutedQueryString
	if len(first) > executedInFirst+100 || !strings.HasPrefix(first, statement+"\n\n"+statement) || !strings.HasSuffix(first, "… and 35 more") {
		t.Errorf("%d bytes, …%s", len(first), first[len(first)-20:])
	}
	if len(second) > executedInOther+100 || !strings.HasPrefix(second, statement+"\n\n") || !strings.HasSuffix(second, "… and 96 more") {
		t.Errorf("%d bytes, …%s", len(second), second[len(second)-20:])
	}
	if got := joined([]string{strings.Repeat("é", 100), "up"}, 51); got != strings.Repeat("é", 25)+"…\n\n… and 1 more" {
		t.Errorf("%q", got)
	}
	if got := joined([]string{"up", "down"}, executedInOther); got != "up\n\ndown" || joined(nil, 1) != "" {
		t.Errorf("%q", got)
	}
}
