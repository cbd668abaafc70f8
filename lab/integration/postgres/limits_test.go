package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// TestWhichLimit: the message names the limit that passed.
func TestWhichLimit(t *testing.T) {
	db := client(t, config())
	for range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err := one(ctx, db, "SELECT pg_sleep(20)::text")
		cancel()
		if fault := wantFault(t, err, upstream.Timeout, upstream.Downstream); !strings.Contains(fault.Message, "query timeout") {
			t.Errorf("the query's time was up: %s", fault)
		}
	}
}

// TestCancelledByAnother: an administrator may end our statements; that is no limit.
func TestCancelledByAnother(t *testing.T) {
	time.AfterFunc(500*time.Millisecond, func() {
		admin(t, synapse, `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(21)%' AND pid <> pg_backend_pid()`)
	})
	_, err := one(t.Context(), client(t, config()), "SELECT pg_sleep(21)::text")
	if fault := wantFault(t, err, upstream.Canceled, upstream.Downstream); !strings.Contains(fault.Message, "by an administrator") {
		t.Error(fault)
	}
}
