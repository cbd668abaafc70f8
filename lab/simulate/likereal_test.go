package simulate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/matrix-insight/synapse-datasource/lab/testdata"
)

// notScraped are families that a real Synapse exposes, but the stored scrape lacks, with the reason.
var notScraped = map[string]string{
	"synapse_forward_extremities":            "appears one hour after start (storage/databases/main/metrics.py)",
	"synapse_forward_extremities_gcount":     "as above; prometheus_client prints a gauge histogram's count apart",
	"synapse_forward_extremities_gsum":       "as above",
	"synapse_excess_extremity_events":        "appears one hour after start (storage/databases/main/metrics.py)",
	"synapse_excess_extremity_events_gcount": "as above",
	"synapse_excess_extremity_events_gsum":   "as above",
}

// notSampled are families of the stored scrape that had no series there, with the labels from Synapse's source.
var notSampled = map[string]string{
	"synapse_http_server_in_flight_requests_count":             "method,server_name,servlet", // while a request runs
	"synapse_replication_tcp_protocol_outbound_commands_total": "command,name,server_name",   // testdata/versions
	"synapse_replication_tcp_protocol_inbound_commands_total":  "command,name,server_name",   // testdata/versions
	"synapse_http_httppusher_badge_updates_processed_total":    "server_name",                // testdata/versions
	"synapse_http_httppusher_badge_updates_failed_total":       "server_name",                // testdata/versions
	"synapse_http_httppusher_http_pushes_processed_total":      "server_name",                // testdata/versions
	"synapse_http_httppusher_http_pushes_failed_total":         "server_name",                // testdata/versions
	"synapse_external_cache_set_total":                         "cache_name,server_name",     // testdata/versions
	"synapse_external_cache_get_total":                         "cache_name,hit,server_name", // testdata/versions
	"synapse_external_cache_response_time_seconds":             "method,server_name",         // testdata/versions
	"synapse_http_client_responses_total":                      "code,method,server_name",    // testdata/versions
	"synapse_http_client_requests_total":                       "method,server_name",         // testdata/versions
	"synapse_appservice_api_sent_transactions_total":           "server_name,service",        // testdata/versions
	"synapse_appservice_api_sent_events_total":                 "server_name,service",        // testdata/versions
	"synapse_appservice_api_sent_todevice_total":               "server_name,service",        // testdata/versions
	"synapse_appservice_api_sent_ephemeral_total":              "server_name,service",        // testdata/versions
	"synapse_pushers": "app_id,kind,server_name", // testdata/versions
	"synapse_room_message_list_rest_servlet_response_time_seconds":      "room_size,server_name",   // testdata/versions
	"synapse_federation_client_sent_queries_total":                      "server_name,type",        // testdata/versions
	"synapse_federation_server_received_queries_total":                  "server_name,type",        // federation_server.py
	"synapse_handler_presence_federation_presence_out_total":            "server_name",             // handlers/presence.py
	"synapse_handler_presence_get_updates_total":                        "server_name,type",        // handlers/presence.py
	"synapse_notifier_notified_events_total":                            "server_name",             // notifier.py
	"synapse_notifier_users_woken_by_stream_total":                      "server_name,stream",      // notifier.py
	"synapse_outgoing_replication_requests_total":                       "code,name,server_name",   // replication/http/_base.py
	"synapse_replication_tcp_protocol_inbound_rdata_count_total":        "server_name,stream_name", // replication/tcp/handler.py
	"synapse_replication_tcp_resource_stream_updates_total":             "server_name,stream_name", // replication/tcp/resource.py
	"synapse_sliding_sync_processing_time":                              "initial,server_name",     // handlers/sliding_sync
	"synapse_state_number_state_groups_in_resolution":                   "server_name",             // state/__init__.py
	"synapse_state_res_cpu_for_all_rooms_seconds":                       "server_name",             // state/__init__.py
	"synapse_state_res_cpu_for_biggest_room_seconds_total":              "server_name",             // state/__init__.py
	"synapse_state_res_db_for_all_rooms_seconds":                        "server_name",             // state/__init__.py
	"synapse_state_res_db_for_biggest_room_seconds_total":               "server_name",             // state/__init__.py
	"synapse_storage_events_potential_times_prune_extremities_total":    "server_name",             // persist_events.py
	"synapse_storage_events_state_resolutions_during_persistence_total": "server_name",             // persist_events.py
	"synapse_storage_events_times_pruned_extremities_total":             "server_name",             // persist_events.py
}

func TestTheExpositionIsLikeAReal(t *testing.T) {
	stored, err := testdata.SynapseMetrics()
	if err != nil {
		t.Fatal(err)
	}
	real := parseLines(t, stored)
	s := newTestSimulation(t, Troubled, 1)
	s.Advance(testEnd.Add(-5 * time.Hour))
	simulated := map[string]*shapeOfFamily{}
	for _, p := range s.Processes() {
		text := exposition(t, p)
		parse(t, text) // Prometheus' own parser accepts it
		for name, f := range parseLines(t, text) {
			if known := simulated[name]; known != nil {
				if known.kind != f.kind || known.help != f.help {
					t.Errorf("%s differs between processes", name)
				}
				maps.Copy(known.labels, f.labels)
				maps.Copy(known.bounds, f.bounds)
				continue
			}
			simulated[name] = f
		}
	}
	for name, want := range real {
		got := simulated[name]
		if got == nil {
			t.Errorf("%s is missing", name)
			continue
		}
		if got.kind != want.kind || got.help != want.help {
			t.Errorf("%s: %s %q, want %s %q", name, got.kind, got.help, want.kind, want.help)
		}
		labels := want.labels
		if len(labels) == 0 && len(got.labels) > 0 {
			labels = map[string]bool{notSampled[name]: true}
		}
		if !maps.Equal(got.labels, labels) {
			t.Errorf("%s has the labels %v, want %v", name, keys(got.labels), keys(labels))
		}
		if len(want.bounds) > 0 && !maps.Equal(got.bounds, want.bounds) {
			t.Errorf("%s has the buckets %v, want %v", name, keys(got.bounds), keys(want.bounds))
		}
	}
	for name := range simulated {
		if real[name] == nil && notScraped[name] == "" {
			t.Errorf("%s is no metric of a real Synapse", name)
		}
	}
}

// shapeOfFamily is what must be as in a real exposition; label sets and buckets as text.
type shapeOfFamily struct {
	kind, help     string
	labels, bounds map[string]bool
}

func parseLines(t *testing.T, text []byte) map[string]*shapeOfFamily {
	t.Helper()
	found := map[string]*shapeOfFamily{}
	help := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "# HELP "); ok {
			name, words, _ := strings.Cut(rest, " ")
			help[name] = words
		}
	}
	for name, f := range parse(t, text) {
		one := &shapeOfFamily{kind: f.GetType().String(), help: help[name], labels: map[string]bool{}, bounds: map[string]bool{}}
		for _, m := range f.Metric {
			one.labels[labelNames(m)] = true
			for _, b := range m.GetHistogram().GetBucket() {
				one.bounds[fmt.Sprint(b.GetUpperBound())] = true
			}
		}
		found[name] = one
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 4 && words[1] == "TYPE" && found[words[2]] == nil {
			found[words[2]] = &shapeOfFamily{kind: strings.ToUpper(words[3]), help: help[words[2]], labels: map[string]bool{}, bounds: map[string]bool{}}
		}
	}
	return found
}

func labelNames(m *dto.Metric) string {
	var names []string
	for _, l := range m.Label {
		names = append(names, l.GetName())
	}
	slices.Sort(names)
	return strings.Join(names, ",")
}

func keys(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
