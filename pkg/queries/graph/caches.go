package graph

var caches = []Graph{
	{ID: "cache-entries", Section: "Caches", Title: "Entries in all caches", Unit: "none",
		Help:   "Entries of all caches together, over all processes: what garbage collection has to walk through.",
		promql: "sum by (server_name) (synapse_util_caches_cache_size$selector)"},
	{ID: "response-caches", Section: "Caches", Title: "Lookups of response caches", Unit: "cps", By: []string{"name"},
		Help:   "Identical requests that share one answer; their size can't be set.",
		promql: "sum by (server_name, name) (rate(synapse_util_caches_response_cache$selector$window))"},
}
