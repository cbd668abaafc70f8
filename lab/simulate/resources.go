package simulate

// resources plays what the operating system and the reactor see of a process; it sums up the other models.
type resources struct {
	p                 *Process
	cpu, user, system *counter
	memory, virtual   *gauge
	tick              *histogram
	ticks             shape
	lastSeen, open    *gauge
}

// threadPools of a process whose homeserver.yaml says cp_min 5 and cp_max 10, as Synapse's documentation does.
var threadPools = []struct {
	name        string
	least, most float64
}{{"database-master", 5, poolSize}, {"default", 0, 10}, {"gai_resolver", 5, 20}}

func newResources(p *Process) *resources {
	r := p.registry
	bounds := r.bounds("python_twisted_reactor_tick_time")
	one := &resources{
		p:        p,
		cpu:      r.counter("process_cpu_seconds_total"),
		user:     r.counter("process_cpu_user_seconds_total"),
		system:   r.counter("process_cpu_system_seconds_total"),
		memory:   r.gauge("process_resident_memory_bytes"),
		virtual:  r.gauge("process_virtual_memory_bytes"),
		tick:     r.histogram("python_twisted_reactor_tick_time", bounds),
		ticks:    logNormal(bounds, 0.0009, 1.15),
		lastSeen: r.gauge("python_twisted_reactor_last_seen"),
		open:     r.gauge("process_open_fds"),
	}
	r.computed("process_start_time_seconds", func() float64 { return float64(p.started.UnixMilli()) / 1000 })
	r.gauge("process_max_fds").set(one.mayOpen())
	updates := 1.0 // "not started", for ever, on workers
	if p.number == mainProcess {
		updates = 3
	}
	r.gauge("synapse_background_update_status", "database_name", "master").set(updates)
	for _, pool := range threadPools {
		for what, threads := range map[string]float64{"max": pool.most, "min": pool.least, "total": pool.most / 2} {
			r.gauge("synapse_threadpool_"+what+"_threads", "name", pool.name).set(threads)
		}
		r.gauge("synapse_threadpool_working_threads", "name", pool.name)
	}
	return one
}

func (one *resources) advance(s step) {
	base := one.p.role.baseCPU * s.load * s.noise.around(keyOf("cpu", one.p.role.key()), s.at) * s.seconds
	cpu := s.tally.cpu + base
	one.cpu.add(cpu)
	one.user.add(cpu * 0.9)
	one.system.add(cpu * 0.1)
	busy := cpu*0.86 + 0.02*s.seconds
	for _, seconds := range s.tally.longTicks {
		one.tick.observeOne(seconds)
		busy -= seconds
	}
	one.tick.observe(max(0, busy)/one.ticks.mean, one.ticks)
	one.lastSeen.set(0.001 * (1.2 + s.noise.unit(keyOf("seen", one.p.role.key()), uint64(s.at.Unix()))))

	// Memory settles after about a day.
	age := s.at.Sub(one.p.started).Hours()
	resident := (0.28 + 0.75*age/(age+5)) * 1e9 * s.noise.around(keyOf("memory", one.p.role.key()), s.at)
	one.memory.set(float64(int64(resident) / 4096 * 4096))
	one.virtual.set(float64(int64(resident*1.4+6e8) / 4096 * 4096))
	one.open.set(float64(int(60 + 240*s.load)))
	if one.shortOfFiles() {
		one.open.set(float64(int(PlantedFiles.Share * PlantedFiles.Limit)))
	}
}

// shortOfFiles tells whether the process is the planted one that nearly has as many files open as it may.
func (one *resources) shortOfFiles() bool {
	return one.p.troubled() && one.p.role.job == PlantedFiles.Job && one.p.role.index == PlantedFiles.Index
}

func (one *resources) mayOpen() float64 {
	if one.shortOfFiles() {
		return PlantedFiles.Limit
	}
	return 65536
}

func (one *resources) reset() {}
