package alerting

import (
	"strings"
	"testing"
	"time"
)

// The last test of this package: it stops the troubled homeserver's Prometheus.

// While Prometheus is away every rule keeps its state, but the one that tells of it.
func TestAwayKeepsLast(t *testing.T) {
	lab(t)
	before := evaluated(t, "-now", time.Now().Add(-time.Minute))
	if err := laboratory.troubled.Prometheus.Stop(); err != nil {
		t.Fatal(err)
	}
	away := time.Now().Add(20 * time.Second) // kept answers have expired
	laboratory.troubled.asked.reset()
	after := evaluated(t, "-now", away)
	if total(laboratory.troubled.asked.reset()) == 0 {
		t.Error("nobody asked while Prometheus was away")
	}
	for id, r := range after {
		want := before[id].State
		if id == "scrape-health" {
			want = "firing"
		}
		if r.State != want {
			t.Errorf("%s: %s, was %s", id, r.State, before[id].State)
		}
		if id == "scrape-health" && !strings.Contains(description(r), "the data source gets no answer") {
			t.Errorf("%s: %q", id, description(r))
		}
	}
}
