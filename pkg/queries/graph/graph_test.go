package graph

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// asked is the PromQL of a graph in a scope.
func asked(t *testing.T, id string, s scope) string {
	t.Helper()
	g, found := Find(id)
	if !found {
		t.Fatalf("no graph %s", id)
	}
	s.own, s.processes = g.By, g.split
	return g.term(s)
}

var selected = scope{Selection: process.Selection{Filters: query.Filters{ServerName: []string{"a.org"}, Index: []string{"1"}}, Window: "[60s]"},
	identity: process.NewIdentity("job", "index")}

func TestPromQL(t *testing.T) {
	const of = `{index="1",server_name="a.org"}`
	for id, want := range map[string]string{
		"database-time": `sum by (server_name) ((rate(synapse_storage_transaction_time_sum_total` + of + `[60s]) or rate(synapse_storage_transaction_time_sum` + of + `[60s])))`,
		"background-cpu": `sum by (server_name, name) (rate(synapse_background_process_ru_utime_seconds_total` + of + `[60s]) + ` +
			`rate(synapse_background_process_ru_stime_seconds_total` + of + `[60s]))`,
		"federation-staging": `max by (server_name) (synapse_federation_server_number_inbound_pdu_in_staging` + of + `)`,
		"replication-queue":  `max by (server_name, stream_name) (synapse_replication_tcp_command_queue` + of + `)`,
		"cpu": `max by (server_name, job, index) (count by (server_name, job, index, instance) (synapse_storage_schedule_time_count` + of + `) * 0 + ` +
			`on (job, index, instance) group_left () (max by (job, index, instance) (rate(process_cpu_seconds_total{index="1"}[60s]))))`,
		"event-lag": `max by (server_name, name) (clamp_min(-1 * (synapse_event_processing_positions` + of + ` - on (server_name) ` +
			`group_left () max by (server_name) (synapse_event_persisted_position{server_name="a.org"})), 0))`,
	} {
		if got := asked(t, id, selected); got != want {
			t.Errorf("%s asks\n%s, want\n%s", id, got, want)
		}
	}
}

// Numbers that decide come from the graph's check: none is left to fill in, and none was typed.
func TestWorryHasNoNumbersOfItsOwn(t *testing.T) {
	sourced := []string{"100%", "10 s", limits.Collecting.String()} // all there is; Prometheus' default; filled in
	number := regexp.MustCompile(`[{}]|[0-9.]+ ?(s|ms|%|min|h)\b|[0-9.]+%`)
	for _, g := range All {
		c, _ := checks.Find(g.Check)
		known := slices.Clone(sourced)
		for _, l := range c.Limits {
			known = append(known, l.String())
		}
		for _, word := range number.FindAllString(g.Worry, -1) {
			if !slices.Contains(known, strings.TrimSpace(word)) && word != "99%" && word != "90%" { // names of lines
				t.Errorf("%s: %q in %q has no source", g.ID, word, g.Worry)
			}
		}
	}
}

// Levels are ranked by their maximum, rates by their total and ratios by their numerator.
func TestRanks(t *testing.T) {
	s := scope{Selection: process.Selection{Window: "[600s]"}, whole: "[600s:60s]"}
	for id, want := range map[string]string{
		"replication-queue": `max_over_time((max by (server_name, stream_name) (synapse_replication_tcp_command_queue{}))[600s:60s])`,
		"requests":          `sum by (server_name, servlet) (rate(synapse_http_server_requests_received_total{}[600s]))`,
		"transactions-mean": `sum by (server_name, desc) ((rate(synapse_storage_transaction_time_sum_total{}[600s]) or rate(synapse_storage_transaction_time_sum{}[600s])))`,
	} {
		if got := asked(t, id, s); got != want {
			t.Errorf("%s is ranked by\n%s, want\n%s", id, got, want)
		}
	}
}

// Every graph is declared whole, and groups by labels that its metrics have.
func TestCatalogue(t *testing.T) {
	seen, id := map[string]bool{}, regexp.MustCompile(`^[a-z][a-z-]+$`)
	for _, g := range All {
		if seen[g.ID] || !id.MatchString(g.ID) || g.Section == "" || g.Title == "" || g.Unit == "" || (g.term == nil) == (g.buckets == nil) || len(g.Metrics()) == 0 {
			t.Errorf("%+v", g)
		}
		if seen[g.Title] || !strings.HasSuffix(g.Help, ".") || g.Worry != "" && !strings.HasSuffix(g.Worry, ".") {
			t.Errorf("%s: %q, %q, %q", g.ID, g.Title, g.Help, g.Worry)
		}
		seen[g.ID], seen[g.Title] = true, true
		if _, known := checks.Find(g.Check); g.Check != "" && !known {
			t.Errorf("%s names the check %q", g.ID, g.Check)
		}
		if l := g.Levels; l != nil && (l.Source == "" || l.Warning >= l.Critical) {
			t.Errorf("%s: levels %+v", g.ID, l)
		}
		for _, label := range g.By {
			if label != partLabel && label != "le" && !slices.ContainsFunc(g.Metrics(), func(m *metrics.Metric) bool { return slices.Contains(m.Labels, label) }) {
				t.Errorf("%s: none of its metrics has the label %s", g.ID, label)
			}
		}
	}
}

// Homeservers stay apart, and no graph names another homeserver or a room.
func TestGraphsKeepHomeserversApartAndHideOthers(t *testing.T) {
	by := regexp.MustCompile(`(?:sum|max|min|count) by \(([^)]*)\)`)
	for _, g := range All {
		if g.term == nil {
			continue
		}
		text := asked(t, g.ID, selected)
		if first := by.FindStringSubmatch(text); first == nil || !strings.HasPrefix(first[1], "server_name") {
			t.Errorf("%s: %s", g.ID, text)
		}
		for _, label := range []string{"destination_server_name", "origin_server_name", "room_id"} {
			if strings.Contains(text, label) {
				t.Errorf("%s tells %s", g.ID, label)
			}
		}
	}
}

func TestFormats(t *testing.T) {
	for id, want := range map[string]string{"cpu": "series", "inbound-duration": "series quantiles heatmap", "extremities": "series heatmap"} {
		if g, _ := Find(id); strings.Join(g.Formats(), " ") != want {
			t.Errorf("%s: %s, want %s", id, g.Formats(), want)
		}
	}
}

// How many panels each row of Synapse's own dashboard has (1.157): every one has a graph, and none has two.
var rowsThere = map[string]int{
	"Overview": 6, "Process info": 8, "Event persistence": 7, "Requests": 7, "Background jobs": 3, "Federation": 14, "Federation rate limiter": 6,
	"Pushes": 2, "Push Rule Cache": 5, "Database": 6, "Per-block metrics": 7, "Caches": 5, "Response caches": 2, "GC": 6, "Replication": 7,
	"Event processing loop positions": 3, "Extremities": 11, "MAU": 2, "Notifier": 2, "Appservices": 2, "Presence": 3, "External Cache": 4,
}

func TestParity(t *testing.T) {
	rows, seen := map[string]int{}, map[Panel]string{}
	for _, g := range All {
		for _, p := range g.Replaces {
			key := Panel{Row: p.Row, Title: p.Title}
			if seen[key] != "" {
				t.Errorf("%v is replaced by %s and %s", key, seen[key], g.ID)
			}
			seen[key] = g.ID
			rows[p.Row]++
		}
	}
	for row, want := range rowsThere {
		if rows[row] != want {
			t.Errorf("%d of the %d panels of %s are replaced", rows[row], want, row)
		}
		delete(rows, row)
	}
	if len(rows) > 0 {
		t.Errorf("no such rows: %v", rows)
	}
}
