package simulate

import (
	"fmt"
	"slices"
	"strings"
)

// registry holds the series of one process, in the families of a real one.
type registry struct {
	template   *template
	serverName string
	byFamily   map[string][]*series
	// instruments finds the instrument of a family and labels again, so that models may share it.
	instruments map[string]instrument
	claimed     map[string]bool // families that a model fills
	err         error
}

func newRegistry(t *template, serverName string) *registry {
	return &registry{template: t, serverName: serverName, byFamily: map[string][]*series{},
		instruments: map[string]instrument{}, claimed: map[string]bool{}}
}

// pairs turns "name", "value", … into labels and adds server_name, which all but process-level families carry.
func (r *registry) pairs(familyName string, namesAndValues []string) []label {
	found := make([]label, 0, len(namesAndValues)/2+1)
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		found = append(found, label{namesAndValues[i], namesAndValues[i+1]})
	}
	if strings.HasPrefix(familyName, "synapse_") && familyName != "synapse_build_info" {
		found = append(found, label{"server_name", r.serverName})
	}
	return sorted(found)
}

func sorted(labels []label) []label {
	slices.SortFunc(labels, func(a, b label) int { return strings.Compare(a.name, b.name) })
	return labels
}

// claim registers the instrument that make returns, unless the family already has one with these labels.
func claim[T instrument](r *registry, familyName string, labels []label, make func() T, read func(T) []*series) T {
	key := familyName + fmt.Sprint(labels)
	if existing, ok := r.instruments[key]; ok {
		return existing.(T)
	}
	if r.template.byName[familyName] == nil {
		r.err = fmt.Errorf("a real Synapse has no metric family %q", familyName)
	}
	created := make()
	r.instruments[key] = created
	r.claimed[familyName] = true
	r.byFamily[familyName] = append(r.byFamily[familyName], read(created)...)
	return created
}

func (r *registry) counter(familyName string, namesAndValues ...string) *counter {
	labels := r.pairs(familyName, namesAndValues)
	whole := !strings.Contains(familyName, "seconds") && !strings.HasSuffix(familyName, "time_sum_total")
	return claim(r, familyName, labels, func() *counter { return &counter{whole: whole} },
		func(c *counter) []*series { return []*series{{name: familyName, labels: labels, read: c.read}} })
}

func (r *registry) gauge(familyName string, namesAndValues ...string) *gauge {
	labels := r.pairs(familyName, namesAndValues)
	return claim(r, familyName, labels, func() *gauge { return &gauge{} }, func(g *gauge) []*series {
		return []*series{{name: familyName, labels: labels, read: func() float64 { return g.value }}}
	})
}

// computed registers a series whose value follows from others.
func (r *registry) computed(familyName string, read func() float64, namesAndValues ...string) {
	r.computedNamed(familyName, familyName, read, namesAndValues...)
}

func (r *registry) computedNamed(familyName, name string, read func() float64, namesAndValues ...string) {
	r.claimed[familyName] = true
	r.byFamily[familyName] = append(r.byFamily[familyName],
		&series{name: name, labels: r.pairs(familyName, namesAndValues), read: read})
}

func (r *registry) histogram(familyName string, bounds []float64, namesAndValues ...string) *histogram {
	labels := r.pairs(familyName, namesAndValues)
	create := func() *histogram { return &histogram{bounds: bounds, buckets: make([]float64, len(bounds))} }
	return claim(r, familyName, labels, create, func(h *histogram) []*series {
		var all []*series
		for i, bound := range bounds {
			withBound := sorted(append(slices.Clone(labels), label{"le", printNumber(bound)}))
			all = append(all, &series{name: familyName + "_bucket", labels: withBound,
				read: func() float64 { return h.readBucket(i) }})
		}
		return append(all,
			&series{name: familyName + "_count", labels: labels,
				read: func() float64 { return h.readBucket(len(bounds) - 1) }},
			&series{name: familyName + "_sum", labels: labels, read: h.readSum})
	})
}

// bounds of a family's histograms: those of the stored scrape, else those that Synapse's source gives it.
func (r *registry) bounds(familyName string) []float64 {
	if stored := r.template.byName[familyName].histograms(); len(stored) > 0 {
		return stored[0].bounds
	}
	if known, ok := sourceBounds[familyName]; ok {
		return known
	}
	return defaultBounds
}

// all returns every series in the order of exposition.
func (r *registry) all() []*series {
	var list []*series
	for _, f := range r.template.families {
		list = append(list, r.byFamily[f.name]...)
	}
	return list
}

func (r *registry) reset() {
	for _, one := range r.instruments {
		one.reset()
	}
}
