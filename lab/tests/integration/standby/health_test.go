package standby_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

func TestHealth(t *testing.T) {
	onPrimary, onStandby := both(t)
	for i, aspect := range onStandby.Probe(t.Context()) {
		t.Log(aspect.Message)
		if aspect.Status != upstream.OK || strings.Contains(aspect.Message, "read replica") != (i == 0) {
			t.Errorf("%+v", aspect)
		}
	}
	if aspect := onPrimary.Probe(t.Context())[0]; !strings.Contains(aspect.Message, "primary server") {
		t.Errorf("%+v", aspect)
	}
}

// TestMissingGrant: the statements that a standby's answer names run on the primary only, and reach it from there.
func TestMissingGrant(t *testing.T) {
	both(t)
	admin(t, primary, `REVOKE SELECT ON background_updates FROM `+role)
	_, onStandby := both(t)
	read := func() error {
		return onStandby.Read(t.Context(), 0, func(ctx context.Context, tx query.Tx) error {
			return exec(ctx, tx, `SELECT update_name FROM background_updates`)
		})
	}
	var fault *upstream.Fault
	if err := read(); !errors.As(err, &fault) || fault.Kind != upstream.MissingGrant {
		t.Fatalf("without the grant: %v", err)
	}
	where, statements, _ := strings.Cut(fault.Remedy, "\n")
	if aspect := onStandby.Probe(t.Context())[1]; where != "Run on the primary, as the owner of the database:" || aspect.Remedy != fault.Remedy {
		t.Errorf("the error says %q, the health check %+v", fault.Remedy, aspect)
	}
	if err := execute(standby, statements); err == nil {
		t.Error("the standby takes grants")
	}
	admin(t, primary, statements)
	catchUp(t)
	if err := read(); err != nil {
		t.Errorf("with the grant: %v", err)
	}
}
