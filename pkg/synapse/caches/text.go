package caches

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// The steps that several verdicts advise.
const (
	oneStep    = "Raise the factor one step and compare."
	undo       = "Undo it if nothing changes."
	moreMemory = "If there is memory to spare, raise caches.cache_autotuning.max_cache_memory_usage; it is per process."
)

// seldom is the rate below which people count in the whole range instead.
const seldom = 0.1

// Count is "41 misses per second", or of what is rare "40 misses in 6 h".
func (m *Measurements) Count(count float64, what string) string {
	if rate := m.PerSecond(count); rate >= seldom {
		return words.Number(rate) + " " + what + " per second"
	}
	return words.Number(count) + " " + what + " in " + words.Duration(m.Window)
}

func (m *Measurements) sayMisses() string { return m.Count(m.Misses(), "misses") }

// Of is "41 of 52 misses per second".
func (m *Measurements) Of(count float64) string {
	if rate := m.PerSecond(m.Misses()); rate >= seldom {
		count = m.PerSecond(count)
	}
	return words.Number(count) + " of " + m.sayMisses()
}

func (m *Measurements) sayFewRequests() string {
	if m.Requests < 1 {
		return "No lookups in " + words.Duration(m.Window) + "."
	}
	return fmt.Sprintf("Only %s in %s; at least %s are needed.", words.Count(m.Requests, "lookup", "lookups"), words.Duration(m.Window), EnoughRequests)
}

func (m *Measurements) sayCold() string {
	return fmt.Sprintf("Only %s of %s come from processes that have run for an hour; the caches of the others are still filling.",
		words.Number(m.Warm), words.Count(m.Requests, "lookup", "lookups"))
}

func (m *Measurements) sayNothingEvicted() string {
	if m.Fill >= Full.Value {
		return fmt.Sprintf("Large enough: %s, and none was evicted because the cache was full.", m.sayFill())
	}
	fill := ""
	if m.Entries != nil && m.MaxEntries != nil {
		fill = " (" + m.sayFill() + ")"
	}
	return fmt.Sprintf("Nothing was evicted because the cache was full%s, so a larger one would hold the same. The %s are lookups of what is new, has changed or has expired.",
		fill, m.sayMisses())
}

// sayFill is "5,000 of 10,000 entries", of the fullest process.
func (m *Measurements) sayFill() string {
	unit := "entries"
	if Named(m.Cache).CountsItems {
		unit = "items"
	}
	return fmt.Sprintf("%s of %s %s", words.Number(query.OrZero(m.Entries)), words.Number(query.OrZero(m.MaxEntries)), unit)
}

func (m *Measurements) sayTooLarge() string {
	return fmt.Sprintf("Hit ratio %s: almost nothing in it is looked up again, and it has room to spare. Half the size frees memory and adds at most %s (now %s).",
		words.Percent(m.hitRatio()), m.Count(m.Hits, "misses"), m.sayMisses())
}

func (m *Measurements) sayEvicted() string {
	return m.Count(m.Evicted, "entries") + " are evicted because the cache is full, against " + m.sayMisses() + "."
}

func (m *Measurements) sayFewEvictions() string {
	return "Only " + m.sayEvicted() + " A larger cache would change little."
}

func (m *Measurements) sayExpiring() string {
	return m.sayEvicted() + " It evicts its oldest entries, used or not, so nothing is proved about a larger one."
}

func (m *Measurements) sayMemoryBound() string {
	return fmt.Sprintf("%s expire or are evicted by the memory limit of cache_autotuning, %s because the cache is full. A factor changes little here.",
		m.Count(m.Unread, "entries"), m.Count(m.Evicted, "entries"))
}

func (m *Measurements) sayAutotunedFull() string {
	return m.sayEvicted() + " With cache_autotuning on nothing is proved: its memory limit may take over."
}

// unlimited: each eviction may stand for so many misses that none is excluded.
func (m *Measurements) unlimited() bool {
	return RepeatsOf(m.Cache) > 1 && m.Avoidable >= m.Misses()
}

// sayLimit is the proved sentence.
func (m *Measurements) sayLimit() string {
	switch {
	case m.unlimited():
		return "All " + m.sayMisses() + " may be avoidable: Synapse looks up many keys of this cache at once, so its evictions set no limit."
	case RepeatsOf(m.Cache) > 1:
		return fmt.Sprintf("At most %s are avoidable, whatever the size (estimated at %s misses per eviction, because Synapse looks up many keys at once).",
			m.Of(m.Avoidable), BatchRepeats)
	}
	return "At most " + m.Of(m.Avoidable) + " are avoidable, whatever the size (proved from its evictions)."
}

func (m *Measurements) sayLargest() string {
	return fmt.Sprintf("%s But nothing changes above %s entries, and it has %s.", m.sayLimit(), words.Number(query.OrZero(m.Useful)), words.Number(query.OrZero(m.MaxEntries)))
}

func (m *Measurements) sayScan() string {
	return fmt.Sprintf("%s Hit ratio %s in a full cache: a scan, which no size helps, or a set of keys somewhat larger than the cache.",
		m.sayLimit(), words.Percent(m.hitRatio()))
}

// sayProbe says what is missing for a raise.
func (m *Measurements) sayProbe(h Homeserver) string {
	stays := ""
	if v := m.Residence(); v != nil && m.hitRatio() >= Reused.Value && !m.leavesEarly(h) {
		stays = fmt.Sprintf(", and entries stay for about %s already", words.Seconds(*v))
	}
	return fmt.Sprintf("%s Hit ratio %s%s: the metrics can't show how many a step avoids.", m.sayLimit(), words.Percent(m.hitRatio()), stays)
}

func (m *Measurements) sayRaise(h Homeserver) string {
	could := "would never expire"
	if h.EntryTTL > 0 {
		could = "may stay for " + words.Duration(h.EntryTTL)
	}
	return fmt.Sprintf("%s Hit ratio %s: entries are reused, but evicted after about %s although they %s.",
		m.sayLimit(), words.Percent(m.hitRatio()), words.Seconds(query.OrZero(m.Residence())), could)
}

func (h Homeserver) sayPlaybook() string {
	return fmt.Sprintf("Most caches here have factor %s, as playbooks set it together with cache_autotuning: if it is on, say so in the data source settings.",
		words.Number(h.CommonFactor))
}

// SayAlone names the process that needs the step alone; "" where several do.
func (m *Measurements) SayAlone() string {
	if m.Alone == "" {
		return ""
	}
	return fmt.Sprintf("Nearly all of it happens on %s: setting %s on that process alone is enough.", m.Alone, EnvironmentKey(m.Cache))
}

// sayLastStep is "The last step, from 500 to 1,000 entries, avoided 12% of the misses at the same hours."
func (m *Measurements) sayLastStep() string {
	step := fmt.Sprintf("The last step (%s to %s entries)", words.Number(m.LastStep.From), words.Number(m.LastStep.To))
	if m.broughtByLastStep() == nil {
		return fmt.Sprintf("%s has no clear effect yet: %s, within the usual daily variation of %s.", step, m.LastStep.Change(), words.Percent(m.LastStep.Usual))
	}
	return fmt.Sprintf("%s brought %s at the same hours (usual daily variation: %s).", step, m.LastStep.Change(), words.Percent(m.LastStep.Usual))
}

// SayLastStep is the sentence about it; "" where none was seen.
func (m *Measurements) SayLastStep() string {
	if m.LastStep == nil {
		return ""
	}
	return m.sayLastStep()
}
