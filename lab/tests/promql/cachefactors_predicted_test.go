package promql

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	prometheus "github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/lab/research/cachemodel"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// loadSimulated writes a simulated cache's scrapes as the series of one process that started at 0.
func loadSimulated(c cachemodel.Cache, server, index string) string {
	labels := func(more string) string {
		return fmt.Sprintf(`{server_name=%q,name=%q,job="synapse",index=%q,instance="host:9000"%s}`, server, roomVersion, index, more)
	}
	var text strings.Builder
	line := func(metric, labels string, values []float64) {
		text.WriteString("\n  " + metric + labels)
		for _, v := range values {
			fmt.Fprintf(&text, " %.0f", v)
		}
	}
	const metric = "synapse_util_caches_cache"
	line(metric, labels(""), c.Series.Requests)
	line(metric+"_hits", labels(""), c.Series.Hits)
	line(metric+"_evicted_size", labels(`,reason="size"`), c.Series.EvictedSize)
	line(metric+"_evicted_size", labels(`,reason="invalidation"`), c.Series.EvictedInvalidation)
	line(metric+"_size", labels(""), c.Series.Entries)
	line(metric+"_max_size", labels(""), c.Series.MaxSize)
	return text.String()
}

// Two processes of one homeserver and one of another have the same cache. They restarted before the range, so that the
// prediction needs what was before it.
func TestCacheFactorsPredicted(t *testing.T) {
	set, err := cachemodel.Load("../../research/cachemodel/testdata/test.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	simulated := map[string]cachemodel.Cache{}
	for _, c := range set.Caches {
		simulated[c.Name] = c
	}
	first, second, other := simulated["hot_warm_cold"], simulated["drift_fast"], simulated["drift_slow"]
	window := first.Window
	text := "load 15s" + loadSimulated(first, "a.example", "1") + loadSimulated(second, "a.example", "2") + loadSimulated(other, "b.example", "1")
	for _, index := range []string{"1", "2"} {
		text += fmt.Sprintf("\n  process_start_time_seconds{job=\"synapse\",index=%q,instance=\"host:9000\"} 0+0x960", index)
	}
	// Ten transactions a second of 4 ms, fewer than misses: they are batched.
	const transaction = `{server_name="a.example",desc="get_room_version_id_txn",job="synapse",index="1",instance="host:9000"}`
	text += "\n  synapse_storage_transaction_time_count_total" + transaction + " 0+150x960" +
		"\n  synapse_storage_transaction_time_sum_total" + transaction + " 0+0.6x960\n"

	request, err := cachefactors.Type().Decode([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	options := settings.Settings{ScrapeInterval: 15 * time.Second, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}
	within := query.Align(time.Unix(int64(window.From), 0), time.Unix(int64(window.To), 0), time.Minute, options.ScrapeInterval)
	frames, err := query.NewRunner(options, Load(t, text), nil).Run(t.Context(), cachefactors.Type(), request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	rows := rowsBy(frames[0], "server_name")

	for server, processes := range map[string][]cachemodel.Cache{"a.example": {first, second}, "b.example": {other}} {
		// Each process weighs as much as its lookups.
		var requests, present, hit, low, high float64
		for _, c := range processes {
			f := model.Predict(c.Series, set.TTL, window, []float64{2})
			p := f.Predictions[0]
			requests, present = requests+f.Requests, present+f.Requests*f.HitRatio()
			hit, low, high = hit+f.Requests*p.HitRatio, low+f.Requests*p.Low, high+f.Requests*p.High
		}
		row := rows[server]
		wantPrediction(t, row)
		wantRow(t, row, "raise", map[string]float64{
			"current_factor": 0.2, "recommended_factor": 0.4, "hit_ratio": present / requests,
			"predicted_hit_ratio": hit / requests, "predicted_hit_ratio_low": low / requests, "predicted_hit_ratio_high": high / requests,
		})
		if reason := fmt.Sprint(row["reason"]); !strings.Contains(reason, "(proved from its evictions).") || !strings.Contains(reason, "Prediction (experimental): doubling avoids") {
			t.Errorf("%s: %s", server, reason)
		}
	}
	// A miss causes as many transactions as now, each of 4 ms.
	a := rows["a.example"]
	want := a.number("avoided_misses_per_second") * 10 / a.number("misses_per_second") * 0.004
	if got := a.number("database_time_saved"); !(math.Abs(got-want) <= 0.02*want) {
		t.Errorf("database_time_saved is %g, want %g", got, want)
	}
	if got := rows["b.example"].number("database_time_saved"); !math.IsNaN(got) {
		t.Errorf("database_time_saved is %g without its transactions, want none", got)
	}
}

// counting counts what one query asks of Prometheus, and the points of a series.
type counting struct {
	query.Metrics
	mu             sync.Mutex
	calls, longest int
}

func (c *counting) asked(points int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	c.longest = max(c.longest, points)
}

func (c *counting) Instant(ctx context.Context, promql string, at time.Time) (prometheus.Vector, []string, error) {
	c.asked(1)
	return c.Metrics.Instant(ctx, promql, at)
}

func (c *counting) Range(ctx context.Context, promql string, from, to time.Time, step time.Duration) (prometheus.Matrix, []string, error) {
	c.asked(int(to.Sub(from)/step) + 1)
	return c.Metrics.Range(ctx, promql, from, to, step)
}

// Whatever the number of caches: some instant queries about all of them, and six series of those that are left open.
func TestCacheFactorsAsksLittle(t *testing.T) {
	engine := Load(t, homeservers())
	for request, most := range map[string]int{`{}`: 30, `{"format":"config"}`: 30, `{"format":"curve"}`: 36, `{"cache":"get_user_by_id"}`: 20} {
		counted := &counting{Metrics: engine}
		r, err := cachefactors.Type().Decode([]byte(request))
		if err != nil {
			t.Fatal(err)
		}
		options := settings.Settings{ScrapeInterval: 15 * time.Second, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}
		end := time.Unix(0, 0).Add(eightHours)
		within := query.Align(end.Add(-6*time.Hour), end, time.Minute, options.ScrapeInterval)
		if _, err := query.NewRunner(options, counted, nil).Run(t.Context(), cachefactors.Type(), r, within, query.Asker{}); err != nil {
			t.Fatal(err)
		}
		if t.Logf("%s: %d calls, %d points", request, counted.calls, counted.longest); counted.calls > most || counted.longest > 11_000 {
			t.Errorf("%s: %d calls, want %d at most; %d points in a series", request, counted.calls, most, counted.longest)
		}
	}
}
