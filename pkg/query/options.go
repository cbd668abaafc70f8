package query

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// Options are the data source's settings that query types and checks depend on; what each means is in the settings.
type Options struct {
	DatasourceUID        string
	PseudonymKey         Key
	ScrapeInterval       time.Duration
	QueryTimeout         time.Duration
	CacheTTL             time.Duration
	CacheEntryTTL        time.Duration // 0: entries never expire
	CacheAutotuning      bool
	DummyEventsThreshold int
	GlobalCacheFactor    *float64
	PerCacheFactors      map[string]float64
	ProcessLabels        []string
	FullPassTimeout      time.Duration
	Thresholds           map[string]Threshold
}

// leastDatabaseTTL is how long PostgreSQL's answers serve at least: rooms change slowly, and the database is Synapse's.
const leastDatabaseTTL = time.Minute

// databaseTTL is how old an answer of PostgreSQL may be. The admin's wish to keep answers longer is for people who look,
// not for alert rules.
func (o Options) databaseTTL(alert bool) time.Duration {
	if alert {
		return leastDatabaseTTL
	}
	return max(o.CacheTTL, leastDatabaseTTL)
}

// Threshold overrides a check's defaults.
type Threshold = settings.Threshold
