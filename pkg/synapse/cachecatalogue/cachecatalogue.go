// Package cachecatalogue is what pkg/synapse/caches is called by packages that are still to be converted.
package cachecatalogue

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"

// Other names.
type (
	// Cache is caches.Cache.
	Cache = caches.Cache
	// Transaction is caches.Transaction.
	Transaction = caches.Transaction
)

// Other names.
var (
	Lookup         = caches.Lookup
	Key            = caches.ConfigKey
	EnvironmentKey = caches.EnvironmentKey
	GuardOf        = caches.GuardOf
	TransactionsOf = caches.TransactionsOf
)

// Other names.
const (
	LRU          = caches.LRU
	StreamChange = caches.StreamChange
	Shared       = caches.Shared
	One          = caches.One
	Few          = caches.Few
	Many         = caches.Many
	Low          = caches.Low

	Requests  = "synapse_util_caches_cache"
	Hits      = "synapse_util_caches_cache_hits"
	Evicted   = "synapse_util_caches_cache_evicted_size"
	Size      = "synapse_util_caches_cache_size"
	SizeBytes = "synapse_util_caches_cache_size_bytes"
	MaxSize   = "synapse_util_caches_cache_max_size"

	ResponseRequests = "synapse_util_caches_response_cache"
	ResponseHits     = "synapse_util_caches_response_cache_hits"
	ResponseEvicted  = "synapse_util_caches_response_cache_evicted_size"
	ResponseSize     = "synapse_util_caches_response_cache_size"

	ReasonSize         = caches.ReasonSize
	ReasonTime         = caches.ReasonTime
	ReasonInvalidation = caches.ReasonInvalidation
)
