package simulate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// Size makes the written past larger or smaller than that of five processes, for measurements of cost: what it says is no homeserver
// that could be.
type Size struct {
	// Copies is how often each process is written, under further indexes; 0 is once.
	Copies int
	// Kinds is how many there are of everything that a label names (transactions, caches, servlets): the model has some hundred of
	// the busiest, a server that ran for weeks some hundred more. The second is half as busy, and so on; 0 is one.
	Kinds int
	// MainOnly leaves the workers out.
	MainOnly bool
}

// stored is a series in a block.
type stored struct {
	labels labels.Labels
	ref    storage.SeriesRef
	part   float64 // the value is divided by it
}

// perIndex is one more than the highest index of a role: copies go on there.
const perIndex = 2

// targets are the process and its copies.
func (p *Process) targets() []Target {
	o := p.simulation.options
	targets := make([]Target, max(1, o.Size.Copies))
	for i := range targets {
		index := p.role.index
		if own, err := strconv.Atoi(index); i > 0 && err == nil {
			index = strconv.Itoa(own + i*perIndex)
		}
		number := p.number + i*processCount
		targets[i] = Target{Job: p.role.job, Index: index, Server: o.ServerName, Number: number, Port: o.FirstPort + number, Generation: p.generation}
	}
	return targets
}

// kindLabels name one of many things of a kind.
var kindLabels = []string{"desc", "servlet", "block_name"}

// store adds the series as a target's, once for each kind.
func (s *series) store(target map[string]string, size Size) {
	builder := labels.NewBuilder(labels.FromMap(target))
	builder.Set(labels.MetricName, s.name)
	kind := ""
	for _, l := range s.labels {
		builder.Set(l.name, l.value)
		if slices.Contains(kindLabels, l.name) || l.name == "name" && strings.HasPrefix(s.name, "synapse_util_caches_") {
			kind = l.name
		}
	}
	own := builder.Labels()
	s.stored = append(s.stored, stored{labels: own, part: 1})
	for n := 2; kind != "" && n <= size.Kinds; n++ {
		builder.Set(kind, fmt.Sprintf("%s_%d", own.Get(kind), n))
		s.stored = append(s.stored, stored{labels: builder.Labels(), part: float64(n)})
	}
}
