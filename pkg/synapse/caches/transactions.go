package caches

import (
	"slices"
	"strings"
)

// Confidence is how directly a cache's miss leads to a transaction in Synapse's source.
type Confidence string

// The levels of confidence.
const (
	High   Confidence = "high"   // called by the function that fills the cache
	Medium Confidence = "medium" // one call deeper
	Low    Confidence = "low"    // deeper still
)

// Transaction is a database transaction, by its metric's label desc, that a miss of a cache causes.
type Transaction struct {
	Cache      string
	Desc       string
	Confidence Confidence
	// Batched: one transaction can serve many misses, so there are fewer of them than misses.
	Batched bool
}

// TransactionsOf gives the transactions that a miss of a cache causes.
func TransactionsOf(cache string) []Transaction { return byCache[cache] }

// Batched tells whether a cache is asked for many keys at once (@cachedList, or code of its own that does the same). Each
// of them that is not there counts a miss, also one that is being fetched already; single lookups wait for it and count a
// hit. Source: Synapse's deferred_cache.py, get_bulk against get; seen on a live server in is_user_erased, whose batches
// repeat keys: 2.3 misses for each entry written.
func (c Cache) Batched() bool {
	return slices.ContainsFunc(TransactionsOf(c.Name), func(t Transaction) bool { return t.Batched })
}

// GuardOf gives the cache that stands before a transaction, with high or medium confidence. Of several equally likely
// ones it is the one named like the transaction, else the first by name.
func GuardOf(desc string) (cache string, ok bool) {
	if isHelper(desc) {
		return "", false
	}
	guards := byDesc[desc]
	if len(guards) == 0 || guards[0].Confidence == Low {
		return "", false
	}
	return guards[0].Cache, true
}

// isHelper tells a description that callers without one of their own share, so that it belongs to no cache.
func isHelper(desc string) bool { return strings.HasPrefix(desc, "simple_") }
