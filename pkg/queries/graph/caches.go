package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var caches = []Graph{
	{
		ID: "cache-entries", Section: "Caches", Title: "Entries in all caches", Unit: "none",
		Help: "Entries of all caches in all processes: what garbage collection has to visit.",
		term: present(metrics.CacheSize),
	},
	{
		ID: "response-caches", Section: "Caches", Title: "Lookups in response caches", Unit: "cps", By: []string{"name"},
		Help: "Identical requests that share one answer. These caches have no size to set.",
		term: rates(metrics.ResponseCacheRequests.Series()),
	},
}
