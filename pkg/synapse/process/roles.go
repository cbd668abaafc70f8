package process

import (
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Role is what a process does, told from what it did: the names of jobs are hints only, and an idle worker or a role
// that is configured but unused can't be told.
type Role struct {
	Name   string
	series metrics.Series
	with   query.Matcher
	// once: it happens at the start of the process or hourly, so what counts is whether it ever happened.
	once bool
	// workersOnly: the main process does it where no worker is configured to, which is nothing to tell.
	workersOnly bool
}

// Roles in the order in which they are listed for a process that has several. Source: which process runs what, read in
// Synapse 1.157 and 1.160.
var Roles = []Role{
	{Name: "main", series: jobStarts, with: query.Equal("name", "background_updates"), once: true},
	{Name: "background tasks", series: jobStarts, with: `name=~"generate_total_users|send_dummy_events_to_fill_extremities"`, once: true},
	{Name: "event persister", series: metrics.PersistedEvents.Series()},
	{Name: "event creator", series: requests, with: `servlet=~"RoomSendEventRestServlet|RoomStateEventRestServlet|RoomRedactEventRestServlet|RoomMembershipRestServlet|RoomCreateRestServlet"`},
	{Name: "sync", series: requests, with: `servlet=~"SyncRestServlet|SlidingSyncRestServlet|EventStreamRestServlet|InitialSyncRestServlet"`},
	{Name: "federation reader", series: requests, with: query.Equal("servlet", "FederationSendServlet")},
	{Name: "federation sender", series: jobStarts, with: query.Equal("name", "federation_transaction_transmission_loop")},
	{Name: "media", series: requests, with: `servlet=~"UploadServlet|UploadResource|AsyncUploadServlet|DownloadResource|ThumbnailResource|FederationMediaDownloadServlet|FederationMediaThumbnailServlet"`},
	{Name: "pusher", series: jobStarts, with: `name=~"httppush.process|emailpush.process"`},
	{Name: "user directory", series: jobStarts, with: query.Equal("name", "user_directory.notify_new_event")},
	{Name: "presence", series: jobStarts, with: query.Equal("name", "persist_presence_changes")},
	// A monolith tells nobody of its streams. Events and presence have roles of their own; every process writes caches.
	{Name: "stream writer", series: metrics.ReplicationWritten.Series(),
		with: `stream_name=~"typing|receipts|to_device|account_data|push_rules|device_lists|thread_subscriptions"`, workersOnly: true},
}

var (
	jobStarts = metrics.JobStarts.Series()
	requests  = metrics.RequestsReceived.Series()
)

// RolesQuery gives one series per process and role, labelled role, valued by how much the process did of it: within the
// window, or since its start for what happens once.
func (i Identity) RolesQuery(f query.Filters, window string) string {
	parts := make([]string, len(Roles))
	for k, r := range Roles {
		did := r.series.Increase(f.Selector(r.with), window)
		if r.once {
			did = r.series.Of(f.Selector(r.with))
		}
		processes := fmt.Sprintf("sum by (server_name, %s) (%s) > 0", i.Labels(), did)
		if main := Roles[0]; r.workersOnly {
			processes += fmt.Sprintf(" unless on (server_name, %s) %s", i.Labels(), main.series.Of(f.Selector(main.with)))
		}
		parts[k] = fmt.Sprintf(`label_replace(%s, "role", %q, "", "")`, processes, r.Name)
	}
	return strings.Join(parts, " or ")
}
