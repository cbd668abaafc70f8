package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// A destination that misses an event and gets none between two reads is stuck; one that caught up, fails, or never got anything
// is not.
func TestCatchUpWithoutProgress(t *testing.T) {
	c := own(t, "catchup")
	admin(t, "catchup", `UPDATE destinations SET retry_interval = 0, failure_ts = NULL, last_successful_stream_ordering = (SELECT max(stream_ordering) FROM events)`)
	admin(t, "catchup", `UPDATE events SET received_ts = 0; UPDATE destination_rooms SET stream_ordering = (SELECT min(stream_ordering) FROM events WHERE stream_ordering > 1)`)
	db, memory := client(t, c), query.NewMemory()
	check, _ := checks.Find("federation-sending")
	var uptime *checks.Measurement
	for _, m := range check.Measures {
		if m.Name == "senderUptime" {
			uptime = m
		}
	}
	running := map[*checks.Measurement]model.Vector{uptime: {{Metric: model.Metric{"server_name": "example.org"}, Value: 86400}}}
	read := func(after time.Duration) checks.Finding {
		t.Helper()
		in := checks.NewInput("example.org", time.Now(), checks.Scope{}, settings.Settings{}, check, running)
		if err := db.Read(t.Context(), 0, func(ctx context.Context, tx query.Tx) (err error) {
			in.Rows, err = check.Read(ctx, tx, checks.ReadInput{Now: homeserver.Now.Add(after), Memory: memory})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return check.Judge(in)[0]
	}
	if f := read(0); f.Severity != checks.OK {
		t.Errorf("all have all: %+v", f)
	}
	admin(t, "catchup", `UPDATE destinations SET last_successful_stream_ordering = 1 WHERE destination IN (SELECT DISTINCT destination FROM destination_rooms)`)
	if f := read(time.Minute); f.Severity != checks.OK {
		t.Errorf("seen once: %+v", f)
	}
	if f := read(32 * time.Minute); f.Severity < checks.Info || f.Subject.Name != "catch-up" || strings.Contains(f.Evidence, ".org") {
		t.Errorf("half an hour later: %+v", f)
	}
	admin(t, "catchup", `UPDATE destinations SET retry_interval = 600000`)
	if f := read(33 * time.Minute); f.Severity != checks.OK {
		t.Errorf("all fail: %+v", f)
	}
	admin(t, "catchup", `UPDATE destinations SET retry_interval = 0, last_successful_stream_ordering = NULL`)
	if f := read(70 * time.Minute); f.Severity != checks.OK {
		t.Errorf("none was ever reached: %+v", f)
	}
}
