package simulate

import "time"

// Process is one process of the simulated homeserver.
type Process struct {
	simulation *Simulation
	role       role
	number     int
	registry   *registry
	models     []model
	series     []*series
	started    time.Time
	generation int
	tally      tally
}

// model plays one subsystem of one process.
type model interface {
	advance(step)
	// reset forgets what a restart of the process loses, beyond its instruments.
	reset()
}

// Name is the process's job and index, whatever the scheme of labels makes of them.
func (p *Process) Name() string { return p.role.job + "/" + p.role.index }

// Labels are those that the scrape configuration gives this process.
func (p *Process) Labels() map[string]string { return p.simulation.options.Scheme(p.targets()[0]) }

func newProcess(s *Simulation, r role, number int, t *template, m *modelTables, started time.Time) (*Process, error) {
	p := &Process{simulation: s, role: r, number: number, started: started,
		registry: newRegistry(t, s.options.ServerName)}
	if err := p.build(m); err != nil {
		return nil, err
	}
	if p.registry.err != nil {
		return nil, p.registry.err
	}
	p.series = p.registry.all()
	p.label()
	return p, nil
}

// label writes down what each series is called in Prometheus.
func (p *Process) label() {
	for _, one := range p.series {
		one.stored = nil
		for _, target := range p.targets() {
			one.store(p.simulation.options.Scheme(target), p.simulation.options.Size)
		}
	}
}

// build registers the models in the order in which they feed each other.
func (p *Process) build(m *modelTables) error {
	transactions, err := newTransactions(p, m)
	if err != nil {
		return err
	}
	caches, err := newCaches(p, m, transactions)
	if err != nil {
		return err
	}
	requests, err := newRequests(p, m)
	if err != nil {
		return err
	}
	activities, err := newActivities(p, m)
	if err != nil {
		return err
	}
	p.models = append(p.models, caches, transactions, requests, activities,
		newEvents(p), newFederation(p), newPresence(p), newStateResolution(p), newReplication(p),
		newGarbageCollection(p), newResources(p), newSurroundings(p))
	if p.number == mainProcess {
		newExtremities(p)
	}
	p.models = append(p.models, newRest(p)...)
	return nil
}

func (p *Process) advance(s step) {
	p.tally = tally{}
	s.tally = &p.tally
	for _, m := range p.models {
		m.advance(s)
	}
}

// restart forgets every counter, as a new Python process does. In Kubernetes it has another pod and another address.
func (p *Process) restart(at time.Time) {
	p.started = at
	p.generation++
	p.label()
	p.registry.reset()
	for _, m := range p.models {
		m.reset()
	}
}

func (p *Process) troubled() bool { return p.simulation.options.Profile == Troubled }
