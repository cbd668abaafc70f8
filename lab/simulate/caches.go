package simulate

import "math"

// cache is one cache of one process.
type cache struct {
	perSecond, hitRatio float64
	maxEntries, target  float64
	itemsPerEntry       float64
	drop                string
	key                 uint64
	size                float64
	hits, misses        counter
	evicted             map[string]*counter
	transaction         *transaction
	missesPerCall       float64
}

type caches []*cache

func newCaches(p *Process, m *modelTables, t *transactions) (caches, error) {
	var all caches
	var err error
	for _, r := range m.caches {
		part, unknown := share(r["placement"], p.number)
		if unknown != nil {
			return nil, unknown
		}
		if part == 0 {
			continue
		}
		c := &cache{
			perSecond:     r.number("lookups_per_second", &err) * part,
			hitRatio:      r.number("hit_ratio", &err),
			maxEntries:    r.number("max_entries", &err),
			itemsPerEntry: r.number("items_per_entry", &err),
			drop:          r["drop"],
			key:           keyOf("cache", p.role.key(), r["name"]),
			missesPerCall: r.number("misses_per_transaction", &err),
			evicted:       map[string]*counter{},
			hits:          counter{whole: true},
			misses:        counter{whole: true},
		}
		c.target = r.number("fill", &err)
		if c.maxEntries > 0 {
			c.target *= c.maxEntries
		}
		if c.missesPerCall > 0 && c.perSecond > 0 {
			c.transaction = t.use(r["transaction"])
		}
		c.register(p.registry, r["name"], r["kind"])
		all = append(all, c)
	}
	return all, err
}

func (c *cache) register(r *registry, name, kind string) {
	prefix := "synapse_util_caches_cache"
	if kind == "response" {
		prefix = "synapse_util_caches_response_cache"
	}
	lookups := func() float64 { return c.hits.read() + c.misses.read() }
	r.computed(prefix, lookups, "name", name)
	r.computed(prefix+"_hits", c.hits.read, "name", name)
	r.computed(prefix+"_size", func() float64 { return math.Floor(c.size) }, "name", name)
	for _, reason := range []string{"size", "time", "invalidation"} {
		c.evicted[reason] = r.counter(prefix+"_evicted_size", "name", name, "reason", reason)
	}
	if c.maxEntries > 0 {
		r.gauge(prefix+"_max_size", "name", name).set(c.maxEntries)
	}
	if kind == "lru" {
		r.gauge(prefix+"_pending", "name", name)
	}
}

func (all caches) advance(s step) {
	for _, c := range all {
		c.advance(s)
	}
}

func (c *cache) advance(s step) {
	lookups := c.perSecond * s.load * s.noise.around(c.key, s.at) * s.seconds
	hitRatio := c.hitRatio
	if c.target > 0 {
		// A cache that is still filling misses more.
		hitRatio *= math.Sqrt(min(1, (c.size+1)/c.target))
	}
	misses := lookups * (1 - hitRatio)
	c.hits.add(lookups - misses)
	c.misses.add(misses)
	c.store(misses*c.itemsPerEntry, s.seconds)
	if c.transaction != nil {
		c.transaction.pending += misses / c.missesPerCall
	}
}

// entryTTL is Synapse's default for caches.cache_entry_ttl, in seconds.
const entryTTL = 1800

// store adds what the misses loaded within some seconds and drops what has to go, each drop under its reason.
func (c *cache) store(inserted, seconds float64) {
	if c.drop == "size" {
		overflow := max(0, c.size+inserted-c.maxEntries)
		c.size += inserted - overflow
		c.evicted["size"].add(overflow)
		return
	}
	if c.target == 0 || inserted == 0 {
		return
	}
	// Entries stay as long as it takes to load the usual number of them.
	settled := c.target + (c.size-c.target)*math.Exp(-inserted/c.target)
	dropped := max(0, c.size+inserted-settled)
	c.size += inserted - dropped
	switch c.drop {
	case "ttl": // idle entries of an LRU cache count as invalidations; those that really were invalidated don't count
		c.evicted["invalidation"].add(min(dropped, c.size*seconds/entryTTL))
	case "timer":
		c.evicted["time"].add(dropped)
	}
}

func (all caches) reset() {
	for _, c := range all {
		c.size = 0
		c.hits.reset()
		c.misses.reset()
	}
}
