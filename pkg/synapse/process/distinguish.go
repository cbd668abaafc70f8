package process

import (
	"math/bits"
	"slices"

	"github.com/prometheus/common/model"
)

// usualNames are those of Synapse's documentation.
var usualNames = []string{"job", "index"}

// likelyLabels name one process where they are there at all: those of matrix-docker-ansible-deploy and of Kubernetes. The pod
// stands before the instance: that of a StatefulSet survives a rollout, the address does not. Queries always keep them, because
// two pods meet for a few minutes only.
var likelyLabels = []string{"worker_id", "pod"}

// names are the labels that people read where job and index are not enough: the fewest that are.
func (all targets) names() []string {
	alike := all.besides()
	enough := func(labels []string) bool { return len(all.doubles(labels, alike)) == 0 }
	if enough(usualNames) {
		return usualNames
	}
	for _, label := range likelyLabels {
		if all.everyHas(label) && enough([]string{label}) {
			return []string{label}
		}
	}
	return all.extended(usualNames, alike)
}

// crowded are the values of job and index that are not enough.
func (all targets) crowded() map[string]bool {
	crowded := map[string]bool{}
	for _, t := range all.doubles(usualNames, all.besides()) {
		crowded[valuesOf(t.labels, usualNames)] = true
	}
	return crowded
}

// besides tells whether two targets of a homeserver live beside each other, not one after the other: they were there
// together for longer than a rollout takes. A homeserver that is younger than that shows all of its processes at one time.
func (all targets) besides() func(a, b *target) bool {
	times := map[string]uint64{}
	for _, t := range all {
		for server := range t.servers {
			times[server] |= t.times
		}
	}
	return func(a, b *target) bool {
		server, shared := a.sharedServer(b)
		return shared && a.together(b) >= min(2, bits.OnesCount64(times[server]))
	}
}

func (all targets) everyHas(label string) bool {
	return !slices.ContainsFunc(all, func(t *target) bool { return t.labels[model.LabelName(label)] == "" })
}

// keepApart adds to labels what else is needed so that no two processes have all of them in common, of whichever homeservers:
// the metrics of a whole process don't tell which one it serves. Processes that were never there together need no further
// label: a label that was added to a target does not make another process of it.
func (all targets) keepApart(labels []string) []string {
	there := all.labelNames()
	likely := slices.DeleteFunc(slices.Clone(likelyLabels), func(label string) bool { return !slices.Contains(there, label) })
	return all.extended(merged(labels, likely), func(a, b *target) bool { return a.together(b) > 0 })
}

// extended adds the fewest labels that leave no double: one that is enough, else the one that leaves the fewest, and so on.
func (all targets) extended(labels []string, alike func(a, b *target) bool) []string {
	candidates := all.labelNames(merged(likelyLabels, []string{"instance"})...)
	left := len(all.doubles(labels, alike))
	for left > 0 {
		best := ""
		for _, label := range candidates {
			if doubles := len(all.doubles(merged(labels, []string{label}), alike)); doubles < left {
				best, left = label, doubles
			}
		}
		if best == "" { // only both together would tell them apart
			return all.labelNames(labels...)
		}
		labels = merged(labels, []string{best})
	}
	return labels
}

// sharedWith gives those of the labels that Prometheus' own series about these targets have as well. Relabelling of samples
// (metric_relabel_configs), and of what is written to another Prometheus, may set or drop a label of the one only. A job of
// which nothing is stored tells nothing.
func (all targets) sharedWith(ups model.Vector, labels []string) []string {
	values := map[model.LabelValue]map[string]map[model.LabelValue]bool{} // by job and label
	for _, up := range ups {
		job := up.Metric["job"]
		if values[job] == nil {
			values[job] = map[string]map[model.LabelValue]bool{}
			for _, label := range labels {
				values[job][label] = map[model.LabelValue]bool{}
			}
		}
		for _, label := range labels {
			values[job][label][up.Metric[model.LabelName(label)]] = true
		}
	}
	latest := all.latest()
	return slices.DeleteFunc(slices.Clone(labels), func(label string) bool {
		return slices.ContainsFunc(latest, func(t *target) bool {
			of := values[t.labels["job"]]
			return of != nil && !of[label][t.labels[model.LabelName(label)]]
		})
	})
}
