package synapse

import (
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Role is what a process does, told from what it did: the names of jobs are hints only, and an idle worker or a role
// that is configured but unused can't be told.
type Role struct {
	Name   string
	metric string
	with   query.Matcher
	// once: it happens at the start of the process or hourly, so what counts is whether it ever happened.
	once bool
}

// Roles in the order in which they are listed for a process that has several. Source: which process runs what, read in
// Synapse 1.157 and 1.160.
var Roles = []Role{
	{Name: "main", metric: jobStarts, with: query.Equal("name", "background_updates"), once: true},
	{Name: "background tasks", metric: jobStarts, with: `name=~"generate_total_users|send_dummy_events_to_fill_extremities"`, once: true},
	{Name: "event persister", metric: "synapse_storage_events_persisted_events_total"},
	{Name: "event creator", metric: requests, with: `servlet=~"RoomSendEventRestServlet|RoomStateEventRestServlet|RoomRedactEventRestServlet|RoomMembershipRestServlet|RoomCreateRestServlet"`},
	{Name: "sync", metric: requests, with: `servlet=~"SyncRestServlet|SlidingSyncRestServlet|EventStreamRestServlet|InitialSyncRestServlet"`},
	{Name: "federation reader", metric: requests, with: query.Equal("servlet", "FederationSendServlet")},
	{Name: "federation sender", metric: jobStarts, with: query.Equal("name", "federation_transaction_transmission_loop")},
	{Name: "media", metric: requests, with: `servlet=~"UploadServlet|AsyncUploadServlet|DownloadResource|ThumbnailResource|FederationMediaDownloadServlet|FederationMediaThumbnailServlet"`},
	{Name: "pusher", metric: jobStarts, with: `name=~"httppush.process|emailpush.process"`},
	{Name: "user directory", metric: jobStarts, with: query.Equal("name", "user_directory.notify_new_event")},
	{Name: "presence", metric: jobStarts, with: query.Equal("name", "persist_presence_changes")},
	// A monolith tells nobody of its streams. Events and presence have roles of their own; every process writes caches.
	{Name: "stream writer", metric: "synapse_replication_tcp_resource_stream_updates_total",
		with: `stream_name=~"typing|receipts|to_device|account_data|push_rules|device_lists|thread_subscriptions"`},
}

const (
	jobStarts = "synapse_background_process_start_count_total"
	requests  = "synapse_http_server_requests_received_total"
)

// RolesQuery gives one series per process and role, labelled role, valued by how much the process did of it: within the
// window, or since its start for what happens once.
func (i Identity) RolesQuery(f query.Filters, window string) string {
	parts := make([]string, len(Roles))
	for k, r := range Roles {
		did := "increase(" + r.metric + f.Selector(r.with) + window + ")"
		if r.once {
			did = r.metric + f.Selector(r.with)
		}
		parts[k] = fmt.Sprintf(`label_replace(sum by (server_name, %s) (%s) > 0, "role", %q, "", "")`, i.Labels(), did, r.Name)
	}
	return strings.Join(parts, " or ")
}
