package query

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A data source that keeps answers for an hour shows people PostgreSQL's of an hour ago, and alert rules a minute's.
func TestAlertsAskPostgresAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := newTestRunner(databaseStub{}, time.Hour)
		runs, reads := 0, 0
		rooms := typeOf(Postgres, true, func(ctx context.Context, s *Session) (Result, error) {
			return Once(ctx, s, Postgres, "rooms", func(context.Context, *Session) (spoken, error) { runs++; return "rooms", nil })
		})
		diagnosis := typeOf(Prometheus, false, func(ctx context.Context, s *Session) (Result, error) {
			return Once(ctx, s, Postgres, "part", func(context.Context, *Session) (spoken, error) { reads++; return "part", nil })
		})
		diagnosis.ID = "diagnosis"
		for _, c := range []struct {
			after time.Duration
			alert bool
			want  int
		}{
			{0, false, 1}, {50 * time.Second, true, 1}, {50 * time.Second, false, 1}, {0, true, 2}, {10 * time.Second, false, 2},
		} {
			time.Sleep(c.after)
			tr := Align(time.Now().Add(-time.Hour), time.Now(), time.Minute, scrape15)
			for _, typ := range []Type{rooms, diagnosis} {
				if _, err := runOnce(t, r, typ, `{}`, tr, Asker{Alert: c.alert}); err != nil {
					t.Fatal(err)
				}
			}
			if runs != c.want || reads != c.want {
				t.Errorf("%s later, alert %t: %d and %d reads in all, want %d", c.after, c.alert, runs, reads, c.want)
			}
		}
	})
}
