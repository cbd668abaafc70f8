package metrics

// Synapse has well over a hundred caches per process; every version since 1.60 uses these within its first minutes.
const someCaches = `name=~"[*]getEvent[*]|[*]stateGroupCache[*]|get_user_by_id|get_users_in_room|get_user_by_access_token|DeviceListStreamChangeCache"`

// Caches, by name. Each process has its own: sum lookups, hits and evictions over processes, never ratios. Lookups, hits
// and evictions are gauges in Synapse that only grow.
var (
	CacheRequests = declare(Metric{
		Name: "synapse_util_caches_cache", Labels: []string{"name"}, Aggregate: Sum, Exists: Always, Sample: someCaches,
		Meaning: "Lookups in a cache, hits and misses.",
	})
	CacheHits = declare(Metric{
		Name: "synapse_util_caches_cache_hits", Labels: []string{"name"}, Aggregate: Sum, Exists: Always, Sample: someCaches,
		Meaning: "Lookups in a cache that found something or joined a pending lookup.",
	})
	CacheEvicted = declare(Metric{
		Name: "synapse_util_caches_cache_evicted_size", Labels: []string{"name", "reason"}, Aggregate: Sum, Exists: Always, Sample: someCaches,
		Meaning: "Entries evicted from a cache, by reason; only the reason size means that the cache is full.",
	})
	CacheSize = declare(Metric{
		Name: "synapse_util_caches_cache_size", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: Always, Sample: someCaches,
		Meaning: "Entries in a cache, or items in its entries where Synapse counts those.",
	})
	CacheMaxSize = declare(Metric{
		Name: "synapse_util_caches_cache_max_size", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: Always, Sample: someCaches,
		Meaning: "Capacity of a cache; absent where no factor changes it.",
	})
	CacheSizeBytes = declare(Metric{
		Name: "synapse_util_caches_cache_size_bytes", Kind: Gauge, Unit: "bytes", Labels: []string{"name"}, Aggregate: Sum, Exists: Optional,
		Meaning: "Memory of a cache; only with caches.track_memory_usage.",
	})
	CachePending = declare(Metric{
		Name: "synapse_util_caches_cache_pending", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: Extra, Sample: someCaches,
		Meaning: "Lookups that wait for a value to be loaded.",
	})
)

// Response caches, by name. They have no capacity.
var (
	ResponseCacheRequests = declare(Metric{
		Name: "synapse_util_caches_response_cache", Labels: []string{"name"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Lookups in a response cache, hits and misses.",
	})
	ResponseCacheHits = declare(Metric{
		Name: "synapse_util_caches_response_cache_hits", Labels: []string{"name"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Lookups in a response cache that found an answer.",
	})
	ResponseCacheEvicted = declare(Metric{
		Name: "synapse_util_caches_response_cache_evicted_size", Labels: []string{"name", "reason"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Answers evicted from a response cache, by reason.",
	})
	ResponseCacheSize = declare(Metric{
		Name: "synapse_util_caches_response_cache_size", Kind: Gauge, Labels: []string{"name"}, Aggregate: Sum, Exists: OnEvent,
		Meaning: "Answers in a response cache.",
	})
)
