package caches

import (
	"math"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Factor is a cache's factor, and the next one to try.
type Factor struct {
	Current *float64 // nil where it is not known or no factor applies
	Next    *float64 // of a cache to raise or to lower
	Ceiling *float64 // nothing changes above it
	Note    string   // on where Current comes from
}

// olderSizes are sizes at factor 1 of caches that older versions of Synapse made with another one. Source: recordings of 23
// versions from 1.60 to 1.163; every other catalogued cache kept its size.
var olderSizes = map[string]float64{"is_partial_state_room": 1000}

// FactorOf finds the factors of a cache that was judged.
func FactorOf(m *Measurements, h Homeserver, verdict Verdict) Factor {
	current, note := m.current(h)
	f := Factor{Current: current}
	if current == nil || *current <= 0 {
		if verdict.Advised() {
			f.Note = note
		}
		return f
	}
	if m.Useful != nil && query.OrZero(m.MaxEntries) > 0 && m.Provable(h) {
		// Upwards, so that the table and the reason say one number, and nothing changes above that one either.
		ceiling := significant(*current*max(1, *m.Useful / *m.MaxEntries), 3, math.Ceil)
		f.Ceiling = &ceiling
	}
	switch {
	case verdict == Lower:
		next := significant(*current/FullStep, 2, math.Round)
		f.Next, f.Note = &next, note
	case verdict.Advised():
		next := nextFactor(*current, h.Step(), f.Ceiling)
		f.Next, f.Note = &next, note
	}
	return f
}

// current is a cache's factor: of its size where Synapse exports it, else as stated, else the common one. The note says what
// it rests on, or why it is not known.
func (m *Measurements) current(h Homeserver) (*float64, string) {
	made, known := Lookup(m.Cache)
	switch {
	case !known:
		return m.unknownFactor(h)
	case !made.Resizable:
		return nil, ""
	case m.Cache == EventCache && m.MaxEntries != nil:
		return m.eventCacheFactor(h)
	}
	if older, had := olderSizes[m.Cache]; had && m.MaxEntries != nil && *m.MaxEntries == older*h.CommonFactor {
		if _, stated := h.statedFor(m.Cache); !stated {
			return &h.CommonFactor, ""
		}
	}
	if factor := m.derivedFactor(); factor != nil {
		return factor, ""
	}
	if stated, ok := h.statedFor(m.Cache); ok {
		return &stated, "Synapse does not export its size; the factor is the one stated in the data source settings."
	}
	if h.CommonFactor > 0 {
		return &h.CommonFactor, "Synapse does not export its size; the factor is the one that most caches have."
	}
	return nil, "Synapse does not export its size."
}

// unknownFactor is that of a cache of a newer Synapse or of a module: the common one, where that gives a size that people
// write.
func (m *Measurements) unknownFactor(h Homeserver) (*float64, string) {
	const plain = 100 // Synapse's own sizes at factor 1 are multiples
	if h.CommonFactor > 0 && m.MaxEntries != nil && math.Mod(*m.MaxEntries/h.CommonFactor, plain) == 0 {
		return &h.CommonFactor, "The plugin's catalogue lacks this cache; its size fits the factor that most caches have."
	}
	return nil, "The plugin's catalogue lacks this cache, so its factor is unknown."
}

// eventCacheFactor trusts a size that fits the default event_cache_size and the common factor. Any other may come from
// either option, and a step on the wrong one could take ten times the memory.
func (m *Measurements) eventCacheFactor(h Homeserver) (*float64, string) {
	if stated, ok := h.statedFor(EventCache); ok {
		return &stated, "Its factor is the one stated in the data source settings."
	}
	if factor := m.derivedFactor(); *factor == h.CommonFactor {
		return factor, "This assumes the default event_cache_size, 10K."
	}
	return nil, "Its size depends on event_cache_size and on its factor, and no metric tells these apart: " +
		"state perCacheFactors or globalCacheFactor in the data source settings, or raise event_cache_size instead."
}

func (h Homeserver) statedFor(cache string) (float64, bool) {
	if factor, ok := h.stated[ConfigKey(cache)]; ok {
		return factor, true
	}
	if h.statedGlobal != nil {
		return *h.statedGlobal, true
	}
	return 0, false
}

// nextFactor is one step up, but never above the size from which on nothing changes.
func nextFactor(current, step float64, ceiling *float64) float64 {
	next := significant(current*step, 2, math.Round)
	if ceiling == nil {
		return next
	}
	return min(next, significant(*ceiling, 2, math.Ceil))
}

// significant rounds to so many significant digits, as people write factors.
func significant(v float64, digits int, round func(float64) float64) float64 {
	if v <= 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-float64(digits-1))
	return math.Round(round(v/unit-1e-9)*unit*1e9) / 1e9
}

// KeptFactors are the factors that single caches of a homeserver have already, stated or derived from their sizes, by their
// key in the configuration: a block that replaces the old one must not lose them.
func KeptFactors(all []*Measurements, h Homeserver) map[string]float64 {
	kept := map[string]float64{}
	for _, m := range all {
		if factor := m.derivedFactor(); h.CommonFactor > 0 && factor != nil && *factor != h.CommonFactor && m.Cache != EventCache && Named(m.Cache).Resizable {
			kept[ConfigKey(m.Cache)] = *factor
		}
	}
	for key, factor := range h.stated {
		kept[key] = factor
	}
	return kept
}

// bookkeeping is what Synapse's LruCache takes for one entry besides its key and value, in bytes. Source: measured on
// CPython 3.11, 246 to 260.
const bookkeeping = 246

// Memory is what the step adds to what the cache takes now, measured by caches.track_memory_usage; below 0 what it frees.
// nil where it is not measured.
func (f Factor) Memory(m *Measurements, verdict Verdict) *float64 {
	if m.Bytes == nil || f.Next == nil {
		return nil
	}
	times := *f.Next / *f.Current
	if verdict == Lower {
		times = min(1, times*query.OrZero(m.MaxEntries)/max(1, query.OrZero(m.Entries)))
	}
	grows := *m.Bytes * (times - 1)
	return &grows
}

// LeastMemory is what the bookkeeping of the added entries alone takes; 0 where items are counted, which several share one
// entry, and where the size is measured or not known.
func (f Factor) LeastMemory(m *Measurements, verdict Verdict) float64 {
	if !verdict.Advised() || m.Bytes != nil || f.Next == nil || Named(m.Cache).CountsItems {
		return 0
	}
	return max(0, (*f.Next / *f.Current - 1)*m.FullEntries*bookkeeping)
}
