package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/matrix-insight/synapse-datasource/lab/simulate"
	"github.com/matrix-insight/synapse-datasource/lab/testdata"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// The recorded homeservers were used for about so long.
const recordedSeconds = 240

// server is a simulated homeserver: a recorded one whose few minutes go on for days, larger or smaller, with other labels.
type server struct {
	random       *rand.Rand
	scrape       time.Duration
	installed    float64 // before it Prometheus has nothing
	trouble      float64 // when it begins
	daily, noise float64
	processes    []*process
	lines        map[string][]*line // by the metric's name
}

// process is one of its processes. Each of its lives starts where the one before ended, or later.
type process struct {
	server                  *server
	name                    string // main, generic_worker1 ...
	labels                  map[string]string
	offset                  int64
	lives                   [][2]float64
	silentFrom, silentUntil float64
	gone                    bool // after its last life it is no target any more
}

func (p *process) lifeAt(t float64) (began float64, lives bool) {
	for _, life := range p.lives {
		if t >= life[0] && t < life[1] {
			return life[0], true
		}
	}
	return 0, false
}

func (p *process) removed(t float64) bool { return p.gone && t >= p.lives[len(p.lives)-1][1] }

var sampleLine = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)`)
var labelPair = regexp.MustCompile(`([a-z_]+)="((?:[^"\\]|\\.)*)"`)

// shape is what a server is before anything happens to it.
type shape struct {
	recording string // version, or version and "workers"
	scheme    simulate.Scheme
	size      float64       // 1 is the two people of the recording
	age       time.Duration // of the installation; 0 is months
}

// recordings are unpacked once.
var recordings = sync.OnceValues(testdata.Versions)

// phases is how many kinds of noise there are.
const phases = 16

// newServer draws what is left open.
func newServer(seed uint64, like shape) (*server, error) {
	random := rand.New(rand.NewPCG(seed, 11))
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	s := &server{
		random: random, lines: map[string][]*line{},
		scrape: []time.Duration{15 * time.Second, 30 * time.Second, time.Minute}[random.IntN(3)],
		daily:  0.1 + 0.2*random.Float64(), noise: 0.03 + 0.1*random.Float64(),
		trouble: float64(day.Add(time.Duration(random.IntN(24*60)) * time.Minute).Unix()),
	}
	s.installed = s.trouble - 100*86400
	if like.age > 0 {
		s.installed = s.trouble - like.age.Seconds()
	}
	if like.size == 0 {
		like.size = math.Exp(2 * random.Float64()) // up to seven times
	}
	if like.scheme == nil {
		like.scheme = simulate.Static
	}
	scrapes, err := recordings()
	if err != nil {
		return nil, err
	}
	version, kind, _ := strings.Cut(like.recording, " ")
	for _, scrape := range scrapes {
		if scrape.Version != version || scrape.Server != kind {
			continue
		}
		s.add(scrape, like)
		if strings.HasPrefix(scrape.Process, "generic_worker") { // a second one, so that one of two can be sick
			scrape.Process = "generic_worker2"
			s.add(scrape, like)
		}
	}
	if len(s.processes) == 0 {
		return nil, fmt.Errorf("no recording of %q", like.recording)
	}
	return s, nil
}

func (s *server) add(scrape testdata.Scrape, like shape) {
	job, index := strings.TrimRight(scrape.Process, "0123456789"), "1"
	if job == "" {
		job = "synapse"
	} else {
		index = scrape.Process[len(job):]
	}
	number := len(s.processes)
	p := &process{server: s, name: scrape.Process, offset: s.random.Int64N(s.scrape.Milliseconds()), silentFrom: math.Inf(1), silentUntil: math.Inf(1)}
	if p.name == "" {
		p.name = "main"
	}
	p.labels = like.scheme(simulate.Target{Job: job, Index: index, Server: "my.example", Number: number, Port: 9100 + number})
	p.lives = [][2]float64{{s.installed - 3600*s.random.Float64() - 9*86400, math.Inf(1)}}
	if like.age > 0 {
		p.lives[0][0] = s.installed
	}
	s.processes = append(s.processes, p)
	s.put(p, "up", "", 1, false)
	s.put(p, "scrape_duration_seconds", "", 0.1, false)
	ticks := 0.0
	for text := range strings.Lines(scrape.Metrics) {
		match := sampleLine.FindStringSubmatch(text)
		if match == nil {
			continue
		}
		m, read := metrics.Find(match[1])
		value, err := strconv.ParseFloat(match[3], 64)
		if !read || err != nil || value != value {
			continue
		}
		switch {
		case match[1] == "synapse_event_persisted_position", match[1] == "synapse_event_processing_positions":
			position := s.put(p, match[1], match[2], value*like.size/recordedSeconds, true)
			position.endless, position.phase = true, 0
			continue
		case m.Kind != metrics.Counter && m.Kind != metrics.Histogram:
			s.put(p, match[1], match[2], value, false)
			continue
		case match[1] == "python_twisted_reactor_tick_time_bucket": // the slow one of the start is none of the usual
			if strings.Contains(match[2], `"0.1"`) {
				ticks = value
			}
			if ticks > 0 {
				value = ticks
			}
		case match[1] == "python_twisted_reactor_tick_time_count" && ticks > 0:
			value = ticks
		}
		s.put(p, match[1], match[2], value*like.size/recordedSeconds, true)
	}
}

func (s *server) put(p *process, name, own string, level float64, counter bool) *line {
	builder := labels.NewBuilder(labels.FromMap(p.labels))
	builder.Set(labels.MetricName, name)
	for _, pair := range labelPair.FindAllStringSubmatch(own, -1) {
		builder.Set(pair[1], pair[2])
	}
	l := &line{labels: builder.Labels(), process: p, counter: counter, level: level, whole: countsEvents(name)}
	l.phase = phase(l.labels)
	s.lines[name] = append(s.lines[name], l)
	return l
}

// phase is one for the parts of a histogram, and for the parts of what happens together.
func phase(of labels.Labels) float64 {
	hash := fnv.New32a()
	for _, name := range []string{"job", "index", "servlet", "desc", "name"} {
		_, _ = hash.Write([]byte(of.Get(name)))
	}
	return float64(hash.Sum32()%phases) / phases * 2 * math.Pi
}

func (s *server) matching(matchers []*labels.Matcher) []*line {
	var found []*line
	add := func(lines []*line) {
		for _, l := range lines {
			if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return m.Name != labels.MetricName && !m.Matches(l.labels.Get(m.Name)) }) {
				found = append(found, l)
			}
		}
	}
	if at := slices.IndexFunc(matchers, func(m *labels.Matcher) bool { return m.Name == labels.MetricName && m.Type == labels.MatchEqual }); at >= 0 {
		add(s.lines[matchers[at].Value])
		return found
	}
	for name, lines := range s.lines {
		if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return m.Name == labels.MetricName && !m.Matches(name) }) {
			add(lines)
		}
	}
	return found
}
