package transactions

import (
	"regexp"
	"strings"
)

// jobs are transactions that nobody's request waits for: Synapse's timers run them, or an admin's purge does. They may
// lead the list for minutes without harm. Source: every desc in synapse/storage of Synapse 1.160 whose callers are
// looping calls or purges only.
var jobs = []string{
	// hourly and daily numbers
	"read_forward_extremities", "get_known_servers", "_get_stats_for_federation_staging", "generate_user_daily_visits",
	"count_daily_users", "count_monthly_users", "count_r30v2_users", "count_daily_user_type", "count_daily_active_rooms",
	"count_daily_active_e2ee_rooms", "count_daily_sent_messages", "count_daily_sent_e2ee_messages", "count_messages",
	"count_e2ee_messages",
	// rows that are too old
	"_prune_old_user_ips", "_prune_old_outbound_device_pokes", "_cleanup_transactions", "_cleanup_old_transaction_ids",
	"_delete_old_forward_extrem_cache", "_delete_old_federation_inbox_rows", "_delete_expired_sticky_events",
	"_reap_stale_read_write_locks", "reap_monthly_active_users", "clean_up_old_cache_invalidations",
	"cull_expired_threepid_validation_tokens", "delete_expired_login_tokens", "delete_expired_sessions",
	"delete_old_sliding_sync_connections", "delete_old_ui_auth_sessions", "delete_old_otks_for_next_user_batch",
	"prune_device_lists_changes_in_room", "prune_device_lists_changes_in_room_get_max_stream_id",
	"prune_device_lists_changes_in_room_get_stream_id", "get_expired_url_cache", "delete_url_cache",
	"get_url_cache_media_before", "delete_url_cache_media", "_censor_redactions_fetch", "_update_censor_txn",
	"get_rooms_for_retention_period_in_range",
	// counts of notifications, summed up
	"_rotate_notifs", "_handle_new_receipts_for_notifs_txn", "_remove_old_push_actions_that_have_rotated",
	"_clear_old_push_actions_staging", "_find_stream_orderings_for_times",
	// purges and the state groups that they leave
	"purge_history", "purge_room", "purge_room_state", "purge_unreferenced_state_groups",
	"get_next_state_group_collection_to_delete", "get_next_state_groups_marked_for_deletion",
	"mark_state_groups_as_pending_deletion", "get_max_state_group",
}

// schemaUpdates are transactions of updates that run in the background after an upgrade, apart from those whose name
// says so. Source: the handlers of background updates in Synapse 1.160.
var schemaUpdates = []string{
	"background_updates", "background_update_progress", "background_analyze_new_stream_ordering_column",
	"validate_constraint_in_background_check", "validate_constraint_in_background_validate",
	"threads_backfill", "_chain_cover_index", "_purged_chain_cover_index", "_cleanup_device_federation_outbox",
	"_delete_account_data_for_deactivated_users", "_delete_backup_keys_for_deactivated_users", "_devices_last_seen_update",
	"_event_fix_redactions_bytes", "_flag_existing_quarantined_media.flag_quarantined", "_redactions_received_ts",
	"_rejected_events_metadata_event_auth", "_rejected_events_metadata_get", "_rejected_events_metadata_state_events",
	"_remove_deactivated_pushers", "_remove_deleted_email_pushers", "_remove_stale_pushers",
	"_remove_devices_from_device_inbox_txn", "_resign_events._fetch_next_events", "_resign_events._write_events_txn",
	"drop_invalid_event_edges", "drop_media_indices_without_method", "drop_null_thread_id_indexes_txn",
	"event_arbitrary_relations", "event_store_labels", "events_populate_state_key_rejections",
	"get_tombstoned_directory_rooms", "insert_room_retention", "set_device_id_for_pushers", "user_ips_analyze",
	"user_ips_dups_get_last_seen", "user_ips_dups_remove", "users_set_deactivated_flag",
}

// schemaUpdatePrefixes begin the names of updates that fill a table or a column.
var schemaUpdatePrefixes = []string{
	"_background_", "populate_user_directory", "populate_stats_", "_populate_stats_", "populate_full_user_id_",
}

// schemaUpdatePart is in the names of most updates of the last years.
const schemaUpdatePart = "_bg_update"

// Maintenance is the regular expression of PromQL for the transactions that Synapse runs by itself: Jobs, or SchemaUpdates, which
// an upgrade started.
var (
	Jobs          = named(jobs)
	SchemaUpdates = named(schemaUpdates) + "|.*" + schemaUpdatePart + ".*|(" + strings.Join(schemaUpdatePrefixes, "|") + ").*"
	Maintenance   = Jobs + "|" + SchemaUpdates
)

func named(names []string) string { return strings.ReplaceAll(strings.Join(names, "|"), ".", "[.]") }

var isMaintenance = regexp.MustCompile("^(?:" + Maintenance + ")$")

// IsMaintenance tells whether a transaction is one that Synapse runs by itself.
func IsMaintenance(transaction string) bool { return isMaintenance.MatchString(transaction) }
