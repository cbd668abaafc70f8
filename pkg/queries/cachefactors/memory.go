package cachefactors

import "fmt"

// bookkeeping is what Synapse's LruCache takes for one entry besides its key and value, in bytes. Source: measured on
// CPython 3.11, 246 to 260.
const bookkeeping = 246

// growth is what the step adds to what the cache takes now, its size measured by caches.track_memory_usage. It can't
// grow beyond the size from which on nothing changes. Of a smaller size it is what that frees, below 0.
func (r row) growth() *float64 {
	if r.bytes == nil || *r.current <= 0 {
		return nil
	}
	times := *r.next / *r.current
	if r.verdict == lower {
		times = min(1, times**r.maxEntries/max(1, value(r.entries)))
	}
	return known(*r.bytes * (times - 1))
}

// leastGrowth is what the bookkeeping of the added entries alone takes; nil where items are counted, which several share
// one entry, and where the size is measured or not known.
func (r row) leastGrowth() *float64 {
	if !r.advised() || r.bytes != nil || r.next == nil || r.made.CountsItems || r.fullEntries <= 0 {
		return nil
	}
	return known((*r.next / *r.current - 1) * r.fullEntries * bookkeeping)
}

func (r row) sayMemory() string {
	least := r.leastGrowth()
	if least == nil || *least <= 0 {
		return ""
	}
	return " Memory: unknown, at least " + inBytes(*least) + "."
}

func inBytes(v float64) string {
	for _, unit := range []string{"bytes", "kB", "MB"} {
		if v < 1000 {
			return short(v) + " " + unit
		}
		v /= 1000
	}
	return fmt.Sprintf("%s GB", short(v))
}
