package transactions

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

var (
	cost  = CostThresholds.In(nil)
	calls = CallsThresholds.In(nil)
)

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name, desc                             string
		perSecond, mean, allCost, allCalls, by float64 // by: times last week's cost, 0: not comparable
		want                                   Verdict
		severity                               limits.Severity
	}{
		{"half of the whole", "get_rooms", 20, 0.1, 4, 2000, 0, Hot, limits.Warning},
		{"just below half of the whole", "get_rooms", 19.9, 0.1, 4, 2000, 0, Slow, limits.OK},
		{"half of very little", "get_rooms", 4.9, 0.1, 0.98, 2000, 0, Slow, limits.OK},
		{"grown and critical", "get_rooms", 20, 0.1, 10, 2000, 2, Hot, limits.Critical},
		{"just not grown", "get_rooms", 20, 0.05, 10, 2000, 1.99, Quiet, limits.OK},
		{"grown, but cheap", "get_rooms", 20, 0.01, 2, 2000, 5, Quiet, limits.Info},
		{"grown, but a small part", "get_rooms", 4.9, 0.1, 10, 2000, 5, Slow, limits.OK},
		{"rare and very long, half of the whole", "get_all_new_event_ids_stream", 0.5, 4, 4, 2000, 0, Slow, limits.Warning},
		{"rare and long, little in all", "get_room_summary", 0.2, 2, 10, 2000, 0, Slow, limits.OK},
		{"long, but next to nothing in all", "get_room_summary", 0.001, 2, 10, 2000, 0, Quiet, limits.OK},
		{"writing events leads", PersistEvents, 20, 0.09, 3, 2000, 1, Quiet, limits.Info},
		{"writing events grew", PersistEvents, 20, 0.09, 3, 2000, 3, Hot, limits.Warning},
		{"often and cheap", "get_user_by_id", 400, 0.001, 10, 2000, 1, Chatty, limits.OK},
		{"often and cheap, grown", "get_user_by_id", 400, 0.002, 10, 2000, 4, Hot, limits.Warning},
		{"often, but one of many such", "get_user_by_id", 399, 0.001, 10, 2000, 1, Quiet, limits.OK},
		{"not often enough", "get_user_by_id", 99, 0.001, 10, 200, 1, Quiet, limits.OK},
		{"often, but each takes its time", "get_room_summary", 400, 0.005, 10, 2000, 1, Quiet, limits.OK},
		{"maintenance may lead", "read_forward_extremities", 20, 0.1, 3, 2000, 9, Routine, limits.Info},
		{"maintenance is not chatty", "_rotate_notifs", 400, 0.001, 10, 2000, 1, Routine, limits.OK},
		{"an idle server has no problem", "get_rooms", 0.5, 0.2, 0.19, 2, 9, Quiet, limits.OK},
	} {
		u := Usage{Name: c.desc, Calls: c.perSecond, Cost: c.perSecond * c.mean, AllCost: c.allCost, AllCalls: c.allCalls}
		if c.by > 0 {
			u.CostBefore = limits.At(u.Cost / c.by)
		}
		verdict, severity := u.Verdict(cost, calls), u.CostSeverity(cost)
		if verdict != c.want || severity != c.severity {
			t.Errorf("%s: %s and %s, want %s and %s", c.name, verdict, severity, c.want, c.severity)
		}
		if verdict == Hot && severity < limits.Warning || verdict == Chatty && !u.CalledTooOften(calls) {
			t.Errorf("%s: the table is red where the check is not", c.name)
		}
	}
}

func TestOverridesReachTheVerdict(t *testing.T) {
	own := map[string]settings.Threshold{"database-cost": {Warning: limits.At(5)}, "database-chatty": {Warning: limits.At(500)}}
	u := Usage{Name: "get_rooms", Calls: 400, Cost: 1.9, AllCalls: 500, AllCost: 3}
	if got := u.Verdict(cost, calls); got != Hot {
		t.Errorf("%s", got)
	}
	if got := u.Verdict(CostThresholds.In(own), calls); got != Chatty {
		t.Errorf("%s", got)
	}
	if got := u.Verdict(CostThresholds.In(own), CallsThresholds.In(own)); got != Quiet {
		t.Errorf("%s", got)
	}
}

func TestNewTransaction(t *testing.T) {
	u := Usage{Name: "x", Calls: 10, Cost: 1, AllCalls: 100, AllCost: 4, CostBefore: limits.At(0)}
	if !u.Grown() || u.CostSeverity(cost) != limits.Warning {
		t.Error("what cost nothing a week ago has grown")
	}
}

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
