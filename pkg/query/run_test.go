package query

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

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
		return spoken("answer"), err
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
		typ := typeOf(Prometheus, c.current, func(context.Context, *Session) (Result, error) { runs++; return spoken("answer"), nil })
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
		s := Session{Settings: settings.Settings{CacheTTL: c.ttl}, alert: c.alert}
		if got := s.partTTL(c.needs); got != c.want {
			t.Errorf("%s with cacheTTL %s: kept %s, want %s", c.needs, c.ttl, got, c.want)
		}
	}
}

// What PostgreSQL answers is read by the data source's role, for everybody alike.
func TestRunnerSharesPostgres(t *testing.T) {
	r, _ := newTestRunner(databaseStub{}, time.Minute)
	runs := 0
	typ := typeOf(Postgres, true, func(ctx context.Context, s *Session) (Result, error) {
		return Once(ctx, s, Postgres, "rooms", func(context.Context, *Session) (spoken, error) { runs++; return "answer", nil })
	})
	for i, who := range []string{"", "ada", "bob"} {
		if _, err := runOnce(t, r, typ, fmt.Sprintf(`{"limit":%d}`, i+1), lastHour, Asker{Identity: who}); err != nil {
			t.Fatal(err)
		}
	}
	if runs != 1 {
		t.Errorf("read %d times for three people with three limits", runs)
	}
}

// Saving the settings lets what runs come to its end; what takes longer than a query may is cancelled.
func TestRunnerClose(t *testing.T) {
	for _, c := range []struct {
		takes  time.Duration
		failed bool
	}{{50 * time.Millisecond, false}, {time.Minute, true}} {
		r := NewRunner(settings.Settings{QueryTimeout: 300 * time.Millisecond}, nil, nil)
		began, failed := make(chan struct{}), make(chan error, 1)
		typ := typeOf(Prometheus, false, func(ctx context.Context, _ *Session) (Result, error) {
			close(began)
			select {
			case <-time.After(c.takes):
				return spoken("answer"), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
		go func() {
			_, err := runOnce(t, r, typ, `{}`, lastHour, Asker{})
			failed <- err
		}()
		<-began
		r.Close()
		if err := <-failed; (err != nil) != c.failed {
			t.Errorf("%s: %v", c.takes, err)
		}
	}
}

func TestRunnerWithoutDatabase(t *testing.T) {
	r, _ := newTestRunner(nil, 0)
	ran := false
	_, err := runOnce(t, r, typeOf(Postgres, true, func(context.Context, *Session) (Result, error) { ran = true; return spoken(""), nil }), `{}`, lastHour, Asker{})
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
	r.settings.QueryTimeout = 20 * time.Millisecond
	begin := time.Now()
	_, err := runOnce(t, r, typeOf(Prometheus, false, func(ctx context.Context, _ *Session) (Result, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}), `{}`, lastHour, Asker{})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 2*time.Second {
		t.Errorf("after %s: %v", time.Since(begin), err)
	}
}
