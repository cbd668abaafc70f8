package query

import (
	"cmp"
	"slices"

	"github.com/prometheus/common/model"
)

// FirstPerServer keeps the first things of each homeserver in their order, limit of them at most, so that a large one
// does not take the place of a small one. left is how many it leaves out.
func FirstPerServer[T any](all []T, limit int, server func(T) string) (kept []T, left int) {
	seen := map[string]int{}
	kept = slices.DeleteFunc(slices.Clone(all), func(one T) bool {
		name := server(one)
		seen[name]++
		return seen[name] > limit
	})
	return kept, len(all) - len(kept)
}

// ServerOf is the homeserver that a series belongs to; "" where Synapse is older than the label.
func ServerOf(m model.Metric) string { return string(m["server_name"]) }

// SayServer is what a sentence calls a homeserver.
func SayServer(name string) string { return cmp.Or(name, "the homeserver") }
