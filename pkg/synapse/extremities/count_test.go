package extremities

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

type timeout struct{ error }

func (timeout) TimedOut() bool { return true }

// noRows is an empty table.
type noRows struct{ pgx.Rows }

func (noRows) Next() bool                                   { return false }
func (noRows) Close()                                       {}
func (noRows) Err() error                                   { return nil }
func (noRows) FieldDescriptions() []pgconn.FieldDescription { return nil }

// held is a database that holds up the first statements, and notes how many rows each of them asks for.
type held struct {
	left  int
	sizes []int64
}

func (h *held) Query(_ context.Context, _ string, args ...any) (pgx.Rows, error) {
	h.sizes = append(h.sizes, args[1].(int64))
	if h.left--; h.left >= 0 {
		return nil, timeout{errors.New("held up")}
	}
	return noRows{}, nil
}

func (h *held) read(ctx context.Context, _ time.Duration, fn func(context.Context, query.Tx) error) error {
	return fn(ctx, h)
}

// TestCountOutlastsAStall: steps become smaller, and the smallest is asked again before the count gives up.
func TestCountOutlastsAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for left, fails := range map[int]bool{0: false, 3: false, 10: false, 12: true} {
			h := &held{left: left}
			_, err := count(t.Context(), h.read)
			if (err != nil) != fails {
				t.Errorf("%d statements held up: %v after %v", left, err, h.sizes)
			}
			if !slices.IsSortedFunc(h.sizes, func(a, b int64) int { return int(b - a) }) || slices.Min(h.sizes) < fewRows {
				t.Errorf("%d statements held up: steps of %v", left, h.sizes)
			}
		}
	})
}

func TestLookedAt(t *testing.T) {
	for rooms, want := range map[int]int64{1: 5000, 10: 5000, 20: 2500, 100: 500, 500: 200} {
		if got := lookedAt(rooms); got != want || got*int64(rooms) > 100_000 {
			t.Errorf("%d rooms: %d extremities of each, want %d", rooms, got, want)
		}
	}
}
