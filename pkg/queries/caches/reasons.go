package caches

import (
	"slices"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
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

// reasonWord: on LRU caches, and on those of modules that the catalogue does not know, "invalidation" is the expiry of
// unused entries or the memory limit (synapse/util/caches/lrucache.py, _expire_old_entries).
func reasonWord(cache, reason string) string {
	known, ok := cachecatalogue.Lookup(cache)
	switch {
	case reason == cachecatalogue.ReasonSize:
		return "full"
	case reason == cachecatalogue.ReasonTime:
		return "expired"
	case reason == cachecatalogue.ReasonInvalidation && (!ok || known.Kind == cachecatalogue.LRU):
		return "unused or memory limit"
	}
	return "removed"
}
