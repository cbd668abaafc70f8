package graph

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

var events = []Graph{
	{
		ID: "events-persisted", Title: "Persisted events by origin", Unit: "cps", By: []string{"origin_type"}, Kind: Stack,
		Help: "local: sent by users of this homeserver. remote: from other homeservers. application_service: from bridges.",
		Replaces: []Panel{panel("Event persistence", "Events Persisted (all workers)", "one line for each process, without a legend"),
			panel("Event persistence", "Events/s Local vs Remote", "a line for each process, type and origin, and only the origin in the legend")},
		term: rate(metrics.PersistedEventsByOrigin),
	},
	{
		ID: "events-by-type", Title: "Persisted events by type", Unit: "cps", By: []string{"type"}, Kind: Stack,
		Help:     "Events stored per second, by type.",
		Worry:    "m.room.member in the lead for long: a flood of joins or invitations.",
		Replaces: []Panel{panel("Event persistence", "Events/s by Type", noUnit)},
		term:     rate(metrics.PersistedEventsByOrigin),
	},
	{
		ID: "memberships", Title: "Persisted memberships by origin", Unit: "cps", By: []string{"origin_type"}, Kind: Stack,
		Help:     "Joins, leaves, invitations and bans stored per second.",
		Replaces: []Panel{panel("Event persistence", "Memberships/s by Origin", "groups by a label that Synapse dropped in 1.143, and shows local ones only")},
		term:     where(rate(metrics.PersistedEventsByOrigin), query.Equal("type", "m.room.member")),
	},
	{
		ID: "messages-a-day", Title: "Messages of the last 24 hours", Unit: "short", Kind: Lines,
		Help: "Messages that users and bridges of this homeserver sent within the 24 hours before each point.",
		term: func(s scope) string {
			sent := metrics.PersistedEventsByOrigin.Series().Increase(s.Filters.Selector(
				query.Matcher(`type=~"m.room.message|m.room.encrypted"`), query.Matcher(`origin_type!="remote"`)), "[1d]")
			return s.join(metrics.PersistedEventsByOrigin, sent)
		},
	},
}

var rooms = []Graph{
	{
		ID: "state-resolution-cpu", Title: "CPU of state resolution", Unit: "none", Check: "state-resolution",
		Help:  "Cores used to resolve conflicting states of rooms. Rooms with many forward extremities raise it.",
		Worry: "Lasting tenths of a core: find the room.",
		term:  rates(metrics.StateResCPU.Sum()),
	},
	{
		ID: "state-resolution-database", Title: "Database time of state resolution", Unit: "none", Check: "state-resolution",
		Help: "Seconds of database time per second.",
		term: rates(metrics.StateResDB.Sum()),
	},
	{
		ID: "state-resolution-rooms", Title: "State resolution: the biggest room and all", Unit: "none", By: []string{partLabel}, Check: "state-resolution",
		Help:     "CPU and database seconds per second. \"biggest\" is the most expensive room of each two minutes.",
		Worry:    "Lines of the biggest room close to those of all: one room is the trouble.",
		Replaces: []Panel{panel("Event persistence", "Stateres worst-case", "nothing to compare the worst room with")},
		term: parts(part{"CPU, biggest", rate(metrics.StateResBiggestCPU)}, part{"CPU, all", rates(metrics.StateResCPU.Sum())},
			part{"database, biggest", rate(metrics.StateResBiggestDB)}, part{"database, all", rates(metrics.StateResDB.Sum())}),
	},
	{
		ID: "state-groups-resolved", Title: "States that one resolution merges", Unit: "short", Check: "state-resolution",
		Help:  "State groups that a state resolution had to reconcile.",
		Worry: "A 99% line above " + limits.ExtremitiesPerRoom.String() + " (the guide's level): rooms have many forward extremities.",
		Replaces: []Panel{misled("Extremities", "Number of state resolution performed, by number of state groups involved (heatmap)", "processes are not added up"),
			panel("Extremities", "Number of state resolutions performed, by number of state groups involved (quantiles)", noUnit)},
		buckets: histogram(metrics.StateGroupsInResolution),
	},
	{
		ID: "extremities", Title: "Rooms by forward extremities", Unit: "short", By: []string{"le"}, Check: "extremities",
		Help:  "Rooms with more than so many forward extremities, counted every hour.",
		Worry: "Rooms above {extremitiesPerRoom} (the guide's level): look for them in \"Synapse: rooms and database\"; the more, the more state resolution costs.",
		Replaces: []Panel{panel("Extremities", "Number of rooms, by number of forward extremities in room", "empty as soon as a worker persists events"),
			misled("Extremities", "Room counts, by number of extremities", "counts the rooms up to each bound: the few that need attention are hidden in the largest numbers")},
		buckets: histogram(metrics.ForwardExtremities),
	},
	{
		ID: "extremities-at-events", Title: "Forward extremities at each event", Unit: "short", Check: "extremities",
		Help: "Forward extremities of the room at every stored event that changed them: busy rooms count more.",
		Replaces: []Panel{misled("Extremities", "Events persisted, by number of forward extremities in room (heatmap)", "wrong with a second event persister"),
			panel("Extremities", "Events persisted, by number of forward extremities in room (quantiles)", noUnit)},
		buckets: histogram(metrics.ExtremitiesPersisted),
	},
	{
		ID: "extremities-stale", Title: "Stale forward extremities at each event", Unit: "short", Check: "extremities",
		Help: "Branches of the room that a stored event left in place.",
		Replaces: []Panel{misled("Extremities", "Events persisted, by number of stale forward extremities in room (heatmap)", "wrong with a second event persister"),
			panel("Extremities", "Events persisted, by number of stale forward extremities in room (quantiles)", noUnit)},
		buckets: histogram(metrics.StaleExtremitiesPersisted),
	},
	{
		ID: "extremities-excess", Title: "Rooms by cost of their extremities", Unit: "short", By: []string{"le"}, Check: "extremities",
		Help:    "Rooms with more than so many excess extremities times state events, counted every hour: the cost, not the number.",
		Worry:   "Rooms in the highest lines: state resolution in them is expensive.",
		buckets: histogram(metrics.ExcessExtremityEvents),
	},
	{
		ID: "extremities-pruned", Title: "Dropping of forward extremities", Unit: "cps", By: []string{partLabel}, Check: "extremities",
		Help:     "State resolutions while storing events, how often Synapse looked for extremities to drop, and how often it dropped some.",
		Worry:    "Many resolutions and nothing dropped: look at the rooms.",
		Replaces: []Panel{panel("Extremities", "Stale extremity dropping", noUnit)},
		term: parts(part{"state resolutions", rate(metrics.StateResolutionsAtPersist)}, part{"looked", rate(metrics.PruneAttempts)},
			part{"dropped", rate(metrics.Prunes)}),
	},
	{
		ID: "state-dag-extremities", Title: "Extremities of the state (MSC4242)", Unit: "short",
		Help: "Forward extremities of the state at each stored event, in rooms of an experiment only.",
		Replaces: []Panel{panel("Extremities", "Events persisted, by number of state DAG forward extremities in room (quantiles)", noUnit),
			misled("Extremities", "Events persisted, by number of state DAG forward extremities in room (heatmap)", "wrong with a second event persister")},
		buckets: histogram(metrics.StateDAGExtremitiesPersisted),
	},
}
