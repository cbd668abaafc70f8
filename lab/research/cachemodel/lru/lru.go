// Package lru is a cache as Synapse's LruCache is one, down to what its metrics count: it drops the entry that was not
// asked for longest when it is full, and what nobody asked for during the ttl.
package lru

// Counts are what the metrics tell, since the last start.
type Counts struct{ Requests, Hits, EvictedSize, EvictedInvalidation, Entries int }

// Cache holds keys from 0.
type Cache struct {
	Counts
	size int
	// ring holds key k at k+1, entries linked from the newest to the oldest and round by the head at 0.
	ring []entry
}

type entry struct {
	older, newer int32
	askedAt      float64 // seconds
	held         bool
}

// New returns an empty cache of a size for so many different keys.
func New(size, keys int) *Cache { return &Cache{size: size, ring: make([]entry, keys+1)} }

// Ask reads a key and, where it is not held, writes it.
func (c *Cache) Ask(at float64, key int32) {
	c.Requests++
	i := key + 1
	if c.ring[i].held {
		c.Hits++
		c.unlink(i)
	} else {
		c.Entries++
	}
	newest := c.ring[0].older
	c.ring[i] = entry{older: newest, askedAt: at, held: true}
	c.ring[newest].newer, c.ring[0].older = i, i
	if c.Entries > c.size {
		c.drop(c.ring[0].newer)
		c.EvictedSize++
	}
}

// Expire drops what was last asked for before a time, which the metrics call an invalidation.
func (c *Cache) Expire(before float64) {
	for oldest := c.ring[0].newer; oldest != 0 && c.ring[oldest].askedAt <= before; oldest = c.ring[0].newer {
		c.drop(oldest)
		c.EvictedInvalidation++
	}
}

// Restart empties the cache and its counters.
func (c *Cache) Restart() {
	for c.Entries > 0 {
		c.drop(c.ring[0].newer)
	}
	c.Counts = Counts{}
}

func (c *Cache) drop(i int32) {
	c.unlink(i)
	c.ring[i].held = false
	c.Entries--
}

func (c *Cache) unlink(i int32) {
	e := c.ring[i]
	c.ring[e.newer].older, c.ring[e.older].newer = e.older, e.newer
}
