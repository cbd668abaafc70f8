package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
)

// tiny has a row with panels that exist in Synapse's own dashboard; what they ask is ours. The first is right, the second adds
// processes up, the third is wrong and known to be, the fourth is wrong as well.
const tiny = `{"panels": [{"type": "row", "title": "Notifier", "panels": [
	{"type": "timeseries", "title": "Notifier Streams Woken", "targets": [
		{"expr": "sum by (stream) (rate(synapse_notifier_users_woken_by_stream_total{server_name=\"$server_name\",job=~\"$job\"}[${bucket_size}]))"},
		{"expr": "no_such_metric", "hide": true}]},
	{"type": "timeseries", "title": "Presence Stream Fetch Type Rates", "targets": [
		{"expr": "sum by (server_name, type, instance) (rate(synapse_handler_presence_get_updates_total[5m])) + 1"}]}]},
	{"type": "row", "title": "Requests"},
	{"type": "timeseries", "title": "Total CPU Usage by Endpoint", "targets": [
		{"expr": "rate(synapse_http_server_in_flight_requests_ru_utime_seconds_total[5m]) + rate(synapse_http_server_in_flight_requests_ru_stime_seconds_total[5m])"}]},
	{"type": "timeseries", "title": "Non-sync avg response time", "targets": [{"expr": "vector(7)"}]},
	{"type": "row", "title": "GC"},
	{"type": "heatmap", "title": "GC durations", "targets": [{"expr": "sum(rate(python_gc_time_bucket[$bucket_size])) by (le)"}]}]}`

func TestTinyDashboard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tiny.json")
	if err := os.WriteFile(path, []byte(tiny), 0o600); err != nil {
		t.Fatal(err)
	}
	panels, err := readDashboard(path)
	if err != nil {
		t.Fatal(err)
	}
	real, err := recorded()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = real.close() })
	compared, err := compareAll(t.Context(), panels, []server{real, real})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]result{
		"Notifier Streams Woken": same, "Presence Stream Fetch Type Rates": different, "Total CPU Usage by Endpoint": addedUp,
		"Non-sync avg response time": different, "GC durations": same,
	}
	for _, c := range compared {
		if c.results[0] != want[c.title] {
			t.Errorf("%s: %s, want %s", c.title, c.results[0], want[c.title])
		}
	}
	left := unexplained(compared)
	if len(left) != 1 || left[0].title != "Presence Stream Fetch Type Rates" {
		t.Errorf("unexplained: %v", left)
	}
	told, page := tell(compared), report(compared)
	if !strings.Contains(told, "not explained: Notifier / Presence Stream Fetch Type Rates") {
		t.Error(told)
	}
	if !strings.Contains(page, "| other numbers without a reason | 1 | 1 |") || strings.Contains(page, "Streams Woken") {
		t.Errorf("the page must have the count and no title of theirs:\n%s", page)
	}
}

// A panel that no graph stands for is a hole in the table.
func TestPanelWithoutAGraph(t *testing.T) {
	if _, err := compareAll(t.Context(), []panel{{row: "Requests", title: "Of tomorrow"}}, nil); err == nil {
		t.Error("no error")
	}
}

func TestCompare(t *testing.T) {
	of := func(process string, value float64) line {
		return line{map[string]string{"process": process}, map[int64]float64{1: value, 2: value}}
	}
	all := line{map[string]string{}, map[int64]float64{1: 3, 2: 3}}
	for name, c := range map[string]struct {
		theirs, ours [][]line
		want         result
	}{
		"both empty":              {nil, nil, nothing},
		"empty there":             {[][]line{nil}, [][]line{{all}}, onlyOurs},
		"empty here":              {[][]line{{all}}, [][]line{nil}, onlyTheir},
		"one of several views":    {[][]line{{of("a", 1), of("b", 2)}}, [][]line{{all}, {of("b", 2), of("a", 1)}}, same},
		"rounded":                 {[][]line{{of("a", 1+1e-12)}}, [][]line{{of("a", 1)}}, same},
		"off by a millionth":      {[][]line{{of("a", 1+1e-6)}}, [][]line{{of("a", 1)}}, different},
		"processes of a whole":    {[][]line{{of("a", 1), of("b", 2)}}, [][]line{{all}}, addedUp},
		"two metrics of a whole":  {[][]line{{of("a", 1)}, {of("b", 2)}}, [][]line{{all}}, addedUp},
		"a whole of layers":       {[][]line{{all}}, [][]line{{of("a", 1), of("b", 2)}}, addedUp},
		"one process is missing":  {[][]line{{of("a", 1)}}, [][]line{{all}}, different},
		"a point is missing here": {[][]line{{all}}, [][]line{{{all.labels, map[int64]float64{1: 3}}}}, different},
	} {
		if got := compare(c.theirs, c.ours); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestAsk(t *testing.T) {
	got := ask(`rate(x{server_name="$server_name",job=~"$job"}[$bucket_size]) + rate(y[10m])`, "a.example", "[60s]")
	if want := `rate(x{server_name="a.example",job=~".*"}[60s]) + rate(y[60s])`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for expression, want := range map[string]bool{
		"rate(x[5m])": true, "histogram_quantile(0.75, x)": false, "histogram_quantile(0.99, rate(x))": true,
		"histogram_quantile(0.9, sum(x) by (le))": true, "histogram_quantile(0.9, rate(x))": false,
	} {
		if isDrawn(expression) != want {
			t.Errorf("%s: %t", expression, !want)
		}
	}
}

// What a panel does wrong is said wherever its numbers are others.
func TestMisledPanelsSayWhy(t *testing.T) {
	for _, g := range graph.All {
		for _, p := range g.Replaces {
			if p.Differs && p.Wrong == "" {
				t.Errorf("%s / %s", p.Row, p.Title)
			}
		}
	}
}
