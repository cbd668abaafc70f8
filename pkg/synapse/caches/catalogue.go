package caches

import "strings"

// Kind is how a cache works inside Synapse, which decides what its metrics mean.
type Kind string

// The kinds. Only LRU caches export synapse_util_caches_cache_max_size and keep the promise that a larger one holds
// everything that a smaller one holds.
const (
	LRU          Kind = "lru"           // @cached, DictionaryCache, AsyncLruCache, LruCache
	Expiring     Kind = "expiring"      // entries leave by age first, the oldest ones when it is full
	Response     Kind = "response"      // finished requests kept for a short time; own metrics, no size limit
	StreamChange Kind = "stream-change" // answers "has this changed since": a miss is often a true "yes"
	TTL          Kind = "ttl"           // entries leave by their own time only; no size limit
	MetricOnly   Kind = "metric-only"   // counts lookups, stores nothing
)

// Cache is one cache as Synapse builds it.
type Cache struct {
	Name string
	Kind Kind
	// BaseSize is the size at factor 1, in entries or items; 0 means that there is no limit.
	BaseSize float64
	// Resizable: a cache factor changes its size.
	Resizable bool
	// MaxSizeExported: synapse_util_caches_cache_max_size tells its size.
	MaxSizeExported bool
	// CountsItems: sizes and evictions count items inside the entries (members of a room), not entries.
	CountsItems bool
	Keys        Keys
}

// The reasons of evictions, in the label of that name.
const (
	// ReasonSize: the cache was full. The only sign of a cache that is too small.
	ReasonSize = "size"
	// ReasonTime: too old; never on an LRU cache.
	ReasonTime = "time"
	// ReasonInvalidation: on an LRU cache unread for cache_entry_ttl, or evicted by cache_autotuning; hardly ever an
	// invalidation, which Synapse counts nowhere.
	ReasonInvalidation = "invalidation"
)

// Keys is how many different entries a cache can have.
type Keys string

// The key spaces.
const (
	Many   Keys = "many"
	One    Keys = "one"
	Few    Keys = "few"
	Shared Keys = "shared" // each bridge has a cache of this name; the metrics show one of them only
)

// responsePrefix begins the names of the caches of requests between Synapse's processes, one per endpoint.
const responsePrefix = "repl."

// Lookup finds a cache by its metric's label name, exactly.
func Lookup(name string) (Cache, bool) {
	if c, ok := caches[name]; ok {
		return c, true
	}
	if strings.HasPrefix(name, responsePrefix) {
		return Cache{Name: name, Kind: Response, Keys: Many}, true
	}
	return Cache{}, false
}

// Named is Lookup, which takes a cache that the catalogue does not know for one made with @cached: nearly all are, and so
// are those of modules.
func Named(name string) Cache {
	if c, ok := Lookup(name); ok {
		return c
	}
	return Cache{Name: name, Kind: LRU, Resizable: true, MaxSizeExported: true, Keys: Many}
}

// EventCache is the one cache whose size at factor 1 is an option of its own: event_cache_size.
const EventCache = "*getEvent*"

// ConfigKey is a cache's name as Synapse compares it in caches.per_cache_factors and SYNAPSE_CACHE_FACTOR_*: lower case, and
// nothing but letters, underscores and the digits 1 to 9. A 0 falls away too (synapse/config/cache.py,
// _canonicalise_cache_name).
func ConfigKey(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_', 'a' <= r && r <= 'z', '1' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, name)
}

// EnvironmentKey is the variable that sets one cache's factor: SYNAPSE_CACHE_FACTOR_GETEVENT.
func EnvironmentKey(name string) string {
	return "SYNAPSE_CACHE_FACTOR_" + strings.ToUpper(ConfigKey(name))
}
