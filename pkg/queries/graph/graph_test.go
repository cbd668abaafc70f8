package graph

import (
	"regexp"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

var selected = process.Selection{Filters: query.Filters{ServerName: []string{"a.org"}, Index: []string{"1"}}, Window: "[60s]"}

func TestPromQL(t *testing.T) {
	for id, want := range map[string]string{
		"database-time": `sum by (server_name) ((rate(synapse_storage_transaction_time_sum_total{index="1",server_name="a.org"}[60s]) or ` +
			`rate(synapse_storage_transaction_time_sum{index="1",server_name="a.org"}[60s])))`,
		"requests-cpu": `sum by (server_name, servlet) (rate(synapse_http_server_response_ru_utime_seconds_total{index="1",server_name="a.org",servlet="x"}[60s]) + ` +
			`rate(synapse_http_server_response_ru_stime_seconds_total{index="1",server_name="a.org",servlet="x"}[60s]))`,
		"federation-staging": `max by (server_name) (synapse_federation_server_number_inbound_pdu_in_staging{index="1",server_name="a.org"})`,
		"replication-queue":  `max by (server_name, stream_name) (synapse_replication_tcp_command_queue{index="1",server_name="a.org",stream_name="x"})`,
		"cache-entries":      `sum by (server_name) (synapse_util_caches_cache_size{index="1",server_name="a.org"})`,
		"cpu":                `rate(process_cpu_seconds_total{index="1"}[60s])`,
		"event-lag": `max by (server_name, name) (clamp_min(-1 * (synapse_event_processing_positions{index="1",server_name="a.org",name="x"} - on (server_name) ` +
			`group_left () max by (server_name) (synapse_event_persisted_position{server_name="a.org"})), 0))`,
	} {
		g := find(t, id)
		var matchers []query.Matcher
		for _, label := range g.By {
			matchers = append(matchers, query.Equal(label, "x"))
		}
		got := strings.ReplaceAll(g.promql(selected, matchers...), `server_name="a.org",index="1"`, `index="1",server_name="a.org"`)
		if got != want {
			t.Errorf("%s asks\n%s, want\n%s", id, got, want)
		}
	}
}

func find(t *testing.T, id string) Graph {
	t.Helper()
	for _, g := range All {
		if g.ID == id {
			return g
		}
	}
	t.Fatalf("no graph %s", id)
	return Graph{}
}

// Every graph is declared whole, and groups by what tells its lines apart.
func TestCatalogue(t *testing.T) {
	seen, id := map[string]bool{}, regexp.MustCompile(`^[a-z][a-z-]+$`)
	for _, g := range All {
		if seen[g.ID] || !id.MatchString(g.ID) || g.Section == "" || g.Title == "" || !strings.HasSuffix(g.Help, ".") || g.Unit == "" || len(g.By) > 1 {
			t.Errorf("%+v", g)
		}
		seen[g.ID] = true
		promql := g.promql(selected)
		if len(metrics.In(promql)) == 0 {
			t.Errorf("%s reads no declared metric: %s", g.ID, promql)
		}
		by := strings.Join(append([]string{"server_name"}, g.By...), ", ")
		if grouped := strings.Contains(promql, " by ("+by+") ("); grouped == g.processes {
			t.Errorf("%s does not group by %s: %s", g.ID, by, promql)
		}
	}
}
