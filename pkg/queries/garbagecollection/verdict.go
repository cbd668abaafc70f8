package garbagecollection

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"

// The verdicts.
const (
	spikes    = "spikes"
	slow      = "slow"
	expensive = "expensive"
	starting  = "starting"
	fine      = "fine"
)

// judge says how the collections of a generation are. pause are the thresholds of the check gc-pauses in force.
func (r row) judge(pause limits.Levels) (verdict, explanation string) {
	switch {
	case r.uptime != nil && *r.uptime < limits.Warm.Value:
		return starting, startingText()
	case r.mean != nil && pause.Grade(*r.mean) >= limits.Warning && r.collections >= limits.EnoughCollections.Value:
		return slow, slowText(*r.mean, r.perHour)
	case r.longest != nil && *r.longest >= limits.LongPause.Value:
		return spikes, spikesText(*r.longest)
	case r.share >= limits.Collecting.Value:
		return expensive, expensiveText(r.share)
	}
	return fine, ""
}
