package cachefactors

import (
	"fmt"
	"math"
	"strings"
	"time"
)

func (f facts) sayFew() string {
	if f.requests < 1 {
		return "Nobody asked it in this time range."
	}
	return fmt.Sprintf("Lookups in %s: %.0f, too few to judge; it takes %d.", span(f.window), f.requests, enoughRequests)
}

func (f facts) sayYoung() string {
	return fmt.Sprintf("Its processes restarted within the last hour, and a cold cache tells nothing: %.0f of %.0f lookups are from "+
		"settled ones. Look again later.", f.settled, f.requests)
}

func (f facts) sayNothingDropped() string {
	if f.fullness >= fullFrom {
		return fmt.Sprintf("Large enough: %s, and nothing was dropped for lack of room.", f.fill())
	}
	text := "Nothing was dropped for lack of room"
	if fill := f.fill(); fill != "" {
		text += ", " + fill
	}
	return text + fmt.Sprintf(": a larger cache would hold the same. The %s are entries asked for the first time, changed, or "+
		"unused for too long.", f.missing())
}

func (f facts) sayTooLarge() string {
	return fmt.Sprintf("It answers %s of its lookups, so nearly all that it holds is never asked for again, and it does not lack room. Half the "+
		"size frees memory and costs %s at most, beside %s.", percent(value(f.hitRatio())), f.missesAt(f.hits), f.missing())
}

func (f facts) sayFewDrops() string {
	return fmt.Sprintf("Entries dropped for lack of room: only %s, beside %s. A larger cache would change little.", f.rate(f.sizeDrops), f.missing())
}

func (f facts) sayExpiring() string {
	return fmt.Sprintf("Entries dropped for lack of room: %s, beside %s. It drops the oldest entries, used or not, so how many misses "+
		"a larger one avoids can't be bounded: take one step and measure.", f.rate(f.sizeDrops), f.missing())
}

func (f facts) sayMemoryBound() string {
	return fmt.Sprintf("Entries dropped unused or by the memory limit of cache_autotuning: %s; for lack of room: %s. A factor changes little "+
		"here. If memory allows, raise max_cache_memory_usage; the limit is per process.", f.rate(f.idleDrops), f.rate(f.sizeDrops))
}

func (f facts) sayAutotunedFull() string {
	return fmt.Sprintf("Entries dropped for lack of room: %s, beside %s. A step may avoid some of these, unless the memory limit of "+
		"cache_autotuning then takes over; with it on, nothing can be proved. Take one step and measure.", f.rate(f.sizeDrops), f.missing())
}

func (f facts) sayBoundTooSmall() string {
	return fmt.Sprintf("%s Not worth a step.", f.limit())
}

func (f facts) sayLargest() string {
	return fmt.Sprintf("%s But nothing changes above %s entries, and it has %s.", f.limit(), whole(value(f.useful)), whole(value(f.maxEntries)))
}

func (f facts) sayScan() string {
	return fmt.Sprintf("%s But it answers %s of its lookups and is full: this is what a scan looks like, which no size helps, or "+
		"a set somewhat larger than the cache. Only a larger cache tells: take one step, and undo it if nothing changes.",
		f.limit(), percent(value(f.hitRatio())))
}

func (f facts) sayProbe() string {
	return fmt.Sprintf("%s How many really, the metrics don't tell: take one step and measure.%s", f.limit(), f.onOneProcess())
}

func (f facts) sayRaise(o options) string {
	expiry := "would never expire"
	if o.CacheEntryTTL > 0 {
		expiry = "could stay " + span(o.CacheEntryTTL) + " unused"
	}
	stays := time.Duration(value(f.residence()) * float64(time.Second))
	return fmt.Sprintf("%s It answers %s of its lookups, so entries are asked for again, yet they are pushed out after about %s "+
		"where they %s. Take one step, then look again.%s", f.limit(), percent(value(f.hitRatio())), span(stays), expiry, f.onOneProcess())
}

func sayPlaybook(common float64) string {
	return fmt.Sprintf("Most caches here have factor %s, as playbooks set it together with a memory limit: if caches.cache_autotuning "+
		"is on, say so in the data source.", number(common))
}

// limit is the proved sentence.
func (f facts) limit() string {
	if f.unlimited() {
		return fmt.Sprintf("Any of its %s may be avoidable: it is asked for many keys at once, so its evictions set no limit.", f.missing())
	}
	return fmt.Sprintf("At most %s could be avoided, whatever the size (%s).", f.avoidable(), f.because())
}

// unlimited: each eviction may stand for so many misses that none is excluded.
func (f facts) unlimited() bool { return f.repeats() > 1 && f.bound >= f.misses() }

// because is what the limit rests on.
func (f facts) because() string {
	if f.repeats() > 1 {
		return fmt.Sprintf("%.0f for each eviction, not proved: it is asked for many keys at once, which can miss one key several times", f.repeats())
	}
	return "proved from its evictions"
}

func (f facts) onOneProcess() string {
	if f.alone == "" {
		return ""
	}
	return fmt.Sprintf(" Nearly all of it happens on %s; the environment variable (SYNAPSE_CACHE_FACTOR_ and the cache's name) on that process alone is enough.", f.alone)
}

// fill is the entries of the fullest process; empty where sizes are not known.
func (f facts) fill() string {
	if f.entries == nil || f.maxEntries == nil {
		return ""
	}
	unit := "entries"
	if f.made.CountsItems {
		unit = "items"
	}
	return fmt.Sprintf("%s of %s %s", whole(*f.entries), whole(*f.maxEntries), unit)
}

// forecast is the proof and the prediction in one sentence: "41 of 52 misses a second could be avoided at most, whatever
// the size (proved from its evictions); doubling likely avoids 9 (5–14)."
func (r row) forecast() string {
	unit := r.pace(r.misses()).seconds
	g := r.expected
	if r.unlimited() {
		return fmt.Sprintf("%s likely avoids %s (%s–%s) of %s; its evictions set no limit, as it is asked for many keys at once.",
			capital(sayStep(g.multiplier)), short(g.avoided*unit), short(g.avoidedLow*unit), short(g.avoidedHigh*unit), r.missing())
	}
	return fmt.Sprintf("%s could be avoided at most, whatever the size (%s); %s likely avoids %s (%s–%s).",
		r.avoidable(), r.because(), sayStep(g.multiplier), short(g.avoided*unit), short(g.avoidedLow*unit), short(g.avoidedHigh*unit))
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

func sayStep(multiplier float64) string {
	multiplier = math.Round(multiplier*100) / 100
	if multiplier == oneStep {
		return "doubling"
	}
	return fmt.Sprintf("%s times the size", number(multiplier))
}

func (r row) sayPredictedRaise(o options) string {
	text := r.forecast()
	if r.ceiling != nil {
		text += fmt.Sprintf(" Above factor %s nothing changes (entries expire after %s unread).", number(*r.ceiling), span(o.CacheEntryTTL))
	}
	if r.next != nil {
		text += fmt.Sprintf(" Next: factor %s, then look again.", number(*r.next))
	} else {
		text += " Take one step, then look again."
	}
	return text + r.onOneProcess()
}

func (r row) sayPredictedProbe() string {
	return r.forecast() + " It is not sure to avoid a tenth: take one step and measure." + r.onOneProcess()
}

func (r row) sayPredictedScan() string {
	return fmt.Sprintf("%s But it answers %s of its lookups and is full: this is what a scan looks like, which no size helps, or "+
		"a set somewhat larger than the cache. Only a larger cache tells: take one step, and undo it if nothing changes.",
		r.forecast(), percent(value(r.hitRatio())))
}
