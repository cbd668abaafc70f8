package compare

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

const name = "localhost:8448"

// truth is a homeserver whose counters grow by 10 (seconds: by 1) within a window of 10 seconds, scraped at both ends.
func truth(t *testing.T) *Truth {
	t.Helper()
	truth := &Truth{ServerName: name, Window: Window{at(0), at(10)}}
	for i, second := range []float64{0, 10} {
		families, err := synapse.ParseMetrics(strings.NewReader(fmt.Sprintf(`
synapse_storage_transaction_time_count_total{desc="a",server_name=%[1]q} %[2]d
synapse_storage_transaction_time_sum_total{desc="a",server_name=%[1]q} %[3]d
synapse_util_caches_cache{name="c",server_name=%[1]q} %[2]d
synapse_util_caches_cache_hits{name="c",server_name=%[1]q} %[3]d
synapse_util_caches_cache_evicted_size{name="c",reason="size",server_name=%[1]q} %[3]d
synapse_util_caches_cache_evicted_size{name="c",reason="invalidation",server_name=%[1]q} %[2]d
synapse_util_caches_cache_size{name="c",server_name=%[1]q} 7
synapse_util_caches_cache_max_size{name="c",server_name=%[1]q} 500
`, name, 100+10*i, 100+i)))
		if err != nil {
			t.Fatal(err)
		}
		truth.scrapes = append(truth.scrapes, scrape{at(second), families})
	}
	return truth
}

// outcome runs a comparison and says how it went.
func outcome(compare func(*Report)) (string, string) {
	var out bytes.Buffer
	report := &Report{Out: &out}
	compare(report)
	return report.Summary(), out.String()
}

func with(row Row, column string, value any) Row {
	changed := Row{}
	for key, old := range row {
		changed[key] = old
	}
	changed[column] = value
	return changed
}

func TestTransactions(t *testing.T) {
	right := Row{"server_name": name, "transaction": "a", "calls_per_second": 1.0, "cost": 0.1, "mean_duration": 0.1}
	for what, c := range map[string]struct {
		rows []Row
		want string
	}{
		"right":              {[]Row{right}, ""},
		"wrong calls":        {[]Row{with(right, "calls_per_second", 1.001)}, "a calls_per_second: got 1.001, want 1"},
		"no cost":            {[]Row{with(right, "cost", nil)}, "a cost: got nothing, want 0.1"},
		"the other's row":    {[]Row{right, with(right, "server_name", "other")}, `belongs to "other"`},
		"one that never ran": {[]Row{right, with(right, "transaction", "b")}, "never ran b"},
		"missing":            {nil, "transactions are missing"},
	} {
		t.Run(what, func(t *testing.T) {
			summary, out := outcome(func(r *Report) { Transactions(r, c.rows, Truths{name: truth(t)}, 20) })
			check(t, summary, out, c.want)
		})
	}
}

func TestCacheFactors(t *testing.T) {
	right := Row{
		"server_name": name, "cache": "c", "entries": int64(7), "max_entries": 500.0, "current_factor": 0.5, "hit_ratio": 0.1,
		"requests_per_second": 1.0, "misses_per_second": 0.9, "size_evictions_per_second": 0.1,
	}
	for what, c := range map[string]struct {
		rows []Row
		want string
	}{
		"right":                   {[]Row{right}, ""},
		"another factor":          {[]Row{with(right, "current_factor", 0.6)}, "c current_factor: got 0.6"},
		"all reasons in one":      {[]Row{with(right, "size_evictions_per_second", 1.1)}, "size_evictions_per_second: got 1.1, want 0.1"},
		"missing":                 {nil, "cache c is missing"},
		"one that does not exist": {[]Row{right, with(right, "cache", "d")}, "has no cache d"},
	} {
		t.Run(what, func(t *testing.T) {
			summary, out := outcome(func(r *Report) { CacheFactors(r, c.rows, Truths{name: truth(t)}) })
			check(t, summary, out, c.want)
		})
	}
}

func TestExtremities(t *testing.T) {
	right := Row{"server_name": name, "room_id": "!a", "extremities": int64(3)}
	for what, c := range map[string]struct {
		rows []Row
		want string
	}{
		"right":          {[]Row{right}, ""},
		"wrong":          {[]Row{with(right, "extremities", int64(4))}, "!a extremities: got 4, want 3"},
		"missing":        {nil, "room !a with 3 extremities is missing"},
		"twice":          {[]Row{right, right}, "two rows"},
		"of the other's": {[]Row{with(right, "server_name", "other")}, `belongs to "other"`},
	} {
		t.Run(what, func(t *testing.T) {
			counts := map[string]int64{"!a": 3, "!b": 1}
			summary, out := outcome(func(r *Report) { Extremities(r, c.rows, name, counts, 1) })
			check(t, summary, out, c.want)
		})
	}
}

func check(t *testing.T, summary, out, want string) {
	t.Helper()
	if want == "" && !strings.HasSuffix(summary, " 0 failed") {
		t.Errorf("%s:\n%s", summary, out)
	}
	if !strings.Contains(out, want) {
		t.Errorf("got\n%s\nwant something with %q", out, want)
	}
}
