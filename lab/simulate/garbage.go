package simulate

import "time"

// garbageCollection plays CPython's collector, which stops the process while it works.
type garbageCollection struct {
	p           *Process
	generations []generation
}

type generation struct {
	perSecond            float64
	time                 *histogram
	spread               shape
	collections, objects *counter
	unreachable          *gauge
	key                  uint64
}

func newGarbageCollection(p *Process) *garbageCollection {
	r := p.registry
	bounds := r.bounds("python_gc_time")
	g := &garbageCollection{p: p}
	for _, one := range []struct {
		name                     string
		perSecond, median, sigma float64
		objects                  float64
	}{{"0", 0.35, 0.0022, 0.7, 1100}, {"1", 0.03, 0.008, 0.7, 700}, {"2", 0.0022, 0.22, 0.35, 250}} {
		created := generation{
			perSecond:   one.perSecond,
			time:        r.histogram("python_gc_time", bounds, "gen", one.name),
			spread:      logNormal(bounds, one.median, one.sigma),
			collections: r.counter("python_gc_collections_total", "generation", one.name),
			objects:     r.counter("python_gc_objects_collected_total", "generation", one.name),
			unreachable: r.gauge("python_gc_unreachable_total", "gen", one.name),
			key:         keyOf("gc", p.role.key(), one.name),
		}
		r.counter("python_gc_objects_uncollectable_total", "generation", one.name)
		created.time.hidden = true
		created.unreachable.set(one.objects)
		g.generations = append(g.generations, created)
	}
	return g
}

func (g *garbageCollection) advance(s step) {
	for _, one := range g.generations {
		n := one.perSecond * s.load * s.noise.around(one.key, s.at) * s.seconds
		one.time.observe(n, one.spread)
		one.collections.add(n)
		one.objects.add(n * one.unreachable.value)
		s.tally.gcSeconds += n * one.spread.mean
	}
	for _, pause := range g.plantedPauses(s) {
		oldest := g.generations[len(g.generations)-1]
		oldest.time.observeOne(pause)
		oldest.collections.add(1)
		oldest.objects.add(90_000)
		s.tally.gcSeconds += pause
		s.tally.longTicks = append(s.tally.longTicks, pause+0.03)
	}
	s.tally.cpu += s.tally.gcSeconds
}

// longPause is how long a collection takes that stops a process in each step.
const longPause = 4.0

// plantedPauses are the long collections that fall into this step.
func (g *garbageCollection) plantedPauses(s step) []float64 {
	if g.p.Name() == g.p.simulation.options.Pausing {
		return []float64{longPause}
	}
	if !g.p.troubled() || g.p.role.job != PlantedPauses.Job || g.p.role.index != PlantedPauses.Index {
		return nil
	}
	first := s.end.Add(-PlantedPauses.BeforeEnd)
	var found []float64
	for i, seconds := range PlantedPauses.Seconds {
		at := first.Add(time.Duration(i) * PlantedPauses.Every)
		if at.After(s.from) && !at.After(s.at) {
			found = append(found, seconds)
		}
	}
	return found
}

func (g *garbageCollection) reset() {}
