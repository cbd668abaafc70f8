package query

import "time"

// Options are the data source's settings that query types and checks depend on; what each means is in the settings.
type Options struct {
	DatasourceUID        string
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

// Threshold overrides a check's defaults; nil keeps them.
type Threshold struct {
	Warning  *float64 `json:"warning"`
	Critical *float64 `json:"critical"`
}
