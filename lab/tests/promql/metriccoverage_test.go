package promql

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/matrix-insight/synapse-datasource/lab/testdata"
	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

var sampleLine = regexp.MustCompile(`^([a-z_]+)(\{[^}]*\})? `)

// storedScrape is what a real Synapse exposed, as the series of one process; without drops some names.
func storedScrape(t *testing.T, without ...string) string {
	t.Helper()
	text, err := testdata.SynapseMetrics()
	if err != nil {
		t.Fatal(err)
	}
	const target = `job="synapse",index="1",instance="host:9000"`
	series := "load 15s\n  up{" + target + "} 1+0x1920\n  scrape_duration_seconds{" + target + "} 0.1+0x1920\n"
	for _, line := range strings.Split(string(text), "\n") {
		m := sampleLine.FindStringSubmatch(line)
		if m == nil || slices.Contains(without, m[1]) {
			continue
		}
		series += fmt.Sprintf("  %s{%s} _x1600 1+1x320\n", m[1], strings.Trim(target+","+strings.Trim(m[2], "{}"), ","))
	}
	return series
}

func statuses(t *testing.T, series, raw string) (status, foundAs, usedBy map[string]string) {
	t.Helper()
	typ, err := queries.Find("metricCoverage")
	if err != nil {
		t.Fatal(err)
	}
	frame := askLastSixHours(t, Load(t, series), typ, nil, raw)[0]
	status, foundAs, usedBy = map[string]string{}, map[string]string{}, map[string]string{}
	get := func(name string, i int) string {
		field, _ := frame.FieldByName(name)
		return field.At(i).(string)
	}
	for i := range frame.Rows() {
		key := get("metric", i) + " " + get("server_name", i)
		status[key], foundAs[key], usedBy[key] = get("status", i), get("found_as", i), get("used_by", i)
	}
	return status, foundAs, usedBy
}

// A real process has everything that is always there; what it lacks comes with an event, a role, a library or an hour.
func TestMetricCoverageOfARealProcess(t *testing.T) {
	const server = " localhost:8481"
	status, foundAs, usedBy := statuses(t, storedScrape(t), `{}`)
	for _, m := range metrics.All() {
		if got, read := status[m.Name+server]; read && m.Exists == metrics.Always && got != "present" {
			t.Errorf("%s is %q", m.Name, got)
		}
	}
	for name, want := range map[string]string{
		"synapse_forward_extremities": "not-yet", "jemalloc_stats_app_memory_bytes": "absent", "up": "present", "scrape_timeout_seconds": "absent",
		"synapse_event_processing_positions": "present", "synapse_appservice_api_failed_transactions_total": "not-yet", "python_gc_time": "present",
	} {
		if got := status[name+server]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := foundAs["python_gc_time"+server]; got != "python_gc_time_count" {
		t.Errorf("found as %q", got)
	}
	for name, reader := range map[string]string{"python_gc_time": "gc-pauses", "process_cpu_seconds_total": "cpu-saturation", "up": "scrape-health", "synapse_util_caches_cache_max_size": "changes"} {
		if !strings.Contains(usedBy[name+server], reader) {
			t.Errorf("%s is used by %q", name, usedBy[name+server])
		}
	}
}

func TestMetricCoverageOfOthers(t *testing.T) {
	older := `
  synapse_storage_schedule_time_count{server_name="old",job="s",instance="o:1"} 0+1x1920
  synapse_storage_transaction_time_count{server_name="old",desc="persist_events",job="s",instance="o:1"} 0+1x1920
`
	status, foundAs, _ := statuses(t, storedScrape(t, "process_cpu_seconds_total")+older, `{}`)
	for key, want := range map[string]string{
		"process_cpu_seconds_total localhost:8481": "absent", "synapse_storage_transaction_time_count_total old": "older-name",
		"synapse_storage_transaction_time_sum_total old": "absent", "process_start_time_seconds old": "absent",
	} {
		if status[key] != want {
			t.Errorf("%s is %q, want %q", key, status[key], want)
		}
	}
	if got := foundAs["synapse_storage_transaction_time_count_total old"]; got != "synapse_storage_transaction_time_count" {
		t.Errorf("found as %q", got)
	}
	only, _, _ := statuses(t, storedScrape(t, "process_cpu_seconds_total"), `{"status": "absent", "serverName": "localhost:8481", "job": "synapse"}`)
	if only["process_cpu_seconds_total localhost:8481"] != "absent" || only["process_start_time_seconds localhost:8481"] != "" {
		t.Errorf("%v", only)
	}
	nothing, _, _ := statuses(t, "load 15s\n  up{job=\"other\"} 1+0x1920\n", `{}`)
	if nothing["synapse_forward_extremities "] != "absent" || nothing["process_cpu_seconds_total "] != "absent" {
		t.Errorf("%v", nothing)
	}
}

func TestMetricCoverageCheck(t *testing.T) {
	old := storedScrape(t)
	always := 0.0
	for _, m := range metrics.All() {
		if m.Exists == metrics.Always {
			always++
		}
	}
	for name, c := range map[string]struct {
		series, server string
		want           expected
	}{
		"all there": {old, "localhost:8481 ", expected{"ok", 0, ""}},
		"one gone":  {strings.ReplaceAll(old, "process_open_fds", "renamed"), "localhost:8481 ", expected{"warning", 1, ""}},
		"all gone":  {"load 15s\n  up{job=\"other\"} 1+0x1920\n", "", expected{"critical", always, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			options := settings.Settings{ScrapeInterval: 15 * time.Second}
			diagnose(t, c.series, eightHours, options, `"metric-coverage"`).wantOnly(t, map[string]expected{c.server + "metric-coverage": c.want})
		})
	}
}

// statements are all PromQL that the query types and checks send to a server like the stored one.
func statements(t *testing.T) map[string][]string {
	t.Helper()
	engine := Load(t, storedScrape(t))
	all := map[string][]string{}
	for _, typ := range queries.All {
		for _, format := range typ.Formats {
			if format.Needs != query.Prometheus {
				continue
			}
			asked := map[string][]map[string]any{typ.ID: {{"format": format.ID}}}
			if typ.ID == "graph" {
				asked[typ.ID] = nil
				for _, g := range graph.All {
					asked[typ.ID] = append(asked[typ.ID], map[string]any{"graph": g.ID})
				}
			}
			for _, one := range asked[typ.ID] {
				raw, err := json.Marshal(one)
				if err != nil {
					t.Fatal(err)
				}
				first := askLastSixHours(t, engine, typ, nil, string(raw))[0] // further frames repeat it, cut short
				for _, statement := range strings.Split(first.Meta.ExecutedQueryString, "\n\n") {
					if !strings.HasPrefix(statement, "… and ") { // of a diagnosis; its checks are asked below
						all[typ.ID] = append(all[typ.ID], statement)
					}
				}
			}
		}
	}
	for _, c := range checks.All {
		scope := checks.Scope{Scrape: 15 * time.Second, Length: time.Hour}
		for _, m := range c.Measures {
			all[c.ID] = append(all[c.ID], m.PromQL(scope))
		}
		if c.Signal != nil {
			all[c.ID] = append(all[c.ID], c.Signal.PromQL(scope))
		}
	}
	return all
}

// addedUp gives the sum or mean, if any, in which series of several processes become one; what only picks others (the
// right side of "and" and "unless") is in no sum. Job and index name one process, under whatever instances it runs.
func addedUp(node parser.Node, path []parser.Node) *parser.AggregateExpr {
	for i := len(path) - 1; i >= 0; i-- {
		switch above := path[i].(type) {
		case *parser.BinaryExpr:
			if (above.Op == parser.LAND || above.Op == parser.LUNLESS) && node == above.RHS {
				return nil
			}
		case *parser.AggregateExpr:
			one := slices.Contains(above.Grouping, "instance") || slices.Contains(above.Grouping, "job") && slices.Contains(above.Grouping, "index")
			switch keepsApart := one != above.Without; {
			case keepsApart:
			case above.Op == parser.SUM || above.Op == parser.AVG:
				return above
			default:
				return nil
			}
		}
		node = path[i]
	}
	return nil
}

// What every process tells of the one database is never added up; what is a process's own is never added up over processes.
func TestHowMetricsAddUp(t *testing.T) {
	// The one graph that adds up the CPU of processes shows what it consists of.
	parts := map[string]bool{"graph process_cpu_seconds_total": true, "graph python_gc_time": true}
	selectors := 0
	for reader, promqls := range statements(t) {
		for _, promql := range promqls {
			if promql == "" {
				continue
			}
			expression, err := parser.NewParser(parser.Options{}).ParseExpr(promql)
			if err != nil {
				t.Errorf("%s: %v", reader, err)
				continue
			}
			parser.Inspect(expression, func(node parser.Node, path []parser.Node) error {
				selector, is := node.(*parser.VectorSelector)
				if !is {
					return nil
				}
				metric, known := metrics.Find(selector.Name)
				if !known {
					return nil
				}
				selectors++
				if by := addedUp(node, path); by != nil && metric.Aggregate != metrics.Sum && !parts[reader+" "+metric.Name] {
					t.Errorf("%s adds up %s, which is %q over processes: %s", reader, metric.Name, metric.Aggregate, by)
				}
				return nil
			})
		}
	}
	if selectors < 300 {
		t.Errorf("%d selectors: too few to have looked at all", selectors)
	}
}
