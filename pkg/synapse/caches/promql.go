package caches

import (
	"fmt"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// Queries writes the PromQL about a selection of caches: everything over the whole window, at its end.
type Queries struct {
	Filters    query.Filters
	Names      []string // empty: all
	Identity   process.Identity
	PerProcess bool // a row of each process, not one over all processes of a homeserver
	Window     time.Duration
	EntryTTL   time.Duration // cache_entry_ttl; 0: entries never expire
	Scrape     time.Duration
}

// By is the list for a PromQL "by" that has a row's homeserver, its process where it is of one, and another label.
func (q Queries) By(label string) string {
	if q.PerProcess {
		return "server_name, " + label + ", " + q.Identity.Labels()
	}
	return "server_name, " + label
}

// KeyOf reads the row off a series.
func (q Queries) KeyOf(m model.Metric) Key {
	k := Key{Server: string(m["server_name"]), Cache: string(m["name"])}
	if q.PerProcess {
		k.Process = q.Identity.Process(m)
	}
	return k
}

func seconds(d time.Duration) string { return fmt.Sprintf("%ds", int64(d.Seconds())) }

func (q Queries) lifetime() time.Duration { return Lifetime(q.EntryTTL) }

// Selector selects the series of these caches.
func (q Queries) Selector(more ...query.Matcher) string {
	return q.Filters.Selector(append([]query.Matcher{query.OneOf("name", q.Names)}, more...)...)
}

func (q Queries) full() metrics.Series { return metrics.CacheEvicted.Series() }

func (q Queries) matching(reason string) string { return q.Selector(query.Equal("reason", reason)) }

func (q Queries) aggregate(how, promql string) string {
	return how + " by (" + q.By("name") + ") (" + promql + ")"
}

func (q Queries) increase(m *metrics.Metric) string {
	return m.Series().Increase(q.Selector(), metrics.Window(q.Window))
}

// warm is the lookups in processes whose caches have filled; a process without a known start counts.
func (q Queries) warm() string {
	young := fmt.Sprintf("(time() - %s < %g)", metrics.ProcessStart.Series().Of(q.Filters.ProcessSelector()), limits.Warm.Value)
	return q.aggregate("sum", q.increase(metrics.CacheRequests)+" unless on ("+q.Identity.Labels()+") "+young)
}

func (q Queries) evicted() string {
	return "sum by (" + q.By("name") + ", reason) (" + q.increase(metrics.CacheEvicted) + ")"
}

func (q Queries) before() string { return q.aggregate("sum", q.evictedBefore()) }

// fullEntries is the entries of the processes that evict some because they are full.
func (q Queries) fullEntries() string {
	return q.aggregate("sum", metrics.CacheSize.Series().Of(q.Selector())+" and "+q.evictedFull()+" > 0")
}

func (q Queries) sizes(how string) string {
	return q.aggregate(how, metrics.CacheMaxSize.Series().Of(q.Selector()))
}

func (q Queries) mostEntries() string {
	return metrics.CacheSize.Series().Over("max_over_time", q.Selector(), metrics.Window(q.Window))
}

// fill is that of the fullest process at its fullest moment, 0..1.
func (q Queries) fill() string {
	return q.aggregate("max", q.mostEntries()+" / "+metrics.CacheMaxSize.Series().Of(q.Selector()))
}

// resized is the caches whose size changed: within a series, and from the window's start to its end, as a process that
// restarts in Kubernetes has another instance.
func (q Queries) resized() string {
	size := metrics.CacheMaxSize.Series()
	return q.aggregate("max", size.Over("changes", q.Selector(), metrics.Window(q.Window))) + " > 0 or " +
		q.sizes("max") + " != " + q.aggregate("max", size.Of(q.Selector()+metrics.Offset(q.Window)))
}

// grown is the size of a week ago of the caches that have grown since.
func (q Queries) grown() string {
	weekAgo := q.aggregate("max", metrics.CacheMaxSize.Series().Of(q.Selector()+metrics.Offset(daysBack*day)))
	return weekAgo + " < " + q.sizes("max")
}

func (q Queries) evictedWithin(d time.Duration) string {
	return "sum without (reason) (" + q.full().Increase(q.matching(ReasonSize), metrics.Window(d)) + ")"
}

// mostPieces bounds the work of a maximum that slides over a long window.
const mostPieces = 200

func (q Queries) usefulStep() time.Duration {
	return max(max(q.lifetime()/4, q.Window/mostPieces).Truncate(q.Scrape), q.Scrape)
}

// autotuned is the caches of which a process loses unread entries in bursts, and sooner than cache_entry_ttl explains: what
// leaves because of its age was there for all of it, so as many entries had to be held at some moment as leave within one. A
// tenth more is left to what increase() estimates. cache_autotuning evicts what is oldest in all caches of a process at once
// when the memory limit is passed, and Synapse counts that as it counts expiry.
func (q Queries) autotuned() string {
	piece := max(2*expiryLoop, q.Window/mostPieces, 2*q.Scrape).Truncate(time.Second)
	unread := q.full().Increase(q.matching(ReasonInvalidation), metrics.Window(q.Window))
	most := "max_over_time(" + q.full().Increase(q.matching(ReasonInvalidation), metrics.Window(piece)) +
		"[" + seconds(q.Window) + ":" + seconds(piece) + "])"
	bursts := fmt.Sprintf("sum without (reason) (%s > %g * %d / %d * %s)", most, burst.Value, int(piece.Seconds()), int(q.Window.Seconds()), unread)
	left := "sum without (reason) (" + unread + ")"
	early := fmt.Sprintf("%s > %g", left, WorthMisses.Value)
	if q.lifetime() > 0 {
		stays := q.EntryTTL
		held := metrics.CacheSize.Series().Over("max_over_time", q.Selector(), metrics.Window(q.Window+q.lifetime()))
		early = fmt.Sprintf("%s * %d / %d > 1.1 * %s", left, int(stays.Seconds()), int((q.Window + stays).Seconds()), held)
	}
	return q.aggregate("count", "("+bursts+") and ("+early+")")
}
