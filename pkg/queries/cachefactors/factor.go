package cachefactors

import (
	"cmp"
	"fmt"
	"math"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// eventCache is the one cache whose base size is an option of its own: event_cache_size.
const eventCache = "*getEvent*"

// playbookFactor: from this common factor on, a server is likely set up by a playbook that gives caches room in plenty
// and lets a memory limit (cache_autotuning) decide; the popular one sets 10. Source of the 5: ours.
const playbookFactor = 5

// options are the settings that decide, as the admin states them; no metric tells them.
type options struct {
	query.Options
	autotuning  bool
	pressed     map[string]bool // homeservers whose metrics show that cache_autotuning drops entries
	memoryShort bool
	stated      map[string]float64 // by the key in the configuration
	common      map[string]float64 // the factor that most caches of a homeserver have
}

func optionsOf(o query.Options, all map[key]*facts) options {
	stated := map[string]float64{}
	for name, factor := range o.PerCacheFactors {
		stated[cachecatalogue.Key(name)] = factor
	}
	return options{Options: o, autotuning: o.CacheAutotuning, stated: stated, common: commonFactors(all)}
}

// tuned tells whether cache_autotuning, stated or seen, may drop entries.
func (o options) tuned(server string) bool { return o.autotuning || o.pressed[server] }

// short tells whether memory is: the query says so, or a memory limit drops entries.
func (o options) short(server string) bool { return o.memoryShort || o.pressed[server] }

// derived is the factor that gives these entries. Synapse rounds base × factor down to whole entries, so every factor
// from entries/base up to, but not including, (entries+1)/base gives the same size; people write the shortest of them.
func (f facts) derived() *float64 {
	if !f.listed || f.made.BaseSize == 0 || f.maxEntries == nil {
		return nil
	}
	least, beyond := *f.maxEntries/f.made.BaseSize, (*f.maxEntries+1)/f.made.BaseSize
	for digits := 1.0; digits < 1e9; digits *= 10 {
		if shortest := math.Ceil(least*digits-1e-9) / digits; shortest < beyond && math.Floor(shortest*f.made.BaseSize+1e-9) == *f.maxEntries {
			return known(shortest)
		}
	}
	return known(least)
}

// commonFactors finds each homeserver's most frequent factor, which is its global factor.
func commonFactors(all map[key]*facts) map[string]float64 {
	votes := map[string]map[float64]int{}
	for k, f := range all {
		if factor := f.derived(); factor != nil && k.cache != eventCache {
			if votes[k.server] == nil {
				votes[k.server] = map[float64]int{}
			}
			votes[k.server][*factor]++
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

// current is a cache's factor: of its size where Synapse exports it, else as stated, else the common one. note says
// what it rests on where that is not its size, or why it is unknown.
func (f facts) current(o options) (factor *float64, note string) {
	if !f.listed {
		return nil, "It is not a cache of Synapse itself, so its size at factor 1 is not known."
	}
	if !f.made.Resizable {
		return nil, ""
	}
	if f.cache == eventCache && f.maxEntries != nil {
		return f.eventCacheFactor(o)
	}
	if factor := f.derived(); factor != nil {
		return factor, ""
	}
	if stated, ok := o.statedFor(f.cache); ok {
		return known(stated), "Synapse does not export its size; the factor is the one stated in the data source."
	}
	if common, ok := o.common[f.server]; ok {
		return known(common), "Synapse does not export its size; the factor is the one that most caches have."
	}
	return nil, "Synapse does not export its size."
}

// eventCacheFactor trusts a size that fits the default event_cache_size and the common factor. Any other may come from
// either option, and a step on the wrong one could take ten times the memory.
func (f facts) eventCacheFactor(o options) (*float64, string) {
	if stated, ok := o.statedFor(eventCache); ok {
		return known(stated), "Its factor is the one stated in the data source."
	}
	factor := f.derived()
	if common, ok := o.common[f.server]; ok && *factor == common {
		return factor, "This takes event_cache_size to be the default, 10K."
	}
	return nil, "Its size comes from event_cache_size and its factor together, and no metric tells these apart: " +
		"state perCacheFactors or globalCacheFactor in the data source, or raise event_cache_size instead."
}

func (o options) statedFor(cache string) (float64, bool) {
	if factor, ok := o.stated[cachecatalogue.Key(cache)]; ok {
		return factor, true
	}
	if o.GlobalCacheFactor != nil {
		return *o.GlobalCacheFactor, true
	}
	return 0, false
}

// Steps double a cache: far enough to be measured, near enough to undo. Source: simulated step by step, doubling with a
// measurement after each step came closest to the best factors. Where memory is short a step is half of that.
const (
	oneStep   = 2
	shortStep = 1.5
)

func (o options) step(server string) float64 {
	if o.short(server) {
		return shortStep
	}
	return oneStep
}

// nextFactor is one step up, but never above the size from which on nothing changes.
func nextFactor(current, step float64, useful *float64) float64 {
	step = twoDigits(current*step, math.Round)
	if useful == nil {
		return step
	}
	return min(step, twoDigits(*useful, math.Ceil))
}

// twoDigits rounds to two significant digits, as people write factors.
func twoDigits(v float64, round func(float64) float64) float64 { return significant(v, 2, round) }

func significant(v float64, digits int, round func(float64) float64) float64 {
	if v <= 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-float64(digits-1))
	rounded := round(v/unit-1e-9) * unit
	return math.Round(rounded*1e9) / 1e9
}

func number(v float64) string { return fmt.Sprintf("%g", v) }
