package process

import (
	"maps"
	"math/bits"
	"slices"
	"time"

	"github.com/prometheus/common/model"
)

// target is one process as Prometheus scrapes it: the labels of its series but for those of the metric itself.
type target struct {
	labels  model.Metric
	servers map[string]bool
	// times has a bit for each time at which it was there.
	times uint64
}

type targets []*target

// targetsOf reads the series of the marker. A process that serves several homeservers is one target.
func targetsOf(seen model.Matrix, from time.Time) targets {
	found := map[model.Fingerprint]*target{}
	var all targets
	for _, stream := range seen {
		labels := stream.Metric.Clone()
		delete(labels, model.MetricNameLabel)
		delete(labels, "server_name")
		t := found[labels.Fingerprint()]
		if t == nil {
			t = &target{labels: labels, servers: map[string]bool{}}
			found[labels.Fingerprint()] = t
			all = append(all, t)
		}
		t.servers[string(stream.Metric["server_name"])] = true
		for _, point := range stream.Values {
			// Some servers move the times to multiples of the step.
			if at := point.Timestamp.Time().Sub(from).Round(lookEvery) / lookEvery; at >= 0 && at < 64 {
				t.times |= 1 << at
			}
		}
	}
	return all
}

// together is at how many times both were there.
func (t *target) together(other *target) int { return bits.OnesCount64(t.times & other.times) }

// sharedServer is a homeserver that both serve.
func (t *target) sharedServer(other *target) (name string, shared bool) {
	for server := range t.servers {
		if other.servers[server] {
			return server, true
		}
	}
	return "", false
}

// doubles are the targets of which these labels say the same as of an earlier one that is alike in the other sense too.
func (all targets) doubles(labels []string, alike func(a, b *target) bool) targets {
	groups := map[string]targets{}
	var found targets
	for _, t := range all {
		key := valuesOf(t.labels, labels)
		if slices.ContainsFunc(groups[key], func(other *target) bool { return alike(t, other) }) {
			found = append(found, t)
		}
		groups[key] = append(groups[key], t)
	}
	return found
}

// labelNames are all labels of the targets: these first, as far as they are there, then the others by name.
func (all targets) labelNames(first ...string) []string {
	there := map[string]bool{}
	for _, t := range all {
		for label := range t.labels {
			there[string(label)] = true
		}
	}
	names := slices.DeleteFunc(slices.Clone(first), func(label string) bool { return !there[label] })
	return merged(names, slices.Sorted(maps.Keys(there)))
}

// latest are the targets that were there at the last time at which any was.
func (all targets) latest() targets {
	var times uint64
	for _, t := range all {
		times |= t.times
	}
	last := bits.Len64(times)
	return slices.DeleteFunc(slices.Clone(all), func(t *target) bool { return bits.Len64(t.times) < last })
}
