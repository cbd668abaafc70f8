package simulate

import (
	"math"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/database"
)

// newExtremities exposes the hourly count of forward extremities per room, which only the main process makes, and not
// in its first hour. The rooms are those that lab/database writes.
func newExtremities(p *Process) {
	var extremities, excess []float64
	for _, room := range database.Rooms(database.Options{
		Seed: p.simulation.options.Seed, ServerName: p.simulation.options.ServerName,
		Healthy: !p.troubled(), Now: p.simulation.options.End,
	}) {
		if room.Extremities == 0 {
			continue
		}
		extremities = append(extremities, float64(room.Extremities))
		if room.StateEvents > 0 {
			excess = append(excess, float64((room.Extremities-1)*room.StateEvents))
		}
	}
	exposeSnapshot(p, "synapse_forward_extremities", sourceBounds["synapse_forward_extremities"], extremities)
	exposeSnapshot(p, "synapse_excess_extremity_events", sourceBounds["synapse_excess_extremity_events"], excess)
}

// exposeSnapshot imitates prometheus_client's gauge histogram: the last bound is printed "inf", and the number and sum
// of the values are gauges of their own.
func exposeSnapshot(p *Process, family string, bounds []float64, values []float64) {
	known := func(value float64) func() float64 {
		return func() float64 {
			if p.simulation.now.Sub(p.started) < time.Hour {
				return math.NaN()
			}
			return value
		}
	}
	sum := 0.0
	counts := make([]float64, len(bounds))
	for _, value := range values {
		sum += value
		for i, bound := range bounds {
			if value <= bound {
				counts[i]++
			}
		}
	}
	for i, bound := range bounds {
		text := printNumber(bound)
		if math.IsInf(bound, 1) {
			text = "inf"
		}
		p.registry.computedNamed(family, family+"_bucket", known(counts[i]), "le", text)
	}
	p.registry.computed(family+"_gcount", known(float64(len(values))))
	p.registry.computed(family+"_gsum", known(sum))
}
