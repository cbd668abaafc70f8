package caches

import (
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// notAllZero drops the reasons that never happened.
func notAllZero(streams model.Matrix) model.Matrix {
	return slices.DeleteFunc(slices.Clone(streams), func(stream *model.SampleStream) bool {
		return !slices.ContainsFunc(stream.Values, func(p model.SamplePair) bool { return p.Value > 0 })
	})
}

// addReasons says in the legend why entries left, in words that don't mislead.
func addReasons(lines []query.Series) {
	for i, line := range lines {
		lines[i].Legend += ": " + reasonWord(line.Labels["name"], line.Labels["reason"])
	}
}

// reasonWord: on LRU caches "invalidation" is the expiry of unread entries or the memory limit
// (synapse/util/caches/lrucache.py, _expire_old_entries).
func reasonWord(cache, reason string) string {
	switch {
	case reason == caches.ReasonSize:
		return "full"
	case reason == caches.ReasonTime:
		return "expired"
	case reason == caches.ReasonInvalidation && caches.Named(cache).Kind == caches.LRU:
		return "unused or memory limit"
	}
	return "removed"
}
