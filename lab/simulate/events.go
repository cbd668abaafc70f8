package simulate

// events plays the persisting of events, and every process's position in their stream.
type events struct {
	kinds       []eventKind
	persisted   *counter
	extremities *histogram
	stale       *histogram
	now, old    shape
	deltas      []delta
	positions   []*gauge
	position    *gauge
}

type eventKind struct {
	counter *counter
	share   float64
}

// delta is a counter of what persisting an event leads to now and then.
type delta struct {
	counter  *counter
	perEvent float64
}

var deltaShares = []struct {
	kind     string
	perEvent float64
}{
	{"state_delta", 0.38}, {"state_delta_single_event", 0.17}, {"state_delta_reuse_delta", 0.15},
	{"state_resolutions_during_persistence", 0.03}, {"potential_times_prune_extremities", 0.02},
	{"times_pruned_extremities", 0.002},
}

// eventShares: who sends what.
var eventShares = []struct {
	kind, origin string
	share        float64
}{
	{"m.room.encrypted", "local", 0.19}, {"m.room.message", "local", 0.13}, {"m.room.member", "local", 0.015},
	{"m.room.redaction", "local", 0.01}, {"*other*", "local", 0.05}, {"m.room.create", "local", 0.001},
	{"m.room.encrypted", "remote", 0.12}, {"m.room.message", "remote", 0.28}, {"m.room.member", "remote", 0.14},
	{"m.room.redaction", "remote", 0.014}, {"*other*", "remote", 0.05},
}

// positionNames: which loops follow the events stream in which process.
var positionNames = map[int][]string{
	mainProcess: {"delayed_events", "user_dir", "presence", "stats"},
	sender:      {"federation_sender"},
}

func newEvents(p *Process) *events {
	r := p.registry
	e := &events{position: r.gauge("synapse_event_persisted_position")}
	for _, name := range positionNames[p.number] {
		e.positions = append(e.positions, r.gauge("synapse_event_processing_positions", "name", name))
	}
	if p.number != persister {
		return e
	}
	e.persisted = r.counter("synapse_storage_events_persisted_events_total")
	for _, s := range eventShares {
		e.kinds = append(e.kinds, eventKind{r.counter("synapse_storage_events_persisted_events_sep_total",
			"type", s.kind, "origin_type", s.origin), s.share})
	}
	const name = "synapse_storage_events_forward_extremities_persisted"
	e.extremities = r.histogram(name, r.bounds(name))
	// Events of the rooms with many extremities are few, but each is resolved over all of them.
	shares := map[float64]float64{1: 0.93, 2: 0.06, 3: 0.01}
	if p.troubled() {
		shares = map[float64]float64{1: 0.885, 2: 0.06, 3: 0.015, 11: 0.01, 14: 0.006, 24: 0.005, 40: 0.004, 213: 0.015}
	}
	e.now = weighted(e.extremities.bounds, shares)
	const stale = "synapse_storage_events_stale_forward_extremities_persisted"
	e.stale = r.histogram(stale, r.bounds(stale))
	e.old = weighted(e.stale.bounds, map[float64]float64{0: 0.82, 1: 0.16, 2: 0.02})
	for _, d := range deltaShares {
		e.deltas = append(e.deltas, delta{r.counter("synapse_storage_events_" + d.kind + "_total"), d.perEvent})
	}
	return e
}

func (e *events) advance(s step) {
	e.position.set(float64(int64(s.position)))
	for _, position := range e.positions {
		position.set(float64(int64(s.position)))
	}
	if e.persisted == nil {
		return
	}
	whole := 0.0 // events are whole, so their number is the sum of the kinds' and not of their parts
	for _, kind := range e.kinds {
		kind.counter.add(s.events * kind.share)
		whole += kind.counter.read()
	}
	e.persisted.add(whole - e.persisted.value)
	e.extremities.observe(s.events, e.now)
	e.stale.observe(s.events, e.old)
	for _, d := range e.deltas {
		d.counter.add(s.events * d.perEvent)
	}
}

func (e *events) reset() {}
