package caches

import (
	"cmp"
	"math"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// Homeserver is what decides about the caches of one homeserver besides their own metrics.
type Homeserver struct {
	EntryTTL         time.Duration // cache_entry_ttl; 0: entries never expire
	AutotuningStated bool
	AutotuningSeen   bool
	MemoryShort      bool
	// CommonFactor is the one that most caches have, 0 where none is known: the global factor.
	CommonFactor float64
	stated       map[string]float64 // by the key in the configuration
	statedGlobal *float64
}

// Homeservers finds it for each homeserver: from the metrics of all its caches, and from what the data source states.
func Homeservers(all All, o settings.Settings, memoryShort bool) map[string]Homeserver {
	stated := map[string]float64{}
	for name, factor := range o.Homeserver.PerCacheFactors {
		stated[ConfigKey(name)] = factor
	}
	common, seen := commonFactors(all), autotuningSeen(all)
	found := map[string]Homeserver{}
	for k := range all {
		found[k.Server] = Homeserver{
			EntryTTL: o.Homeserver.CacheEntryTTL, AutotuningStated: o.Homeserver.CacheAutotuning, AutotuningSeen: seen[k.Server], MemoryShort: memoryShort,
			CommonFactor: common[k.Server], stated: stated, statedGlobal: o.Homeserver.GlobalCacheFactor,
		}
	}
	return found
}

// Autotuning tells whether cache_autotuning, stated or seen, may evict entries.
func (h Homeserver) Autotuning() bool { return h.AutotuningStated || h.AutotuningSeen }

// Short tells whether memory is: the query says so, or a memory limit evicts entries.
func (h Homeserver) Short() bool { return h.MemoryShort || h.AutotuningSeen }

// Step is how much larger a cache becomes in one step.
func (h Homeserver) Step() float64 {
	if h.Short() {
		return ShortStep
	}
	return FullStep
}

// Playbook tells whether most caches are so large that a memory limit is likely meant to decide, and none is known to be on.
func (h Homeserver) Playbook() bool {
	return h.CommonFactor >= Playbook.Value && !h.Autotuning()
}

// autotuningSeen finds the homeservers on which cache_autotuning evicts entries, whatever the data source states: it evicts
// from all caches at once. The event cache is left out, since it also loses purged rooms.
func autotuningSeen(all All) map[string]bool {
	evicting := map[string]map[string]bool{}
	for k, m := range all {
		if m.Autotuned && k.Cache != EventCache {
			if evicting[k.Server] == nil {
				evicting[k.Server] = map[string]bool{}
			}
			evicting[k.Server][k.Cache] = true
		}
	}
	seen := map[string]bool{}
	for server, names := range evicting {
		seen[server] = len(names) >= int(manyEarly.Value)
	}
	return seen
}

// commonFactors finds each homeserver's most frequent factor; of equally frequent ones the smallest.
func commonFactors(all All) map[string]float64 {
	votes := map[string]map[float64]int{}
	for k, m := range all {
		if factor := m.derivedFactor(); factor != nil && k.Cache != EventCache {
			if votes[k.Server] == nil {
				votes[k.Server] = map[float64]int{}
			}
			votes[k.Server][*factor]++
		}
	}
	common := map[string]float64{}
	for server, counts := range votes {
		for factor, count := range counts {
			if cmp.Or(cmp.Compare(count, counts[common[server]]), cmp.Compare(common[server], factor)) > 0 {
				common[server] = factor
			}
		}
	}
	return common
}

// derivedFactor is the factor that gives the max entries. Synapse rounds base × factor down to whole entries, so every
// factor from entries/base up to, but not including, (entries+1)/base gives the same size; people write the shortest of them.
func (m *Measurements) derivedFactor() *float64 {
	base := Named(m.Cache).BaseSize
	if base == 0 || m.MaxEntries == nil {
		return nil
	}
	least, beyond := *m.MaxEntries/base, (*m.MaxEntries+1)/base
	for digits := 1.0; digits < 1e9; digits *= 10 {
		if shortest := math.Ceil(least*digits-1e-9) / digits; shortest < beyond && math.Floor(shortest*base+1e-9) == *m.MaxEntries {
			return &shortest
		}
	}
	return &least
}
