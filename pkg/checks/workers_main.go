package checks

import (
	"fmt"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// The commonest mistake with workers: they run, and the reverse proxy still sends everything to the main process.

// movable are requests of clients and other homeservers that any generic worker may serve. Those that only the writer of a stream
// should serve (typing, receipts, device messages, keys, presence) and media are left out. Source: Synapse's manual of workers, 1.163.
const movable = metrics.SyncServlets + "|" + metrics.SendServlets + "|" + metrics.TransactionServlets + "|EventStreamRestServlet|InitialSyncRestServlet|RoomInitialSyncRestServlet|" +
	"RoomMembershipRestServlet|JoinRoomAliasServlet|KnockRoomAliasServlet|RoomCreateRestServlet|RoomMessageListRestServlet|RoomMemberListRestServlet|JoinedRoomMemberListRestServlet|" +
	"JoinedRoomsRestServlet|RoomStateRestServlet|RoomEventContextServlet|RoomEventServlet|RelationPaginationServlet|RoomHierarchyRestServlet|PublicRoomListRestServlet|" +
	"SearchRestServlet|UserDirectorySearchRestServlet|KeyQueryServlet|KeyChangesServlet|WhoamiRestServlet|Federation(State|Event|Backfill|Make|SendJ|SendL|Query|Get|Invite|EventAuth).*"

// proxied are the roles of workers that the proxy's rules give them: an idle process that has another one is not forgotten.
var proxied = []string{"sync", "event creator", "federation reader"}

var (
	movableShare = limits.Limit{Name: "movable", Value: 0.3, Unit: "percentunit", Meaning: "share of the main process's CPU spent on requests that workers may serve", Source: "ours"}

	// movableCPU is that share of each process, by kind of requests, the largest first.
	movableCPU = measure("movable", func(s Scope) string {
		used := func(m *metrics.Metric) string {
			return s.SumPerProcess(s.Rate(m.Series(), workersWindow, movable.Are()), "servlet")
		}
		return fmt.Sprintf("topk by (%s) (20, (%s + %s) / on (%s) group_left () sum by (%s) (%s))", s.PerProcess(), used(metrics.ResponseUserCPU), used(metrics.ResponseSystemCPU),
			s.PerProcess(), s.PerProcess(), s.WithServer(s.Rate(metrics.ProcessCPU.Series(), workersWindow)))
	})
)

// judgeMain finds a saturated main process that serves what idle workers could.
func judgeMain(in Input, members []member) []Finding {
	idle := slices.DeleteFunc(slices.Clone(members), func(m member) bool {
		return m.Value >= idlePeers.Value || slices.ContainsFunc(m.roles, func(r string) bool { return !slices.Contains(proxied, r) })
	})
	if len(idle) == 0 {
		return nil
	}
	return judgeEach(members, func(m member) Finding {
		kinds := in.SamplesFor(movableCPU, m.Sample)
		share := 0.0
		for _, k := range kinds {
			share += k.Value
		}
		if !slices.Contains(m.roles, "main") || m.Value < in.Warning || share < movableShare.Value {
			return Finding{}
		}
		names := make([]string, 0, 3)
		for _, k := range kinds[:min(3, len(kinds))] {
			names = append(names, k.Label("servlet")+" "+words.Percent(k.Value))
		}
		return in.graded(m.Value, Finding{
			Subject: Subject{Name: m.Process()}, Title: "Main process does the workers' requests", Confidence: 0.8,
			Evidence: fmt.Sprintf("The main process was busy for %s of the last hour, and %s of its CPU went into requests that workers may serve (%s). Idle: %s.",
				words.Percent(m.Value), words.Percent(share), words.List(names), words.List(namesOfMembers(idle[:min(3, len(idle))]))),
			Steps: []string{
				"In the reverse proxy, send these paths to the workers: the list for each kind of worker is in the manual (https://element-hq.github.io/synapse/latest/workers.html#available-worker-applications). " +
					"Begin with `/_matrix/client/.*/sync`, by a hash of the user or access token.",
				"Reload the proxy, and check in \"Requests by kind\" that the requests left the main process.",
				noMoreWorkers,
			},
		})
	})
}

func namesOfMembers(members []member) []string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.Process()
	}
	return names
}
