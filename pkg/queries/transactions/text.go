package transactions

import (
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// explain is what the guide would have the admin conclude, with the numbers it rests on.
func (r row) explain() string {
	parts := []string{r.conclusion()}
	if r.onSaturated >= transactions.MostlySaturated.Value {
		parts = append(parts, words.Percent(r.onSaturated)+" of it was measured on saturated processes, where it includes the wait for the CPU: "+
			"check their CPU before you blame PostgreSQL.")
	}
	for _, text := range []string{r.changeText(), r.cacheText()} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}

// noticed is the duration of one call that a person feels. Source: ours.
const noticed = 1.0 // seconds

func (r row) conclusion() string {
	u := r.usage
	often, each, share := words.Rate(u.Calls), words.Seconds(u.Mean()), words.Percent(u.Share())
	switch r.verdict {
	case transactions.Hot:
		text := fmt.Sprintf("Expensive: %s of database time, %s at %s each.", share, often, each)
		if r.id.desc == transactions.PersistEvents {
			text += " Writing events normally leads this list; what counts is how long one write takes and whether that grew."
		}
		return text
	case transactions.Slow:
		return fmt.Sprintf("Slow: %s each, %s, %s of database time.", each, often, share)
	case transactions.Chatty:
		return fmt.Sprintf("Frequent (%s) but quick (%s each): %s of database time, so it is not what makes the server slow.", often, each, share)
	case transactions.Routine:
		return fmt.Sprintf("Synapse's own maintenance: %s of database time. It ends by itself; look at it only if it stays on top for more than a day.", share)
	case transactions.Quiet:
	}
	inUse := words.Percent(u.AllCost) + " of one connection in use"
	switch {
	case u.AllCost < transactions.EnoughCost.Value && u.Mean() >= noticed:
		return fmt.Sprintf("The database has little to do (%s), but whoever waits for one of these notices it: %s each, %s.", inUse, each, often)
	case u.AllCost < transactions.EnoughCost.Value:
		return fmt.Sprintf("The database has little to do (%s), so this is not what makes the server slow: %s at %s each.", inUse, often, each)
	}
	return fmt.Sprintf("Minor: %s of database time, %s at %s each.", share, often, each)
}

// A cost that moved by less than a quarter is called unchanged. Source: ours.
const moved = 1.25

func (r row) changeText() string {
	switch {
	case r.change == nil:
		return ""
	case *r.change >= moved:
		return fmt.Sprintf("It costs %s times as much as %s.", words.Number(*r.change), agoText(r.ago))
	case *r.change <= 1/moved:
		return fmt.Sprintf("It costs %s of what it did %s.", words.Percent(*r.change), agoText(r.ago))
	}
	return fmt.Sprintf("It costs about as much as %s.", agoText(r.ago))
}

func (r row) cacheText() string {
	if r.cache == nil || r.cache.requests <= 0 || r.verdict == transactions.Quiet || r.verdict == transactions.Routine {
		return ""
	}
	cache, misses := "The cache "+r.guard+" in front of it", " misses "+words.Rate(r.cache.misses)
	switch evicted := r.cache.evicted; {
	case r.cache.misses <= 0:
		return cache + " answers every lookup, so these calls come another way: a larger cache would not help."
	case evicted == nil:
		return cache + misses + "; whether because it is full is not known."
	case caches.MayHelp(r.guard, r.cache.misses, *evicted):
		return cache + misses + " and evicts " + words.Rate(*evicted) + " because it is full: see \"Cache factors to change\"."
	}
	return cache + misses + ", but hardly ever because it is full: a larger cache would not help."
}

// agoText is when the compared window lies: "a week ago".
func agoText(ago time.Duration) string {
	switch ago {
	case weekAgo:
		return "a week ago"
	case dayAgo:
		return "one day ago"
	}
	return words.Duration(ago) + " ago"
}

func tellYesterday(s *query.Session, server string, asked time.Duration) {
	s.Inform("\"Change\" compares %s with one day ago: there is no complete data from %s.", query.SayServer(server), agoText(asked))
}

func tellNoHistory(s *query.Session, server string, asked time.Duration) {
	tried := agoText(asked)
	if asked != dayAgo {
		tried += " or one day ago"
	}
	s.Inform("\"Change\" is empty for %s: there is no complete data from %s.", query.SayServer(server), tried)
}

func tellRestarted(s *query.Session, server string) {
	s.Inform("\"Change\" is empty for %s: a process started within an hour of the start of one of the two windows, and cold caches cost "+
		"more.", query.SayServer(server))
}

func tellNoCaches(s *query.Session) {
	s.Inform("Prometheus has no %s of the caches in front of these transactions, so their hit ratios and misses are empty.", metrics.CacheRequests.Name)
}

// tellAbsent says which homeservers' numbers are missing or are not whole.
func (m measurements) tellAbsent(s *query.Session) {
	if len(m.cost) == 0 {
		process.WarnAbsent(s, metrics.TransactionTime.Name)
	} else if len(m.calls) == 0 {
		process.WarnAbsent(s, metrics.TransactionCount.Name)
	}
	for _, server := range m.servers() {
		if _, whole := m.whole[server]; !whole {
			s.Inform("Prometheus has numbers of %s for a part of the time range only. Calls and cost per second are means over all of it, so they are too low; "+
				"shares and mean durations are right.", query.SayServer(server))
		}
	}
}
