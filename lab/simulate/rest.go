package simulate

import "strings"

// storedUptime is how long the server of the stored scrape had run.
const storedUptime = 690.0

// restScale: a busy server does this much more of everything that no model plays.
const restScale = 4

// restPlacements say which processes expose the families that no model plays, by the start of their names; the first
// match counts.
var restPlacements = []struct{ prefix, placement string }{
	{"synapse_federation_known_servers", "all"},
	{"synapse_federation_server_number_inbound", "all"},
	{"synapse_federation_server_oldest_inbound", "all"},
	{"synapse_federation_server", "federation-in"},
	{"synapse_federation", "sender"},
	{"synapse_http_matrixfederationclient", "sender"},
	{"synapse_event_processing", "sender"},
	{"synapse_rate_limit", "federation-in"},
	{"synapse_storage_events", "persister"},
	{"synapse_handlers_sync", "clients"},
	{"synapse_notifier", "clients"},
	{"synapse_user_", "main"},
	{"synapse_admin", "main"},
	{"synapse_non_deactivated", "main"},
	{"synapse_device_lists", "main"},
	{"synapse_scheduler", "main"},
	{"", "all"},
}

// fixed is a model of what does not move but by its counters' rates.
type fixed struct {
	counters []scaled
	timings  []timing
}

// newRest plays the families that no other model claimed as the stored scrape has them: counters and histograms grow
// at the rate seen there, gauges keep their value.
func newRest(p *Process) []model {
	rest := &fixed{}
	for _, f := range p.registry.template.families {
		if p.registry.claimed[f.name] || strings.HasPrefix(f.name, "synapse_forward_") || strings.HasPrefix(f.name, "synapse_excess_") {
			continue
		}
		part := restShare(f.name, p.number)
		if part == 0 {
			continue
		}
		rest.add(p.registry, f, part)
	}
	return []model{rest}
}

func restShare(name string, process int) float64 {
	for _, rule := range restPlacements {
		if strings.HasPrefix(name, rule.prefix) {
			part, _ := share(rule.placement, process)
			return part
		}
	}
	return 0
}

func (rest *fixed) add(r *registry, f *family, part float64) {
	if f.kind == "histogram" {
		for _, stored := range f.histograms() {
			h := r.histogram(f.name, stored.bounds, flatten(stored.labels)...)
			rest.timings = append(rest.timings, timing{
				histogram: h,
				spread:    shape{fractions: stored.fractions, mean: stored.sum / max(stored.count, 1)},
				perSecond: stored.count / storedUptime * restScale * part,
				key:       keyOf(f.name),
			})
		}
		return
	}
	for _, stored := range f.samples {
		if f.kind == "counter" {
			rest.counters = append(rest.counters, scaled{
				r.counter(f.name, flatten(stored.labels)...), stored.value / storedUptime * restScale * part, keyOf(f.name)})
			continue
		}
		r.gauge(f.name, flatten(stored.labels)...).set(stored.value)
	}
}

func (rest *fixed) advance(s step) {
	for _, c := range rest.counters {
		c.advance(s)
	}
	for _, t := range rest.timings {
		t.advance(s)
	}
}

func (rest *fixed) reset() {}
