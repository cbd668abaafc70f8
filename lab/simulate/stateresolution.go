package simulate

// stateResolution plays the resolving of conflicting room states while events are persisted.
type stateResolution struct {
	groups            *histogram
	cpuAll, dbAll     *histogram
	cpuMost, dbMost   *counter
	count             shape
	cpu, db           shape
	perSecond, ofMost float64
}

func newStateResolution(p *Process) *stateResolution {
	if p.number != persister {
		return &stateResolution{}
	}
	r := p.registry
	one := &stateResolution{
		groups:  r.histogram("synapse_state_number_state_groups_in_resolution", sourceBounds["synapse_state_number_state_groups_in_resolution"]),
		cpuAll:  r.histogram("synapse_state_res_cpu_for_all_rooms_seconds", defaultBounds),
		dbAll:   r.histogram("synapse_state_res_db_for_all_rooms_seconds", defaultBounds),
		cpuMost: r.counter("synapse_state_res_cpu_for_biggest_room_seconds_total"),
		dbMost:  r.counter("synapse_state_res_db_for_biggest_room_seconds_total"),
	}
	one.perSecond, one.ofMost = 0.2, 0.3
	one.count = weighted(one.groups.bounds, map[float64]float64{2: 0.9, 3: 0.1})
	one.cpu, one.db = logNormal(defaultBounds, 0.008, 0.8), logNormal(defaultBounds, 0.01, 0.8)
	if p.troubled() {
		one.perSecond, one.ofMost = 0.3, 0.8
		one.count = weighted(one.groups.bounds, map[float64]float64{2: 0.5, 3: 0.1, 10: 0.15, 50: 0.25})
		one.cpu, one.db = logNormal(defaultBounds, 0.23, 1.1), logNormal(defaultBounds, 0.28, 1.0)
	}
	return one
}

func (one *stateResolution) advance(s step) {
	if one.groups == nil {
		return
	}
	n := one.perSecond * s.load * s.noise.around(keyOf("state resolution"), s.at) * s.seconds
	one.groups.observe(n, one.count)
	one.cpuAll.observe(n, one.cpu)
	one.dbAll.observe(n, one.db)
	one.cpuMost.add(n * one.cpu.mean * one.ofMost)
	one.dbMost.add(n * one.db.mean * one.ofMost)
	s.tally.cpu += n * one.cpu.mean
}

func (one *stateResolution) reset() {}
