package promql

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/simulate"
	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

var schemesEnd = time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)

// simulated is a Prometheus with the last hours of simulated homeservers.
func simulated(t *testing.T, servers ...simulate.Options) *Engine {
	t.Helper()
	folder := t.TempDir()
	for i, o := range servers {
		o.Seed, o.Profile = uint64(i+1), simulate.Healthy
		o.Start, o.End, o.ScrapeInterval = schemesEnd.Add(-100*time.Minute), schemesEnd, time.Minute
		simulation, err := simulate.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := simulation.WriteBlocks(t.Context(), folder, nil); err != nil {
			t.Fatal(err)
		}
	}
	return Open(t, folder)
}

// alarmsOn are the findings that are a warning at least, and what the query says beside them.
func alarmsOn(t *testing.T, on query.Metrics) (alarms findings, told string) {
	t.Helper()
	alarms, told = diagnoseOver(t, on, schemesEnd, 90*time.Minute, settings.Settings{ScrapeInterval: time.Minute}, "")
	maps.DeleteFunc(alarms, func(_ string, f finding) bool { return f.severity != "warning" && f.severity != "critical" })
	return alarms, told
}

// Whatever the targets' labels are, only the processes with which something is wrong are named, and a healthy homeserver
// raises nothing.
func TestLabelSchemes(t *testing.T) {
	for _, c := range []struct {
		name    string
		scheme  simulate.Scheme
		workers string // what the generic workers are called, with their number at the end
	}{
		{"static", simulate.Static, "generic_worker/"},
		{"one instance", simulate.OneInstance, "generic_worker/"},
		{"one job", simulate.OneJob, "synapse/127.0.0.1:910"},
		{"ESS Helm", simulate.ESSHelm, "ess-synapse-generic_worker/"},
		{"matrix-docker-ansible-deploy", simulate.Ansible, "generic_worker/matrix-synapse-worker-generic_worker-"},
		{"its external Prometheus", simulate.AnsibleExternal, "generic_worker/matrix-synapse-worker-generic_worker-"},
		{"pods", simulate.Pods, "synapse-generic_worker-abc-"},
		{"pods behind one instance", simulate.PodsOneInstance, "synapse-generic_worker-abc-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantQuiet(t, simulated(t, simulate.Options{Scheme: c.scheme, FirstPort: 9099}))
			sick := simulated(t, simulate.Options{Scheme: c.scheme, FirstPort: 9099, Silent: "generic_worker/1", Pausing: "generic_worker/2"})
			found, _ := alarmsOn(t, sick)
			wantSick(t, found, map[string]string{"reactor-lag": c.workers + "2", "gc-pauses": c.workers + "2", "scrape-health": c.workers + "1"})
		})
	}
}

func wantQuiet(t *testing.T, on query.Metrics) {
	t.Helper()
	found, notices := alarmsOn(t, on)
	for _, f := range found {
		t.Errorf("healthy: %s of %q is %s: %s", f.check, f.subject, f.severity, f.evidence)
	}
	if strings.Contains(notices, "mixed") {
		t.Errorf("healthy: %s", notices)
	}
}

// wantSick wants these checks, as far as they exist, to name these processes, and no check to name any other.
func wantSick(t *testing.T, found findings, sick map[string]string) {
	t.Helper()
	names := slices.Collect(maps.Values(sick))
	named := map[string]string{}
	for _, f := range found {
		named[f.check] = f.subject
		check, _ := checks.Find(f.check)
		if check.PerProcess && !slices.Contains(names, f.subject) || sick[f.check] != "" && sick[f.check] != f.subject {
			t.Errorf("%s names %q: %s", f.check, f.subject, f.evidence)
		}
	}
	for id, process := range sick {
		if _, exists := checks.Find(id); exists && named[id] == "" {
			t.Errorf("%s does not find %s: %+v", id, process, found)
		}
	}
}

// Two homeservers that have all labels but the namespace in common.
func TestTwoHomeserversWithEqualLabels(t *testing.T) {
	found, _ := alarmsOn(t, simulated(t, simulate.Options{ServerName: "a.example", Scheme: simulate.Namespaced},
		simulate.Options{ServerName: "b.example", Scheme: simulate.Namespaced, Pausing: "generic_worker/2"}))
	wantSick(t, found, map[string]string{"reactor-lag": "generic_worker/2", "gc-pauses": "generic_worker/2"})
	for _, f := range found {
		if f.server != "b.example" {
			t.Errorf("%s is found on %s", f.check, f.server)
		}
	}
}

// A rollout gives every process another pod and address: what has one process of its kind keeps its name, and for some
// minutes both are there.
func TestRolloutOfPods(t *testing.T) {
	for _, ago := range []time.Duration{40 * time.Minute, 2 * time.Minute} {
		wantQuiet(t, simulated(t, simulate.Options{Scheme: simulate.Pods, Rollout: ago}))
	}
	found, _ := alarmsOn(t, simulated(t, simulate.Options{Scheme: simulate.Pods, Rollout: 2 * time.Minute, Pausing: "event_persister/1"}))
	wantSick(t, found, map[string]string{"reactor-lag": "synapse-event_persister", "gc-pauses": "synapse-event_persister"})
}
