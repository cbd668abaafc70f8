package checks

import "slices"

// All is every check, in the order in which the guide would look.
var All = []Check{
	availability,
	trafficDrop,
	requestSurge,
	authentication,
	eventSendTime,
	syncTime,
	cpuSaturation,
	starvation,
	memory,
	openFiles,
	restarts,
	reactorLag,
	databaseLocks,
	databaseCost,
	databaseChatty,
	databaseSlow,
	databasePool,
	databaseConnections,
	sqlite,
	databaseSettings,
	postgresHygiene,
	stateResolution,
	federationPresence,
	federationLag,
	federationSending,
	federationInbound,
	federationDestinations,
	deviceLists,
	appserviceLag,
	replicationLag,
	push,
	rateLimited,
	cacheUndersized,
	cacheMemory,
	extremities,
	extremitiesCorrupt,
	partialState,
	gcPauses,
	workers,
	backgroundUpdates,
	tableGrowth,
	scrapeHealth,
	version,
	metricCoverage,
}

// IDs are the ids of all checks, in their order.
func IDs() []string {
	ids := make([]string, len(All))
	for i, c := range All {
		ids[i] = c.ID
	}
	return ids
}

// Find gives the check of an id.
func Find(id string) (Check, bool) {
	at := slices.IndexFunc(All, func(c Check) bool { return c.ID == id })
	if at < 0 {
		return Check{}, false
	}
	return All[at], true
}

// Wanted gives the named checks; no names means all.
func Wanted(names []string) []Check {
	return slices.DeleteFunc(slices.Clone(All), func(c Check) bool { return len(names) > 0 && !slices.Contains(names, c.ID) })
}

// WithCauses gives the named checks and everything that may explain their findings; no names means all.
func WithCauses(names []string) []Check {
	if len(names) == 0 {
		return All
	}
	wanted := map[string]bool{}
	var add func(id string)
	add = func(id string) {
		if c, ok := Find(id); ok && !wanted[id] {
			wanted[id] = true
			if c.Completions { // its "ok" depends on it
				wanted[availability.ID] = true
			}
			for _, cause := range c.Causes {
				add(cause.Check)
			}
		}
	}
	for _, name := range names {
		add(name)
	}
	return slices.DeleteFunc(slices.Clone(All), func(c Check) bool { return !wanted[c.ID] })
}
