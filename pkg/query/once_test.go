package query

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/prometheus/common/model"
)

// onceType asks one shared question of Prometheus or PostgreSQL per query, whatever its limit.
func onceType(of Upstream, work func(context.Context, *Session) (model.Vector, error)) Type {
	return typeOf(Prometheus, false, func(ctx context.Context, s *Session) (Result, error) {
		v, err := Once(ctx, s, of, "q", work)
		return spoken(fmt.Sprint(len(v))), err
	})
}

func ask(ctx context.Context, s *Session) (v model.Vector, err error) {
	s.Inform("It was asked.")
	err = At("up", &v)(ctx, s)
	return v, err
}

// Different queries that need the same part ask for it once, and each says what was asked.
func TestOnce(t *testing.T) {
	for _, c := range []struct {
		name   string
		of     Upstream
		ttl    time.Duration
		second TimeRange
		as     Asker
		want   int32
	}{
		{"the same time", Prometheus, time.Minute, lastHour, Asker{}, 1},
		{"another time", Prometheus, time.Minute, Align(noon.Add(-time.Hour), noon.Add(time.Minute), time.Minute, scrape15), Asker{}, 2},
		{"other credentials", Prometheus, time.Minute, lastHour, Asker{Identity: "bob"}, 2},
		{"nothing is kept", Prometheus, 0, lastHour, Asker{}, 2},
		{"kept at least while rules are spread", Prometheus, time.Nanosecond, lastHour, Asker{}, 1},
		{"PostgreSQL answers everybody alike", Postgres, 0, lastHour, Asker{Identity: "bob"}, 1},
		{"PostgreSQL tells about now", Postgres, 0, Align(noon.Add(-time.Hour), noon.Add(time.Minute), time.Minute, scrape15), Asker{}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, stub := newTestRunner(nil, c.ttl)
			typ := onceType(c.of, ask)
			first, err := runOnce(t, r, typ, `{"limit":1}`, lastHour, Asker{})
			if err != nil {
				t.Fatal(err)
			}
			second, err := runOnce(t, r, typ, `{"limit":2}`, c.second, c.as)
			if err != nil {
				t.Fatal(err)
			}
			if got := stub.asked.Load(); got != c.want {
				t.Errorf("asked %d times, want %d", got, c.want)
			}
			if diff := cmp.Diff(first[0].Meta, second[0].Meta); diff != "" || second[0].Meta.ExecutedQueryString != "up" || len(second[0].Meta.Notices) != 1 {
				t.Errorf("the second answer does not say what the first says:\n%s", diff)
			}
		})
	}
}

// An error reaches whoever asked and is not kept; a session without a runner works by itself.
func TestOnceFails(t *testing.T) {
	var calls atomic.Int32
	bad := errors.New("no")
	typ := onceType(Prometheus, func(context.Context, *Session) (model.Vector, error) {
		if calls.Add(1) == 1 {
			return nil, bad
		}
		return model.Vector{}, nil
	})
	r, _ := newTestRunner(nil, time.Minute)
	if _, err := runOnce(t, r, typ, `{"limit":1}`, lastHour, Asker{}); !errors.Is(err, bad) {
		t.Errorf("error = %v", err)
	}
	if _, err := runOnce(t, r, typ, `{"limit":2}`, lastHour, Asker{}); err != nil {
		t.Errorf("an error was kept: %v", err)
	}
	alone := NewSession(Request{}, lastHour, noon, settings.Settings{}, &prometheusStub{}, nil)
	if v, err := Once(t.Context(), alone, Prometheus, "q", ask); err != nil || len(v) != 1 || len(alone.executed) != 1 {
		t.Errorf("alone: %v, %v, %v", v, err, alone.executed)
	}
}

// Two kinds of answers under one key are a mistake that must not become an empty answer.
func TestOnceKeyOfTwoKinds(t *testing.T) {
	r, _ := newTestRunner(nil, time.Minute)
	typ := typeOf(Prometheus, false, func(ctx context.Context, s *Session) (Result, error) {
		if _, err := Once(ctx, s, Prometheus, "q", ask); err != nil {
			return nil, err
		}
		_, err := Once(ctx, s, Prometheus, "q", func(context.Context, *Session) (string, error) { return "", nil })
		return nil, err
	})
	_, err := runOnce(t, r, typ, `{}`, lastHour, Asker{})
	if panicked := (*Panic)(nil); !errors.As(err, &panicked) || !strings.Contains(panicked.Value.(string), `the key "q" names a string here`) {
		t.Errorf("%v", err)
	}
}
