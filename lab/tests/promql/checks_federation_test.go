package promql

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// federationChecks are the checks of these tests.
const federationChecks = `"federation-presence", "federation-lag", "federation-inbound", "federation-destinations", "device-lists",
	"appservice-lag", "state-resolution", "extremities", "extremities-corrupt", "partial-state", "sync-time"`

// steps writes series of eight hours: a counter by what it grows in 15 s, a gauge with "=" before its value.
func steps(labels string, series map[string]string) string {
	var lines strings.Builder
	for name, grows := range series {
		metric, more, _ := strings.Cut(name, "{")
		more = strings.TrimSuffix(more, "}")
		value, gauge := strings.CutPrefix(grows, "=")
		switch {
		case gauge:
			value += "+0x1920"
		case !strings.Contains(grows, "x"):
			value = "0+" + grows + "x1920"
		}
		fmt.Fprintf(&lines, "  %s{%s} %s\n", metric, strings.Trim(labels+","+more, ","), value)
	}
	return lines.String()
}

// oneProcess is what each process of a homeserver exports; busy is its CPU and the busy share of its loop.
func oneProcess(server, index string, busy float64, started int) string {
	whole := fmt.Sprintf(`job="synapse",index=%q,instance="%s:%s"`, index, server, index)
	time := fmt.Sprint(15 * busy)
	return steps(whole, map[string]string{
		"process_cpu_seconds_total": time, "python_twisted_reactor_tick_time_sum": time, "process_start_time_seconds": "=" + fmt.Sprint(started),
	}) + steps(whole+fmt.Sprintf(`,server_name=%q`, server), map[string]string{
		"synapse_storage_schedule_time_count":                                          "10",
		`synapse_background_process_ru_utime_seconds_total{name="persist_events"}`:     "0.5",
		"synapse_federation_server_oldest_inbound_pdu_in_staging":                      "=900000",
		"synapse_federation_server_number_inbound_pdu_in_staging":                      "=800",
		`synapse_rate_limit_reject_total{rate_limiter_name="federation_servlets"}`:     "0.01",
		`synapse_http_server_requests_received_total{method="GET",servlet="Anything"}`: "1",
	})
}

// troubledFederation is a homeserver with everything wrong; its sender is process 2.
func troubledFederation(server string, started int) string {
	labels := func(index string) string {
		return fmt.Sprintf(`job="synapse",index=%q,instance="%s:%s",server_name=%q`, index, server, index, server)
	}
	return oneProcess(server, "1", 0.9, started) + oneProcess(server, "2", 0.5, started) + oneProcess(server, "3", 0.4, started) +
		steps(labels("1"), map[string]string{
			`synapse_background_process_ru_utime_seconds_total{name="presence.notify_new_event"}`:                                    "4",
			`synapse_background_process_ru_utime_seconds_total{name="handle_presence_timeouts"}`:                                     "0.5",
			`synapse_background_process_ru_stime_seconds_total{name="handle_presence_timeouts"}`:                                     "0.15",
			`synapse_http_server_response_ru_utime_seconds_total{method="PUT",servlet="PresenceStatusRestServlet"}`:                  "0.6",
			`synapse_http_server_response_ru_utime_seconds_total{method="POST",servlet="ReplicationPresenceSetState"}`:               "0.15",
			"synapse_handler_presence_presence_updates_total":                                                                        "90",
			"synapse_handler_presence_federation_presence_total":                                                                     "15",
			"synapse_device_lists_changes_conversion_lag_seconds":                                                                    "=4000",
			"synapse_forward_extremities_gcount":                                                                                     "=60",
			`synapse_forward_extremities_bucket{le="10.0"}`:                                                                          "=53",
			`synapse_sliding_sync_processing_time_sum{initial="True"}`:                                                               "42",
			`synapse_sliding_sync_processing_time_count{initial="True"}`:                                                             "60",
			`synapse_sliding_sync_processing_time_bucket{initial="True",le="1.0"}`:                                                   "48",
			`synapse_sliding_sync_processing_time_bucket{initial="True",le="2.5"}`:                                                   "57",
			`synapse_sliding_sync_processing_time_sum{initial="False"}`:                                                              "3000",
			`synapse_sliding_sync_processing_time_count{initial="False"}`:                                                            "60",
			`synapse_http_server_response_count_total{method="GET",servlet="SyncRestServlet",tag="sync_v2:incremental_sync"}`:        "30",
			`synapse_http_server_response_ru_utime_seconds_total{servlet="SyncRestServlet",tag="sync_v2:incremental_sync"}`:          "3",
			`synapse_http_server_response_ru_stime_seconds_total{servlet="SyncRestServlet",tag="sync_v2:incremental_sync"}`:          "0.6",
			`synapse_http_server_response_db_txn_duration_seconds_total{servlet="SyncRestServlet",tag="sync_v2:incremental_sync"}`:   "60",
			`synapse_http_server_response_db_sched_duration_seconds_total{servlet="SyncRestServlet",tag="sync_v2:incremental_sync"}`: "2.4",
			`synapse_http_server_response_db_txn_duration_seconds_total{servlet="SyncRestServlet",tag="sync_v2:initial_sync"}`:       "900",
		}) + steps(labels("2"), map[string]string{
		`synapse_event_processing_lag_by_event_count{name="federation_sender"}`:            "10",
		`synapse_event_processing_lag_by_event_bucket{name="federation_sender",le="10.0"}`: "6",
		`synapse_event_processing_positions{name="federation_sender"}`:                     "0+75x1800 135000+30x119",
		"synapse_federation_client_sent_edus_total":                                        "40",
		`synapse_federation_client_sent_edus_by_type_total{type="m.presence"}`:             "32",
		`synapse_util_metrics_block_count_total{block_name="_send_new_transaction"}`:       "15",
		"synapse_federation_client_sent_transactions_total":                                "0+15x1760 26400+0x159",
		`synapse_event_processing_lag_by_event_count{name="appservice_sender"}`:            "10",
		`synapse_event_processing_lag_by_event_bucket{name="appservice_sender",le="10"}`:   "10",
		`synapse_event_processing_positions{name="appservice_sender"}`:                     "75",
		`synapse_appservice_api_failed_transactions_total{service="irc"}`:                  "0.1",
		`synapse_appservice_api_failed_transactions_total{service="telegram"}`:             "0.1",
		`synapse_appservice_api_sent_transactions_total{service="telegram"}`:               "1",
	}) + steps(labels("3"), map[string]string{
		"synapse_event_persisted_position":                                       "75",
		"synapse_storage_events_persisted_events_total":                          "75",
		"synapse_state_res_cpu_for_all_rooms_seconds_sum":                        "6",
		"synapse_state_res_cpu_for_all_rooms_seconds_count":                      "15",
		"synapse_state_res_db_for_all_rooms_seconds_sum":                         "3",
		"synapse_state_res_cpu_for_biggest_room_seconds_total":                   "4.8",
		"synapse_state_res_db_for_biggest_room_seconds_total":                    "0.3",
		"synapse_storage_events_forward_extremities_persisted_count":             "10",
		`synapse_storage_events_forward_extremities_persisted_bucket{le="10.0"}`: "8",
	})
}

// usualFederation is a homeserver on which nothing is wrong: most of its EDUs are presence, and its processes have time.
func usualFederation(server string) string {
	labels := fmt.Sprintf(`job="synapse",index="1",instance="%s:1",server_name=%q`, server, server)
	return strings.ReplaceAll(strings.ReplaceAll(oneProcess(server, "1", 0.3, 0), "900000+", "40+"), "800+", "2+") + steps(labels, map[string]string{
		`synapse_background_process_ru_utime_seconds_total{name="presence.notify_new_event"}`: "3",
		"synapse_handler_presence_presence_updates_total":                                     "90",
		"synapse_federation_client_sent_edus_total":                                           "40",
		`synapse_federation_client_sent_edus_by_type_total{type="m.presence"}`:                "36",
		"synapse_device_lists_changes_conversion_lag_seconds":                                 "=0",
		`synapse_event_processing_lag_by_event_count{name="federation_sender"}`:               "10",
		`synapse_event_processing_lag_by_event_bucket{name="federation_sender",le="10.0"}`:    "10",
		`synapse_event_processing_positions{name="federation_sender"}`:                        "75",
		`synapse_util_metrics_block_count_total{block_name="_send_new_transaction"}`:          "15",
		"synapse_federation_client_sent_transactions_total":                                   "13",
		"synapse_event_persisted_position":                                                    "75",
		"synapse_storage_events_persisted_events_total":                                       "75",
		"synapse_storage_events_forward_extremities_persisted_count":                          "10",
		`synapse_storage_events_forward_extremities_persisted_bucket{le="10.0"}`:              "10",
		"synapse_forward_extremities_gcount":                                                  "=60",
		`synapse_forward_extremities_bucket{le="10.0"}`:                                       "=53",
		`synapse_sliding_sync_processing_time_sum{initial="True"}`:                            "2",
		`synapse_sliding_sync_processing_time_count{initial="True"}`:                          "60",
		`synapse_sliding_sync_processing_time_bucket{initial="True",le="1.0"}`:                "60",
		`synapse_sliding_sync_processing_time_bucket{initial="True",le="2.5"}`:                "60",
	})
}

func diagnoseFederation(t *testing.T, series string) findings {
	t.Helper()
	options := settings.Settings{ScrapeInterval: 15 * time.Second, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute, DummyEventsThreshold: 10}}
	return diagnose(t, "load 15s\n"+series, eightHours, options, federationChecks)
}

func TestFederationChecks(t *testing.T) {
	all := diagnoseFederation(t, troubledFederation("a.example", 0)+usualFederation("b.example"))
	all.wantOnly(t, map[string]expected{
		"a.example federation-presence synapse/1": {"critical", 0.4, ""},
		"a.example federation-lag synapse/2":      {"critical", 5430, ""},
		"a.example federation-inbound":            {"warning", 900, "state-resolution"},
		"a.example federation-destinations":       {"warning", 0, ""},
		"a.example device-lists":                  {"critical", 4000, "state-resolution"},
		"a.example appservice-lag irc":            {"warning", 24, ""},
		"a.example state-resolution synapse/3":    {"critical", 0.4, "extremities"},
		"a.example extremities":                   {"critical", 0.2, ""},
		"a.example extremities-corrupt":           {"unknown", 0, ""},
		"a.example partial-state":                 {"unknown", 0, ""},
		"a.example sync-time sliding sync":        {"warning", 0.7, "state-resolution"},
		"a.example sync-time sync v2":             {"critical", 2.2, "state-resolution"},
		"b.example federation-presence":           {"ok", 0, ""},
		"b.example federation-lag":                {"ok", 0, ""},
		"b.example federation-inbound":            {"ok", 0, ""},
		"b.example federation-destinations":       {"ok", 0, ""},
		"b.example device-lists":                  {"ok", 0, ""},
		"b.example appservice-lag":                {"ok", 0, ""},
		"b.example state-resolution":              {"ok", 0, ""},
		"b.example extremities":                   {"info", 7, ""},
		"b.example extremities-corrupt":           {"unknown", 0, ""},
		"b.example partial-state":                 {"unknown", 0, ""},
		"b.example sync-time":                     {"ok", 0.033, ""},
	})
	if f := all["a.example extremities"]; f.unit != "percentunit" {
		t.Errorf("extremities by writes: unit %q", f.unit)
	}
	// What has been so all the time is so since the start of the range.
	start := time.Unix(0, 0).Add(2 * time.Hour)
	for _, key := range []string{"federation-presence synapse/1", "federation-inbound", "device-lists", "state-resolution synapse/3", "extremities", "sync-time sync v2"} {
		if since := all["a.example "+key].since; since == nil || !since.Equal(start) {
			t.Errorf("%s since %v, want %v", key, since, start)
		}
	}
}

// TestFederationChecksAfterRestart: nothing that a young process exports alarms, but what the database tells does.
func TestFederationChecksAfterRestart(t *testing.T) {
	for key, f := range diagnoseFederation(t, troubledFederation("a.example", int((eightHours-10*time.Minute).Seconds()))) {
		quiet := f.severity == "ok" || f.severity == "unknown"
		for _, check := range []string{"federation-inbound", "federation-destinations", "device-lists", "appservice-lag irc", "extremities"} {
			quiet = quiet || strings.HasPrefix(key, "a.example "+check)
		}
		if !quiet {
			t.Errorf("%s is %s: %s", key, f.severity, f.evidence)
		}
	}
}

// TestFederationChecksAbsent: what is not exported is unknown, never fine.
func TestFederationChecksAbsent(t *testing.T) {
	all := diagnoseFederation(t, steps(`server_name="c.example",job="synapse",index="1"`, map[string]string{"synapse_storage_schedule_time_count": "1"}))
	if len(all) != 11 {
		t.Errorf("%d rows", len(all))
	}
	for key, f := range all {
		if f.severity != "unknown" {
			t.Errorf("%s is %s: %s", key, f.severity, f.evidence)
		}
	}
}
