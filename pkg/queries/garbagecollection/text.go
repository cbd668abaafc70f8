package garbagecollection

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const lookAtMemory = " Check how many entries its caches hold, and its memory over time."

func startingText() string {
	return "Started less than " + limits.Warm.String() + " ago: these are the collections of its start."
}

func slowText(mean, perHour float64) string {
	return "A collection blocks the process for " + words.Seconds(mean) + " on average, " + words.Count(perHour, "time", "times") + " per hour." + lookAtMemory
}

func spikesText(longest float64) string {
	return "At least one collection blocked the process for more than " + words.Seconds(longest) + ", and everyone it serves waited. " +
		"See in the format \"Pauses\" when that was, and whether the process had just started."
}

func expensiveText(share float64) string {
	return "Collections take " + words.Percent(share) + " of its time." + lookAtMemory
}

func warnAbsent(s *query.Session) {
	s.Warn("Prometheus has no %s for this selection and time range. PyPy does not have it; otherwise check that Synapse is scraped and that the filter matches.",
		metrics.GCTime.Name)
}
