package promql

import (
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/simulate"
	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// The simulated homeservers, one with every planted problem and one without, over six hours and the same hours a week before.
const (
	troubledServer  = "troubled.example"
	healthyServer   = "healthy.example"
	simulatedScrape = time.Minute
)

var (
	simulatedServers = []string{troubledServer, healthyServer}
	simulatedEnd     = time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)
)

// TestSimulatedHomeservers compares what several parts of the plugin say of the same numbers.
func TestSimulatedHomeservers(t *testing.T) {
	engine := simulatedHistory(t)
	t.Run("rules fire where checks find something", func(t *testing.T) { simulatedRules(t, engine) })
	t.Run("causes are those that were planted", func(t *testing.T) { simulatedCauses(t, engine) })
	t.Run("a diagnosis costs no more than it did", func(t *testing.T) { simulatedCosts(t, engine) })
	t.Run("no table is red where the check is fine", func(t *testing.T) { simulatedColours(t, engine) })
}

func simulatedHistory(t *testing.T) *Engine {
	t.Helper()
	dir := t.TempDir()
	for i, profile := range []simulate.Profile{simulate.Troubled, simulate.Healthy} {
		s, err := simulate.New(simulate.Options{
			Seed: 1, ServerName: simulatedServers[i], Profile: profile, FirstPort: 9100 + 100*i,
			Start: simulatedEnd.Add(-6 * time.Hour), End: simulatedEnd, ScrapeInterval: simulatedScrape,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.WriteBlocks(t.Context(), dir, nil); err != nil {
			t.Fatal(err)
		}
	}
	return Open(t, dir)
}

// simulatedRules looks every half hour: the planted problems come and go.
func simulatedRules(t *testing.T, engine *Engine) {
	scope := checks.Scope{Scrape: simulatedScrape, Length: 6 * time.Hour, Identity: process.NewIdentity("job", "index")}
	fired := 0
	for _, c := range checks.All {
		if c.Rule.Expr == "" {
			continue
		}
		measured := inlined(scope, append(c.Rule.Uses, c.Measures...))
		for ago := time.Duration(0); ago <= 3*time.Hour; ago += 30 * time.Minute {
			for _, count := range compareRules(t, engine, c, scope, measured, rulesOf(t, c, scope, measured), simulatedServers, simulatedEnd.Add(-ago)) {
				fired += count.fired
			}
		}
	}
	if fired < 20 {
		t.Errorf("rules fired %d times: the simulated problems are not seen", fired)
	}
}

// simulatedCauses looks at what explains each problem of the troubled homeserver, and that nothing else does.
func simulatedCauses(t *testing.T, engine *Engine) {
	options := settings.Settings{ScrapeInterval: simulatedScrape, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute, DummyEventsThreshold: 10}}
	all, _ := diagnoseOver(t, engine, simulatedEnd, 6*time.Hour, options, "")
	causes := map[string]string{
		"cpu-saturation synapse/1":                    "federation-presence",
		"reactor-lag synapse/1":                       "federation-presence",
		"event-send-time":                             "federation-presence",
		"database-chatty get_user_by_id":              "cache-undersized",
		"state-resolution event_persister/1":          "extremities",
		"database-cost _get_state_groups_from_groups": "database-slow",
		"federation-presence synapse/1":               "",
		"gc-pauses generic_worker/1":                  "",
	}
	for key, want := range causes {
		if f, there := all[troubledServer+" "+key]; there && f.cause != want || !there && want == "" {
			t.Errorf("%s is caused by %q, want %q: %s", key, f.cause, want, f.evidence)
		}
	}
	for key, f := range all {
		if _, planted := causes[strings.TrimPrefix(key, troubledServer+" ")]; f.cause != "" && !planted {
			t.Errorf("%s is caused by %q: %s", key, f.cause, f.evidence)
		}
	}
}
