package caches

import (
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Question is one PromQL query about all caches, and where its answer goes.
type Question struct {
	Name   string
	PromQL func(Queries) string
	set    func(m *Measurements, v float64, labels model.Metric)
}

// Questions are what the verdict needs.
var Questions = []Question{
	{"requests", Queries.requests, func(m *Measurements, v float64, _ model.Metric) { m.Requests = v }},
	{"hits", Queries.hits, func(m *Measurements, v float64, _ model.Metric) { m.Hits = v }},
	{"warm", Queries.warm, func(m *Measurements, v float64, _ model.Metric) { m.Warm = v }},
	{"evicted", Queries.evicted, setEvicted},
	{"before", Queries.before, func(m *Measurements, v float64, _ model.Metric) { m.Before = v }},
	{"avoidable", Queries.avoidable, func(m *Measurements, v float64, _ model.Metric) {
		m.Avoidable = min(m.Misses(), RepeatsOf(m.Cache)*v)
	}},
	{"entries", Queries.largest, func(m *Measurements, v float64, _ model.Metric) { m.Entries = &v }},
	{"fullEntries", Queries.fullEntries, func(m *Measurements, v float64, _ model.Metric) { m.FullEntries = v }},
	{"maxEntries", Queries.largestMax, func(m *Measurements, v float64, _ model.Metric) { m.MaxEntries = &v }},
	{"fill", Queries.fill, func(m *Measurements, v float64, _ model.Metric) { m.Fill = v }},
	{"resized", Queries.resized, func(m *Measurements, _ float64, _ model.Metric) { m.Resized = true }},
	{"autotuned", Queries.autotuned, func(m *Measurements, _ float64, _ model.Metric) { m.Autotuned = true }},
}

// BoundQuestions are those of them that Bound needs.
var BoundQuestions = slices.DeleteFunc(slices.Clone(Questions), func(q Question) bool {
	return !slices.Contains([]string{"requests", "hits", "evicted", "before", "maxEntries"}, q.Name)
})

// SizeQuestions find the largest useful size, which the verdict needs as well. They slide over the window, so a table asks
// them only of caches that evict because they are full.
var SizeQuestions = []Question{{"useful", Queries.useful, setUseful}, {"usefulAtTheEnd", Queries.usefulAtTheEnd, setUseful}}

// Details are what a table shows besides.
var Details = []Question{
	{"leastMax", Queries.smallestMax, func(m *Measurements, v float64, _ model.Metric) { m.LeastMax = &v }},
	{"processes", Queries.CountProcesses, func(m *Measurements, v float64, _ model.Metric) { m.Processes = int(v) }},
	{"bytes", Queries.bytes, func(m *Measurements, v float64, _ model.Metric) { m.Bytes = &v }},
}

// Grown asks which caches have grown within a week: their last step, and not the range alone, tells whether another one is
// worth it.
var Grown = Question{"grown", Queries.grown, func(m *Measurements, v float64, _ model.Metric) { m.WeekAgo = &v }}

func (q Queries) requests() string { return q.aggregate("sum", q.increase(metrics.CacheRequests)) }
func (q Queries) hits() string     { return q.aggregate("sum", q.increase(metrics.CacheHits)) }
func (q Queries) largest() string {
	return q.aggregate("max", metrics.CacheSize.Series().Of(q.Selector()))
}

// CountProcesses is the number of processes that have the caches.
func (q Queries) CountProcesses() string {
	return q.aggregate("count", metrics.CacheSize.Series().Of(q.Selector()))
}
func (q Queries) largestMax() string  { return q.sizes("max") }
func (q Queries) smallestMax() string { return q.sizes("min") }

func (q Queries) bytes() string {
	return q.aggregate("sum", metrics.CacheSizeBytes.Series().Of(q.Selector()))
}

func setEvicted(m *Measurements, v float64, labels model.Metric) {
	switch labels["reason"] {
	case ReasonSize:
		m.Evicted = v
	case ReasonInvalidation:
		m.Unread = v
	}
}

func setUseful(m *Measurements, v float64, _ model.Metric) {
	if m.Evicted > 0 {
		most := max(v, query.OrZero(m.Useful))
		m.Useful = &most
	}
}

// All is the measurements of many caches.
type All map[Key]*Measurements

// Read makes the measurements from the answers to some questions, in their order; the first one decides which caches there
// are.
func (q Queries) Read(questions []Question, answers []model.Vector) All {
	all := All{}
	for _, sample := range answers[0] {
		k := q.KeyOf(sample.Metric)
		all[k] = &Measurements{Key: k, Labels: sample.Metric, Name: q.Identity.Name(sample.Metric), Window: q.Window}
	}
	for i, question := range questions {
		q.Add(all, question, answers[i])
		if question.Name == "evicted" {
			for _, m := range all {
				m.EvictionsSeen = len(answers[i]) > 0
			}
		}
	}
	return all
}

// Add reads the answer to one more question.
func (q Queries) Add(all All, question Question, answer model.Vector) {
	for _, sample := range answer {
		if m := all[q.KeyOf(sample.Metric)]; m != nil {
			question.set(m, float64(sample.Value), sample.Metric)
		}
	}
}

// Any tells whether something is so of any cache.
func (all All) Any(is func(*Measurements) bool) bool {
	for _, m := range all {
		if is(m) {
			return true
		}
	}
	return false
}

// Names are the caches of which something is so, each once.
func (all All) Names(is func(*Measurements) bool) []string {
	var names []string
	for k, m := range all {
		if is(m) && !slices.Contains(names, k.Cache) {
			names = append(names, k.Cache)
		}
	}
	slices.Sort(names)
	return names
}

// Busiest asks for the process that evicts most because of a full cache.
func (q Queries) Busiest() string {
	return "topk by (server_name, name) (1, " + q.evictedFull() + " > 0)"
}

// NameAlone reads the answer: it names the process that does nearly all the evicting. A row of one process has nothing to
// name.
func (q Queries) NameAlone(all All, busiest model.Vector) {
	for _, sample := range busiest {
		m := all[q.KeyOf(sample.Metric)]
		if m != nil && m.Processes > 1 && float64(sample.Value) >= AloneShare.Value*m.Evicted {
			m.Alone = q.Identity.Name(sample.Metric)
		}
	}
}
