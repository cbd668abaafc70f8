// Package simulate plays a busy Synapse homeserver: one main process and four workers whose metrics are those of a
// real Synapse 1.160, with problems planted (see planted.go) that the plugin has to find.
//
// The same seed and times give the same numbers. A simulation first writes its past as blocks that a Prometheus
// opens, then goes on: each process has an HTTP handler whose counters continue where the blocks end.
//
// The tables under model/ say how busy a healthy server is: which transaction is called how often, which cache is
// asked how often. The metric names, types, help texts and bucket bounds come from the stored scrape of a real server.
package simulate

import (
	"fmt"
	"sync"
	"time"
)

const (
	fineStep   = 15 * time.Second
	coarseStep = 10 * time.Minute
	// The processes started long enough ago to have lived through the window one week earlier.
	uptimeBeforeStart = 9 * 24 * time.Hour
)

// Profile chooses what kind of server is played.
type Profile int

const (
	// Troubled is a server with every planted problem.
	Troubled Profile = iota
	// Healthy is the same server without them.
	Healthy
)

// Options describe a simulation; the zero value of each field means its default.
type Options struct {
	Seed           uint64
	ServerName     string // default example.org
	Profile        Profile
	FirstPort      int           // of the main process, in the label instance; the workers follow. Default 9101
	Start, End     time.Time     // the past to write; default: the six hours up to now
	ScrapeInterval time.Duration // default 15s
	Scheme         Scheme        // how the targets are labelled; default Static
	Rollout        time.Duration // before End: every process is replaced by a new one; 0 is never
	Pausing        string        // the process that garbage collection stops again and again, as job/index; "" is none
	Silent         string        // the process that does not answer Prometheus in the last SilentFor
	Size           Size          // of what WriteBlocks writes
	Offset         time.Duration // what WriteBlocks adds to each time: no Prometheus scrapes at the full minute
	// Clock, if set, lets every scrape advance the simulation to its time; without it only Advance does.
	Clock func() time.Time
}

func (o Options) withDefaults() Options {
	if o.ServerName == "" {
		o.ServerName = "example.org"
	}
	if o.ScrapeInterval == 0 {
		o.ScrapeInterval = fineStep
	}
	if o.FirstPort == 0 {
		o.FirstPort = 9101
	}
	if o.Scheme == nil {
		o.Scheme = Static
	}
	if o.End.IsZero() {
		o.End = time.Now()
	}
	o.End = o.End.Truncate(o.ScrapeInterval)
	if o.Start.IsZero() {
		o.Start = o.End.Add(-6 * time.Hour)
	}
	o.Start = o.Start.Truncate(o.ScrapeInterval)
	return o
}

// Simulation is one homeserver. It is safe for concurrent use.
type Simulation struct {
	options   Options
	processes []*Process
	restarts  []restart

	mutex    sync.Mutex
	now      time.Time
	position float64 // of the events stream, the same for all processes
}

// New prepares a simulation whose clock stands before the earliest time that WriteBlocks writes.
func New(options Options) (*Simulation, error) {
	options = options.withDefaults()
	if !options.Start.Before(options.End) {
		return nil, fmt.Errorf("the simulated past must end after it starts: %s, %s", options.Start, options.End)
	}
	started := options.Start.Add(-uptimeBeforeStart)
	s := &Simulation{options: options, now: started, position: 5_000_000}
	template, err := loadTemplate()
	if err != nil {
		return nil, err
	}
	model, err := loadModel(options.Profile)
	if err != nil {
		return nil, err
	}
	for number, role := range roles {
		if number > mainProcess && options.Size.MainOnly {
			break
		}
		process, err := newProcess(s, role, number, template, model, started)
		if err != nil {
			return nil, fmt.Errorf("process %s %s: %w", role.job, role.index, err)
		}
		s.processes = append(s.processes, process)
	}
	s.planRestarts()
	return s, nil
}

// Processes lists the homeserver's processes, the main process first.
func (s *Simulation) Processes() []*Process { return s.processes }

// Advance plays until the given time; the clock never goes back.
func (s *Simulation) Advance(to time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if to.Before(s.options.Start) {
		s.advance(to, coarseStep)
		return
	}
	s.advance(s.options.Start, coarseStep)
	s.advance(to, fineStep)
}

func (s *Simulation) advance(to time.Time, longest time.Duration) {
	for s.now.Before(to) {
		length := min(to.Sub(s.now), longest)
		next := s.now.Add(length)
		for _, restart := range s.restarts {
			if s.now.Before(restart.at) && restart.at.Before(next) {
				next = restart.at
			}
		}
		s.step(next.Sub(s.now))
		s.restart(next)
	}
}

func (s *Simulation) step(length time.Duration) {
	s.now = s.now.Add(length)
	step := step{
		at:      s.now,
		from:    s.now.Add(-length),
		seconds: length.Seconds(),
		load:    dailyLoad(s.now),
		noise:   noise{seed: s.options.Seed},
		end:     s.options.End,
	}
	step.events = eventsPerSecond * step.load * step.noise.around(keyOf("events"), s.now) * step.seconds
	s.position += step.events
	step.position = s.position
	for _, process := range s.processes {
		process.advance(step)
	}
}

// restart is a time at which processes start again.
type restart struct {
	at        time.Time
	processes []*Process
}

func (s *Simulation) planRestarts() {
	plan := func(beforeEnd time.Duration, processes ...*Process) {
		at := s.options.End.Add(-beforeEnd).Truncate(s.options.ScrapeInterval).Add(7 * time.Second)
		s.restarts = append(s.restarts, restart{at, processes})
	}
	for _, p := range s.processes {
		if p.troubled() && p.role.job == PlantedRestart.Job && p.role.index == PlantedRestart.Index {
			plan(PlantedRestart.BeforeEnd, p)
		}
	}
	if s.options.Rollout > 0 {
		plan(s.options.Rollout, s.processes...)
	}
}

func (s *Simulation) restart(at time.Time) {
	for _, planned := range s.restarts {
		if !planned.at.Equal(at) {
			continue
		}
		for _, p := range planned.processes {
			p.restart(at)
		}
	}
}
