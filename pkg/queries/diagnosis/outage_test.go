package diagnosis

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// refusingNew is a PostgreSQL whose open sessions work, and that gives no new connection.
type refusingNew struct {
	closed
	fault *upstream.Fault
}

func (r refusingNew) Connect(context.Context) error {
	if r.fault == nil {
		return nil
	}
	return r.fault
}

// An outage takes back the "ok" of what measures what finished, of its own homeserver only; other checks keep theirs.
func TestOutageTakesBackOK(t *testing.T) {
	of := func(id string, severity limits.Severity, unfinished string) row {
		c, ok := checks.Find(id)
		if !ok {
			t.Fatal(id)
		}
		return row{Finding: checks.Finding{Severity: severity, Unfinished: unfinished}, check: c}
	}
	for _, c := range []struct {
		id     string
		was    limits.Severity
		outage string
		want   limits.Severity
	}{
		{"event-send-time", checks.OK, "40 requests are in flight.", checks.Unknown},
		{"database-cost", checks.OK, "40 requests are in flight.", checks.Unknown},
		{"database-cost", checks.Warning, "40 requests are in flight.", checks.Warning},
		{"memory", checks.OK, "40 requests are in flight.", checks.OK},
		{"event-send-time", checks.OK, "", checks.OK},
	} {
		rows := doubted([]row{of("availability", checks.Critical, c.outage), of(c.id, c.was, "")})
		if rows[1].Severity != c.want || c.want == checks.Unknown && rows[1].Evidence != c.outage {
			t.Errorf("%s: %s became %s: %s", c.id, c.was, rows[1].Severity, rows[1].Evidence)
		}
	}
}

// A check that asks alone is judged with what it needs: availability before what measures what finished.
func TestOutageIsAlwaysMeasured(t *testing.T) {
	ids := func(names ...string) (all []string) {
		for _, c := range checks.WithCauses(names) {
			all = append(all, c.ID)
		}
		return all
	}
	if got := ids("event-send-time"); !slices.Contains(got, "availability") {
		t.Errorf("%q", got)
	}
	if got := ids("restarts"); slices.Contains(got, "availability") {
		t.Errorf("%q", got)
	}
}

func TestRefusedConnection(t *testing.T) {
	fault := func(kind upstream.Kind, status int) *upstream.Fault {
		return &upstream.Fault{Kind: kind, Status: status, Message: "PostgreSQL says no."}
	}
	on := answering{vectors: map[string]model.Vector{servers: {{Metric: model.Metric{"server_name": "a.example"}, Value: 1}}}}
	for name, c := range map[string]struct {
		database query.Database
		want     string
	}{
		"accepts":             {refusingNew{}, "unknown"},
		"unreachable":         {refusingNew{fault: fault(upstream.Unreachable, 502)}, "warning"},
		"used up":             {refusingNew{fault: fault(upstream.Full, 503)}, "warning"},
		"starting":            {refusingNew{fault: fault(upstream.Starting, 503)}, "info"},
		"settings are wrong":  {refusingNew{fault: fault(upstream.Auth, 400)}, "unknown"},
		"the query was ended": {refusingNew{fault: fault(upstream.Canceled, 499)}, "unknown"},
		"not configured":      {nil, "unknown"},
		"can't try":           {closed{}, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			frames, err := diagnose(t, on, c.database, noon, `{"checks":["availability"]}`, ordinary)
			if err != nil {
				t.Fatal(err)
			}
			if got := texts(frames[0], "severity"); got[0] != c.want {
				t.Errorf("%s: %s", got[0], texts(frames[0], "evidence")[0])
			}
			if c.want == "warning" && !strings.Contains(texts(frames[0], "evidence")[0], "PostgreSQL says no.") {
				t.Error(texts(frames[0], "evidence")[0])
			}
		})
	}
}
