package synapse

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func TestIsMaintenance(t *testing.T) {
	for name, want := range map[string]bool{
		"background_updates": true, "background_update_progress": true, "_background_replace_stream_ordering_column": true,
		"_sliding_sync_joined_rooms_bg_update._get_rooms_to_update_txn": true, "redo_max_depth_bg_update": true,
		"populate_user_directory_temp_read": true, "_populate_stats_process_rooms": true, "populate_full_user_id_profiles": true,
		"_background_deduplicate_state": true, "threads_backfill": true,
		"read_forward_extremities": true, "generate_user_daily_visits": true, "_prune_old_user_ips": true, "_rotate_notifs": true,
		"_remove_old_push_actions_that_have_rotated": true, "purge_unreferenced_state_groups": true, "purge_history": true,
		"purge_room": true, "_delete_old_forward_extrem_cache": true, "clean_up_old_cache_invalidations": true,
		// What requests, federation or the sender wait for is no housekeeping, however its name sounds.
		"persist_events": false, "get_user_by_id": false, "_get_state_groups_from_groups": false, "do_fetch": false,
		"has_completed_background_updates": false, "store_state_group.insert_full_state": false, "get_rooms_with_many_extremities": false,
		"_update_client_ips_batch": false, "delete_devices": false, "count_users": false, "drop_lock": false, "mark_state_groups_as_persisting": false,
		"get_prev_events_for_room": false, "update_room_state": false, "": false,
	} {
		if got := IsMaintenance(name); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
}

func TestMetricRate(t *testing.T) {
	if got := TransactionCount.Rate(`{desc="x"}`, "[60s]"); got != `(rate(synapse_storage_transaction_time_count_total{desc="x"}[60s]) or rate(synapse_storage_transaction_time_count{desc="x"}[60s]))` {
		t.Error(got)
	}
	if got := (Metric{Name: "m"}).Rate("{}", "[60s]"); got != "rate(m{}[60s])" {
		t.Error(got)
	}
}

func TestLabelOf(t *testing.T) {
	label, metrics, err := LabelOf("transaction")
	if err != nil || label != "desc" || metrics != `__name__=~"synapse_storage_transaction_time_count_total|synapse_storage_transaction_time_count"` {
		t.Errorf("%s, %s, %v", label, metrics, err)
	}
	if _, _, err := LabelOf("room"); err == nil || !strings.Contains(err.Error(), "Valid kinds: cache, index, instance, job, serverName, transaction") {
		t.Errorf("%v", err)
	}
}

// oneAnswer answers each query with as many samples, and keeps it.
type oneAnswer struct {
	samples int
	asked   []string
}

func (o *oneAnswer) Instant(_ context.Context, promql string, _ time.Time) (model.Vector, []string, error) {
	o.asked = append(o.asked, promql)
	return slices.Repeat(model.Vector{{}}, o.samples), nil, nil
}

func (o *oneAnswer) Range(context.Context, string, time.Time, time.Time, time.Duration) (model.Matrix, []string, error) {
	return nil, nil, nil
}

func TestFindIdentity(t *testing.T) {
	for _, c := range []struct {
		name       string
		configured []string
		twice      int
		want       string
		asks       int
	}{
		{"job and index are unique", nil, 0, "server_name, job, index", 1},
		{"job and index repeat", nil, 2, "server_name, job, index, instance", 1},
		{"configured", []string{"pod"}, 2, "server_name, pod", 0},
	} {
		metrics := &oneAnswer{samples: c.twice}
		s := query.NewSession(query.Request{Filters: query.Filters{Job: []string{"x"}, ServerName: []string{"a.org"}}}, query.TimeRange{}, time.Time{},
			query.Options{ProcessLabels: c.configured}, metrics, nil)
		identity, err := FindIdentity(t.Context(), s)
		if err != nil || identity.By() != c.want || len(metrics.asked) != c.asks {
			t.Errorf("%s: %s, %v after %q", c.name, identity.By(), err, metrics.asked)
		}
		for _, promql := range metrics.asked {
			if !strings.HasPrefix(promql, "count by (server_name, job, index)") || !strings.Contains(promql, `server_name="a.org"`) {
				t.Errorf("labels are unique on a homeserver or not: %s", promql)
			}
		}
	}
}

func TestIdentityMissing(t *testing.T) {
	main, worker := &model.Sample{Metric: model.Metric{"job": "s", "pod": "main-0"}}, &model.Sample{Metric: model.Metric{"job": "s", "rack": "7"}}
	labels := Identity{"job", "pods", "rack", "pod"}
	if got := labels.Values(); got != "count by (job, pods, rack, pod) (synapse_storage_schedule_time_count)" {
		t.Error(got)
	}
	for _, c := range []struct {
		processes model.Vector
		want      []string
	}{
		{model.Vector{main, worker}, []string{"pods"}}, // one process with the label is enough
		{model.Vector{main}, []string{"pods", "rack"}},
		{nil, nil},
	} {
		if got := labels.Missing(c.processes); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.processes, got, c.want)
		}
	}
	if len(labels) != 4 || labels[1] != "pods" {
		t.Errorf("the labels themselves were changed: %q", labels)
	}
}

func TestIdentityName(t *testing.T) {
	m := model.Metric{"job": "synapse", "index": "2", "instance": "host:9000"}
	for _, c := range []struct {
		identity Identity
		want     string
	}{
		{Identity{"job", "index"}, "synapse/2"},
		{Identity{"job", "index", "instance"}, "synapse/2/host:9000"},
		{Identity{"job", "pod"}, "synapse"},
		{Identity{"pod"}, "synapse/2/host:9000"}, // a label that is not there names nothing
	} {
		if got := c.identity.Name(m); got != c.want {
			t.Errorf("%v: %q, want %q", c.identity, got, c.want)
		}
	}
}
