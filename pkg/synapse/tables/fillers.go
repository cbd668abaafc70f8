package tables

import "slices"

// Filler is what writes most rows of a table: transactions by the name that Synapse's metrics give them, and in words.
type Filler struct {
	Transactions []string
	Meaning      string
}

// fillers by table. Source: the INSERTs of Synapse 1.163 and the names of the transactions around them.
var fillers = func() map[string]Filler {
	all := map[string]Filler{}
	for _, f := range []struct {
		Filler
		tables []string
	}{
		{Filler{[]string{"persist_events"}, "new events"},
			[]string{"events", "event_json", "event_edges", "event_auth", "event_search", "event_to_state_groups", "event_auth_chain_links", "room_memberships", "current_state_delta_stream"}},
		{Filler{[]string{"persist_events", "add_push_actions_to_staging", "_rotate_notifs"}, "notifications of people who do not read them"}, []string{"event_push_actions", "event_push_actions_staging"}},
		{Filler{[]string{"store_state_group", "store_state_deltas_for_batched", "persist_events", "purge_unreferenced_state_groups", "mark_unreferenced_state_groups_for_deletion_bg_update"},
			"new states of rooms, and jobs that delete old ones: they rewrite the states that build on them"}, []string{StateTable, "state_group_edges", "state_groups"}},
		{Filler{[]string{"persist_events"}, "events of rooms with many forward extremities"}, []string{ExtremitiesTable}},
		{Filler{[]string{"add_local_messages_from_client_to_device_inbox", "add_messages_from_remote_to_device_inbox", "add_messages_to_device_inbox"}, "messages to devices that never sync"}, []string{"device_inbox"}},
		{Filler{[]string{"add_remote_messages_from_client_to_device_inbox", "add_messages_to_device_inbox"}, "messages to devices of homeservers that can't be reached"}, []string{"device_federation_outbox"}},
		{Filler{[]string{"add_device_change_to_stream", "add_device_list_outbound_pokes"}, "changes of devices: logins of users in many rooms"},
			[]string{"device_lists_changes_in_room", "device_lists_stream", "device_lists_outbound_pokes"}},
		{Filler{[]string{"insert_received_event_to_staging"}, "events of other homeservers that wait"}, []string{"federation_inbound_events_staging"}},
		{Filler{[]string{"set_received_txn_response"}, "transactions of other homeservers"}, []string{"received_transactions"}},
		{Filler{[]string{"insert_linearized_receipt"}, "read receipts"}, []string{"receipts_linearized", "receipts_graph"}},
		{Filler{[]string{"update_presence"}, "presence"}, []string{"presence_stream"}},
		{Filler{[]string{"send_invalidation_to_replication"}, "entries that workers must drop from their caches"}, []string{"cache_invalidation_stream_by_instance"}},
		{Filler{[]string{"persist_per_connection_state"}, "connections of sliding sync"}, []string{"sliding_sync_connection_room_configs", "sliding_sync_connection_lazy_members", "sliding_sync_connection_streams"}},
		{Filler{[]string{"record_event_failed_pull_attempt"}, "events that could not be fetched from other homeservers"}, []string{"event_failed_pull_attempts"}},
		{Filler{[]string{"add_access_token_to_user"}, "logins: look for a script that logs in again and again"}, []string{"access_tokens"}},
		{Filler{[]string{"_update_client_ips_batch"}, "addresses of clients"}, []string{"user_ips"}},
	} {
		for _, table := range f.tables {
			all[table] = f.Filler
		}
	}
	return all
}()

// FillerOf tells what fills a table; false where that is not known.
func FillerOf(table string) (Filler, bool) {
	f, ok := fillers[table]
	f.Transactions = slices.Clone(f.Transactions)
	return f, ok
}

// The tables that checks know by name.
const (
	ExtremitiesTable = "stream_ordering_to_exterm"
	StateTable       = "state_groups_state"
)
