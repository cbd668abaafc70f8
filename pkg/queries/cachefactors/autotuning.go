package cachefactors

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// What shows that cache_autotuning is at its limit, also where the data source does not state it. It drops what is oldest
// in all caches of a process, all at once when the memory limit is passed, and counts that as expiry does. Source: ours.
const (
	manyHurried = 3  // fewer caches that lose entries too early have another reason, such as a purged room
	burst       = 10 // so many times the mean of the range leave within a minute or two
	mostBursts  = 20 // caches that are looked at
)

// hurried is the caches of which a process loses more unused entries than cache_entry_ttl explains: what leaves because
// of its age was there for the whole of it, so as many entries had to be held at some moment as leave within one. A tenth
// more is left to what increase() estimates.
func (q questions) hurried() string {
	left := "sum without (reason) (increase(" + q.unused() + q.in(q.window) + "))"
	if q.memory == 0 {
		return q.aggregate("count", fmt.Sprintf("%s > %d", left, worthMisses))
	}
	stays := q.memory - expiryLoop
	held := "max_over_time(" + cachecatalogue.Size + q.selector() + q.in(q.window+q.memory) + ")"
	return q.aggregate("count", fmt.Sprintf("%s * %d / %d > 1.1 * %s", left, int(stays.Seconds()), int((q.window+stays).Seconds()), held))
}

// bursts is those that lose unused entries in bursts.
func (q questions) bursts() string {
	piece := max(2*expiryLoop, q.window/usefulPoints, 2*q.interval).Truncate(time.Second)
	most := "max_over_time(increase(" + q.unused() + q.in(piece) + ")[" + seconds(q.window) + ":" + seconds(piece) + "])"
	mean := "increase(" + q.unused() + q.in(q.window) + ")"
	return q.aggregate("count", fmt.Sprintf("%s > %d * %d / %d * %s", most, burst, int(piece.Seconds()), int(q.window.Seconds()), mean))
}

func (q questions) unused() string {
	return cachecatalogue.Evicted + q.selector(query.Equal("reason", cachecatalogue.ReasonInvalidation))
}

// pressed finds the homeservers on which cache_autotuning drops entries, whatever the data source says. Where no cache
// loses entries too early, which is nearly everywhere, it asks nothing.
func pressed(ctx context.Context, s *query.Session, q questions, all map[key]*facts) (map[string]bool, error) {
	hurried := cachesPerServer(all, func(f *facts) bool { return f.hurried })
	for server, caches := range hurried {
		if len(caches) >= manyHurried {
			for _, name := range caches[:min(mostBursts, len(caches))] {
				if !slices.Contains(q.names, name) {
					q.names = append(q.names, name)
				}
			}
			continue
		}
		delete(hurried, server)
	}
	if len(hurried) == 0 {
		return nil, nil
	}
	slices.Sort(q.names)
	var bursting model.Vector
	if err := s.Ask(ctx, query.At(q.bursts(), &bursting)); err != nil {
		return nil, err
	}
	seen := map[key]bool{}
	for _, sample := range bursting {
		seen[keyOf(sample.Metric)] = true
	}
	found := map[string]bool{}
	for server, caches := range cachesPerServer(all, func(f *facts) bool { return f.hurried && seen[f.key] }) {
		found[server] = len(caches) >= manyHurried
	}
	return found, nil
}

// cachesPerServer names the caches of which something is so, the event cache left out: it also loses purged rooms.
func cachesPerServer(all map[key]*facts, is func(*facts) bool) map[string][]string {
	names := map[string][]string{}
	for k, f := range all {
		if is(f) && k.cache != eventCache && !slices.Contains(names[k.server], k.cache) {
			names[k.server] = append(names[k.server], k.cache)
		}
	}
	for _, caches := range names {
		slices.Sort(caches)
	}
	return names
}
