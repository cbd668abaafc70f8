package cachecatalogue

// The metrics of every cache that is not a response cache, with labels name and server_name. All but the sizes are
// gauges that only grow and start at 0 with the process, so rate and increase work on them. Each process has its own
// caches: sum lookups, hits and evictions over processes, never ratios; sizes are per process.
const (
	Requests  = "synapse_util_caches_cache"              // lookups: hits and misses
	Hits      = "synapse_util_caches_cache_hits"         // a lookup that joins a pending one is a hit
	Evicted   = "synapse_util_caches_cache_evicted_size" // by reason; ordinary invalidation is not counted at all
	Size      = "synapse_util_caches_cache_size"         // entries, or items where the catalogue says so
	MaxSize   = "synapse_util_caches_cache_max_size"     // LRU caches only
	SizeBytes = "synapse_util_caches_cache_size_bytes"   // only with caches.track_memory_usage
)

// The same of response caches. Their size has no limit.
const (
	ResponseRequests = "synapse_util_caches_response_cache"
	ResponseHits     = "synapse_util_caches_response_cache_hits"
	ResponseEvicted  = "synapse_util_caches_response_cache_evicted_size"
	ResponseSize     = "synapse_util_caches_response_cache_size"
)

// The reasons of evictions.
const (
	// ReasonSize: the cache was full. The only sign of a cache that is too small.
	ReasonSize = "size"
	// ReasonTime: too old; never on an LRU cache.
	ReasonTime = "time"
	// ReasonInvalidation: on an LRU cache unused for cache_entry_ttl, or dropped by cache_autotuning; hardly ever an
	// invalidation.
	ReasonInvalidation = "invalidation"
)
