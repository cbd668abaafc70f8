package caches

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/prometheus/common/model"
)

// Key names a cache of a homeserver, or of one process of it; Process is 0 where it is that of all processes.
type Key struct {
	Server, Cache string
	Process       model.Fingerprint
}

// Measurements is what the metrics tell about one cache in one time range. Counts are over all of it.
type Measurements struct {
	Key
	Labels model.Metric // of its process, where it is that of one
	Name   string       // of that process
	Window time.Duration

	Requests, Hits float64
	Warm           float64 // requests to processes that have run long enough

	EvictionsSeen bool    // the metric of evictions is there
	Evicted       float64 // because the cache was full
	Unread        float64 // LRU: unread for cache_entry_ttl, or by cache_autotuning
	Before        float64 // because it was full, before the range but within reach of it
	Avoidable     float64 // misses, by any size; see Bound

	Entries     *float64 // of the largest process
	FullEntries float64  // of the processes that evict because they are full
	MaxEntries  *float64 // of the largest process
	LeastMax    *float64 // of the smallest process
	Fill        float64  // of the fullest process, at its fullest moment
	Useful      *float64 // entries above which nothing changes
	Resized     bool
	Autotuned   bool     // entries leave as cache_autotuning makes them leave
	WeekAgo     *float64 // max entries a week ago, where they were fewer

	Processes int
	Alone     string // the process that does nearly all the evicting, where there are several
	Bytes     *float64

	LastStep *Effect // of the last step up; nil: none seen, or not comparable
}

// Misses are the lookups that it could not answer.
func (m *Measurements) Misses() float64 { return max(0, m.Requests-m.Hits) }

// PerSecond turns a count of the range into a rate.
func (m *Measurements) PerSecond(count float64) float64 { return count / m.Window.Seconds() }

// HitRatio is nil for a cache without lookups.
func (m *Measurements) HitRatio() *float64 {
	if m.Requests <= 0 {
		return nil
	}
	ratio := min(1, m.Hits/m.Requests)
	return &ratio
}

func (m *Measurements) hitRatio() float64 { return query.OrZero(m.HitRatio()) }

// Residence is how long an entry stays in a full cache, in seconds: entries divided by evictions per second (Little's law);
// nil where the cache is not full.
func (m *Measurements) Residence() *float64 {
	if m.Fill < Full.Value || m.Evicted <= 0 || !m.isLRU() {
		return nil
	}
	stays := m.FullEntries / m.PerSecond(m.Evicted+m.Unread)
	return &stays
}

func (m *Measurements) isLRU() bool { return Named(m.Cache).Kind == LRU }

// Provable tells whether the bound holds: it needs an LRU cache of constant size, whose entries nothing but size and age evicts.
func (m *Measurements) Provable(h Homeserver) bool {
	return m.EvictionsSeen && !m.Resized && !h.Autotuning() && m.isLRU() && m.MaxEntries != nil
}

// Uneven tells whether the processes have different sizes.
func (m *Measurements) Uneven() bool {
	return m.LeastMax != nil && *m.LeastMax != query.OrZero(m.MaxEntries)
}
