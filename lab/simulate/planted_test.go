package simulate

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/database"
)

// state is every series of the homeserver at one time, by process and identity.
type state map[string]float64

func stateOf(s *Simulation) state {
	found := state{}
	for _, p := range s.Processes() {
		for _, one := range p.series {
			if value := one.read(); !math.IsNaN(value) {
				found[one.stored[0].labels.String()] = value
			}
		}
	}
	return found
}

// sum adds up the series of a metric that carry all of the given label="value" texts.
func (st state) sum(metric string, labels ...string) float64 {
	total := 0.0
series:
	for name, value := range st {
		if !strings.Contains(name, `__name__="`+metric+`"`) {
			continue
		}
		for _, l := range labels {
			if !strings.Contains(name, l) {
				continue series
			}
		}
		total += value
	}
	return total
}

// lastHour plays the last hour of the past and returns the state at its start and end.
func lastHour(t *testing.T, profile Profile) (before, after state) {
	t.Helper()
	s := newTestSimulation(t, profile, 1)
	s.Advance(testEnd.Add(-time.Hour))
	before = stateOf(s)
	s.Advance(testEnd)
	return before, stateOf(s)
}

func about(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > want*tolerance {
		t.Errorf("%s: %.4g, want %.4g", what, got, want)
	}
}

func TestPlantedTransactions(t *testing.T) {
	before, after := lastHour(t, Troubled)
	rate := func(metric string, labels ...string) float64 {
		return (after.sum(metric, labels...) - before.sum(metric, labels...)) / 3600
	}
	const calls, seconds = "synapse_storage_transaction_time_count_total", "synapse_storage_transaction_time_sum_total"
	total := rate(seconds)
	if total > processCount*poolSize/2 {
		t.Errorf("%.2f database seconds per second are more than the pools hold", total)
	}
	for _, planted := range []PlantedTransaction{ChattyTransaction, ExpensiveTransaction, DoubledTransaction} {
		desc := `desc="` + planted.Description + `"`
		about(t, planted.Description+" calls", rate(calls, desc), planted.CallsPerSecond, 0.3)
		about(t, planted.Description+" mean", rate(seconds, desc)/rate(calls, desc), planted.MeanSeconds, 0.15)
	}
	if part := rate(seconds, `desc="`+ChattyTransaction.Description+`"`) / total; part < 0.03 || part > 0.06 {
		t.Errorf("the chatty transaction takes %.1f %% of the database time", part*100)
	}
	if part := rate(seconds, `desc="`+ExpensiveTransaction.Description+`"`) / total; part < 0.2 {
		t.Errorf("the expensive transaction takes only %.1f %% of the database time", part*100)
	}
	about(t, "calls behind the chatty cache", rate(calls, `desc="get_user_by_id"`),
		rate("synapse_util_caches_cache", `name="get_user_by_id"`)-rate("synapse_util_caches_cache_hits", `name="get_user_by_id"`), 0.001)
}

func TestPlantedCaches(t *testing.T) {
	before, after := lastHour(t, Troubled)
	grown := func(metric, name string, labels ...string) float64 {
		labels = append(labels, `name="`+name+`"`, `generic_worker`)
		return after.sum(metric, labels...) - before.sum(metric, labels...)
	}
	const cache, evicted = "synapse_util_caches_cache", "synapse_util_caches_cache_evicted_size"
	for _, planted := range append([]PlantedCache{UndersizedCache, ChattyCache}, ScanCaches...) {
		misses := grown(cache, planted.Name) - grown(cache+"_hits", planted.Name)
		about(t, planted.Name+" hit ratio", 1-misses/grown(cache, planted.Name), planted.HitRatio, 0.3)
		about(t, planted.Name+" size evictions", grown(evicted, planted.Name, `reason="size"`), misses, 0.01)
		size := after.sum(cache+"_size", `name="`+planted.Name+`"`, `generic_worker`)
		about(t, planted.Name+" entries", size, 2*planted.MaxEntries, 0.001)
	}
	for _, name := range IdleCaches {
		if after.sum(cache, `name="`+name+`"`) > 0 {
			t.Errorf("%s is not idle", name)
		}
	}
	for _, name := range ExpiringOnlyCaches {
		if grown(evicted, name, `reason="size"`) > 0 || grown(evicted, name, `reason="invalidation"`) == 0 {
			t.Errorf("%s does not just expire", name)
		}
	}
	for _, name := range LowHitRatioStreamCaches {
		if ratio := after.sum(cache+"_hits", `name="`+name+`"`) / after.sum(cache, `name="`+name+`"`); ratio > 0.6 {
			t.Errorf("%s has a hit ratio of %.2f", name, ratio)
		}
	}
	for _, name := range LowHitRatioResponseCaches {
		const response = "synapse_util_caches_response_cache"
		if ratio := after.sum(response+"_hits", `name="`+name+`"`) / after.sum(response, `name="`+name+`"`); !(ratio < 0.1) {
			t.Errorf("%s has a hit ratio of %.2f", name, ratio)
		}
	}
}

func TestPlantedPresenceAndRooms(t *testing.T) {
	before, after := lastHour(t, Troubled)
	const edus = "synapse_federation_client_sent_edus_by_type_total"
	sent := after.sum(edus) - before.sum(edus)
	if presence := after.sum(edus, `type="m.presence"`) - before.sum(edus, `type="m.presence"`); presence < sent/2 {
		t.Errorf("%.0f of %.0f EDUs are presence", presence, sent)
	}
	worst := 0.0
	for _, room := range database.PlantedRooms(database.Options{Seed: 1}) {
		if room.Extremities > 10 {
			worst++
		}
	}
	rooms := after.sum("synapse_forward_extremities_gcount")
	if above := rooms - after.sum("synapse_forward_extremities_bucket", `le="10.0"`); above != worst {
		t.Errorf("%v rooms have more than 10 extremities, the database %v", above, worst)
	}
	if top := after.sum("synapse_forward_extremities_bucket", `le="inf"`); top != rooms {
		t.Errorf("the top bucket holds %v of %v rooms", top, rooms)
	}
}

func TestHealthyHasNoPlantedProblem(t *testing.T) {
	before, after := lastHour(t, Healthy)
	const evicted = "synapse_util_caches_cache_evicted_size"
	if n := after.sum(evicted, `reason="size"`) - before.sum(evicted, `reason="size"`); n > 0 {
		t.Errorf("%.0f entries were dropped by size", n)
	}
	if rooms := after.sum("synapse_forward_extremities_gcount") - after.sum("synapse_forward_extremities_bucket", `le="10.0"`); rooms > 0 {
		t.Errorf("%.0f rooms have many extremities", rooms)
	}
	const edus = "synapse_federation_client_sent_edus_by_type_total"
	if share := after.sum(edus, `type="m.presence"`) / after.sum(edus); share > 0.3 {
		t.Errorf("%.2f of the EDUs are presence", share)
	}
}
