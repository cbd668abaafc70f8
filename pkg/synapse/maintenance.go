package synapse

import "strings"

// maintenance are transactions of jobs that run by themselves and may lead the list for minutes without harm. Source:
// Synapse's background updates, hourly extremity metric, purge jobs and statistics.
var maintenance = []string{
	"read_forward_extremities", "_delete_old_forward_extrem_cache", "_delete_state_groups", "get_unreferenced_state_groups",
	"delete_unreferenced_state_groups", "generate_monthly_active_users", "generate_user_daily_visits", "count_daily_users",
	"reap_monthly_active_users", "prune_old_user_ips", "_prune_old_user_ips", "purge_history", "purge_room",
	"_purge_history_txn", "delete_old_received_transactions", "_cleanup_transactions", "_censor_redactions",
	"rotate_notifs", "_rotate_notifs", "_remove_old_push_actions_that_have_rotated", "_clear_old_push_actions_staging",
	"_delete_expired_url_cache_media", "delete_url_cache", "delete_old_current_state_delta_stream",
}

// maintenanceParts are name parts of schema updates that run in the background after an upgrade.
var maintenanceParts = []string{"background_update", "_bg_update", "populate_stats_process", "populate_user_directory", "background_deduplicate"}

// IsMaintenance tells whether a transaction belongs to Synapse's own housekeeping.
func IsMaintenance(transaction string) bool {
	for _, name := range maintenance {
		if transaction == name {
			return true
		}
	}
	for _, part := range maintenanceParts {
		if strings.Contains(transaction, part) {
			return true
		}
	}
	return false
}
