package transactions

import (
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

// explain is what the guide would have the admin conclude, with the numbers it rests on.
func (r row) explain() string {
	parts := []string{r.conclusion()}
	if r.onFull >= 0.5 {
		parts = append(parts, fmt.Sprintf("%s of this was measured on processes that are themselves full, where waiting for "+
			"the processor counts as well: look at their CPU before you blame PostgreSQL.", percent(r.onFull)))
	}
	if c := r.changed(); c != "" {
		parts = append(parts, c)
	}
	if c := r.cacheAdvice(); c != "" {
		parts = append(parts, c)
	}
	return strings.Join(parts, " ")
}

// noticed is the length of one call that a person feels. Source: ours.
const noticed = 1.0 // seconds

func (r row) conclusion() string {
	often, each := rate(r.calls), length(r.mean)
	switch r.verdict {
	case hot:
		text := fmt.Sprintf("Expensive: %s of database time, %s at %s each.", percent(r.share), often, each)
		if r.id.desc == "persist_events" {
			text += " Writing events normally leads this list; what counts is how long one takes and whether that grew."
		}
		return text
	case slow:
		return fmt.Sprintf("Slow per call: %s each, %s, %s of database time.", each, often, percent(r.share))
	case chatty:
		return fmt.Sprintf("Asked often (%s) but quick (%s): %s of database time, not what makes the server slow.", often, each, percent(r.share))
	case maintaining:
		return fmt.Sprintf("Synapse's own housekeeping: %s of database time now; it passes by itself. Look at it only where it stays on top for more than a day.", percent(r.share))
	}
	switch {
	case r.serverCost < littleUse && r.mean >= noticed:
		return fmt.Sprintf("The database has little to do (busy %s in all), but whoever waits for one of these notices it: %s each, %s.",
			percentOfConnection(r.serverCost), each, often)
	case r.serverCost < littleUse:
		return fmt.Sprintf("The database has little to do (busy %s in all), so this is not what makes the server slow: %s at %s each.",
			percentOfConnection(r.serverCost), often, each)
	}
	return fmt.Sprintf("Little: %s of database time, %s at %s each.", percent(r.share), often, each)
}

// A cost that moved by less than a quarter is called unchanged. Source: ours.
const moved = 1.25

func (r row) changed() string {
	switch {
	case r.change == nil:
		return ""
	case *r.change >= moved:
		return fmt.Sprintf("It costs %.1f times what it did %s ago.", *r.change, r.ago)
	case *r.change <= 1/moved:
		return fmt.Sprintf("It costs %s of what it did %s ago.", percent(*r.change), r.ago)
	}
	return fmt.Sprintf("Its cost is much as it was %s ago.", r.ago)
}

func (r row) cacheAdvice() string {
	if r.cache == nil || r.cache.hitRatio() == nil || (r.verdict != hot && r.verdict != chatty && r.verdict != slow) {
		return ""
	}
	misses := fmt.Sprintf("The cache %s in front of it misses %s", r.guard, rate(r.cache.misses))
	switch evictions := r.cache.sizeEvictions; {
	case r.cache.misses <= 0:
		return fmt.Sprintf("The cache %s in front of it answers all that it is asked, so these calls come another way: a larger cache would not help.", r.guard)
	case evictions == nil:
		return misses + "; whether for lack of room is not known."
	case caches.MayHelp(r.guard, r.cache.misses, *evictions):
		return misses + fmt.Sprintf(" and drops an entry for lack of room %s: look at it among the cache factors first.", rate(*evictions))
	}
	return misses + ", hardly ever for lack of room: a larger cache would not help."
}

func span(d time.Duration) string {
	if days := d.Hours() / 24; days >= 1 && d%(24*time.Hour) == 0 {
		if days == 7 {
			return "a week"
		}
		if days == 1 {
			return "one day"
		}
		return fmt.Sprintf("%d days", int(days))
	}
	return strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(d.String())
}
