package caches

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

// family is the four metrics of one kind of caches.
type family struct{ requests, hits, evicted, size string }

var (
	dataCaches = family{
		cachecatalogue.Requests, cachecatalogue.Hits, cachecatalogue.Evicted, cachecatalogue.Size,
	}
	responseCaches = family{
		cachecatalogue.ResponseRequests, cachecatalogue.ResponseHits, cachecatalogue.ResponseEvicted, cachecatalogue.ResponseSize,
	}
)

// selection is the caches that a query is about.
type selection struct {
	family
	filters query.Filters
	names   []string // empty: all
}

func (s selection) selector() string { return s.filters.Selector(query.OneOf("name", s.names)) }

func (s selection) sum(labels, function, metric, window string) string {
	return fmt.Sprintf("sum by (server_name, name%s) (%s(%s%s%s))", labels, function, metric, s.selector(), window)
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
func present(metric, selector, window string) string {
	return fmt.Sprintf("count(last_over_time(%s%s%s))", metric, selector, window)
}
