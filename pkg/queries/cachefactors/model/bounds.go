package model

import "math"

// expiryLoop is how often Synapse looks for entries older than cache_entry_ttl, in seconds. Source: Synapse's
// lrucache.py, _expire_old_entries.
const expiryLoop = 30

// Bounds is what is proved about larger sizes of an LRU cache: no statistics, no assumption about the traffic. They need
// cache_autotuning to be off: what it evicts is not counted as evicted for lack of room. Where Series.Repeats is above 1 the
// first of them rests on that number and is not proved.
type Bounds struct {
	Requests, Misses float64 // in the window
	MaxSize          float64 // at its end
	Evictions        float64 // for lack of room, in the window
	Carried          float64 // the same before the window and within reach of it; infinite when the series begins later
	// MaxUseful is the size above which nothing changes; infinite without expiry, and when the series does not reach back
	// to twice the ttl before the window or to a start.
	MaxUseful float64
	// MeanUseful is the same at an average moment.
	MeanUseful float64
	// Resized: max_size changed in the window or within reach of it.
	Resized  bool
	smallest float64 // max size in reach
	repeats  float64
}

// FindBounds computes both bounds. ttl is cache_entry_ttl in seconds, 0 when entries never expire.
//
// Avoidable misses. With the same requests, an LRU cache of size C2 > C avoids in (t0, t1] at most
//
//	min( misses, E(t0, t1) + min( E(t0-ttl-30s, t0), C2-C ) )
//
// misses, where E counts evictions for lack of room. Proof: an avoided miss hits in C2 and not in C. C2 still has the
// key, so since its last access it was neither invalidated nor did it expire: C lost it for lack of room, after that
// access. Distinct misses have distinct evictions, as a miss writes the entry before the next lookup of it. (Where lookups
// are batched it does not, and E counts Series.Repeats times.) Such an eviction is younger than ttl plus one round of expiry. What
// was evicted before t0 counts as far as C2 can hold it next to what C holds (LRU inclusion). A restart empties both.
//
// Largest useful size. At t, a cache without limit holds at most U(t) = entries(t) + E(t-ttl-30s, t): what it has more
// was evicted from this one for lack of room and has not expired. A max_size above the largest U of the window, and of
// the ttl before it, changes nothing.
//
// Between samples both are taken on the safe side: evictions from the last sample before the look-back begins, entries
// and evictions at their larger end.
func FindBounds(s Series, ttl float64, w Window) Bounds {
	return findBounds(s.intervals(), s.Repeats, ttl, w)
}

func findBounds(all []interval, repeats, ttl float64, w Window) Bounds {
	reach := math.Inf(1)
	if ttl > 0 {
		reach = ttl + expiryLoop
	}
	b := Bounds{smallest: math.Inf(1), repeats: repeats}
	for i := range all {
		iv := &all[i]
		if iv.to > w.To {
			break
		}
		if iv.fresh {
			b.Carried = 0
		}
		switch {
		case iv.from >= w.From-1e-9:
			b.Requests += iv.requests
			b.Misses += iv.misses
			b.Evictions += iv.evicted
		case iv.to > w.From-reach:
			b.Carried += iv.evicted
		default:
			continue
		}
		b.Resized = b.Resized || (b.MaxSize > 0 && iv.size != b.MaxSize)
		b.MaxSize = iv.size
		b.smallest = min(b.smallest, iv.size)
	}
	b.MaxUseful, b.MeanUseful = useful(all, reach, w)
	if len(all) > 0 && !all[0].fresh {
		if all[0].from > w.From-reach {
			b.Carried = math.Inf(1)
		}
		if all[0].from > w.From-2*reach {
			b.MaxUseful = math.Inf(1)
		}
	}
	return b
}

// useful slides over the intervals: the largest U, and the mean over the window.
func useful(all []interval, reach float64, w Window) (most, mean float64) {
	if math.IsInf(reach, 1) {
		return math.Inf(1), math.Inf(1)
	}
	inReach, sum, count, oldest := 0.0, 0.0, 0, 0
	for i := range all {
		iv := &all[i]
		if iv.to > w.To {
			break
		}
		if iv.fresh {
			inReach, oldest = 0, i
		}
		inReach += iv.evicted
		for oldest < i && all[oldest].to <= iv.from-reach {
			inReach -= all[oldest].evicted
			oldest++
		}
		if iv.to <= w.From-reach {
			continue
		}
		u := max(iv.before, iv.after) + inReach
		most = max(most, u)
		if iv.from >= w.From-1e-9 {
			sum += u
			count++
		}
	}
	if count > 0 {
		mean = sum / float64(count)
	}
	return most, mean
}

// Avoidable is the largest number of misses of the window that a cache of multiplier times the size could avoid.
func (b Bounds) Avoidable(multiplier float64) float64 {
	if multiplier <= 1 || b.MaxSize <= 0 {
		return 0
	}
	return min(b.Misses, max(1, b.repeats)*(b.Evictions+min(b.Carried, multiplier*b.MaxSize-b.smallest)))
}

// MaxUsefulMultiplier is MaxUseful as a multiple of the present size, at least 1.
func (b Bounds) MaxUsefulMultiplier() float64 {
	if b.MaxSize <= 0 {
		return 1
	}
	return max(1, b.MaxUseful/b.MaxSize)
}

// HitRatio is what the window had; 0 without requests.
func (b Bounds) HitRatio() float64 {
	if b.Requests <= 0 {
		return 0
	}
	return 1 - b.Misses/b.Requests
}

// HitRatioLimit is the hit ratio that no cache of multiplier times the size exceeds.
func (b Bounds) HitRatioLimit(multiplier float64) float64 {
	if b.Requests <= 0 {
		return 0
	}
	return min(1, b.HitRatio()+b.Avoidable(multiplier)/b.Requests)
}
