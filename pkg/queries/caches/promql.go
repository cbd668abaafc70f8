package caches

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// family is the four metrics of one kind of caches.
type family struct{ requests, hits, evicted, size *metrics.Metric }

var (
	dataCaches     = family{metrics.CacheRequests, metrics.CacheHits, metrics.CacheEvicted, metrics.CacheSize}
	responseCaches = family{metrics.ResponseCacheRequests, metrics.ResponseCacheHits, metrics.ResponseCacheEvicted, metrics.ResponseCacheSize}
)

// selection is the caches that a query is about.
type selection struct {
	family
	filters query.Filters
	names   []string // empty: all
}

func (s selection) selector() string { return s.filters.Selector(query.OneOf("name", s.names)) }

// sum adds up over the processes, by name and further labels: ", reason".
func (s selection) sum(labels, function string, metric *metrics.Metric, window string) string {
	return fmt.Sprintf("sum by (server_name, name%s) (%s)", labels, metric.Series().Over(function, s.selector(), window))
}

func (s selection) requestRate(window string) string { return s.sum("", "rate", s.requests, window) }

func (s selection) hitRate(window string) string { return s.sum("", "rate", s.hits, window) }

// missRate: Synapse counts lookups and hits, in one scrape, so their difference never goes below zero.
func (s selection) missRate(window string) string {
	return s.requestRate(window) + " - " + s.hitRate(window)
}

// hitRatio divides sums, so that a busy process counts for more than an idle one. Without requests there is none.
func (s selection) hitRatio(window string) string {
	return s.hitRate(window) + " / " + s.requestRate(window)
}

func (s selection) evictionRate(window string) string { return s.sum("", "rate", s.evicted, window) }

func (s selection) evictionRateByReason(window string) string {
	return s.sum(", reason", "rate", s.evicted, window)
}

func (s selection) meanSize(window string) string { return s.sum("", "avg_over_time", s.size, window) }

// present counts the series of a metric in the window; no answer means that the metric is absent.
func (s selection) present(metric *metrics.Metric, window string) string {
	return "count(" + metric.Series().Over("last_over_time", s.selector(), window) + ")"
}
