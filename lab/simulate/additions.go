package simulate

import "math"

var inf = math.Inf(1)

// defaultBounds are prometheus_client's.
var defaultBounds = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, inf}

// sourceBounds are the buckets of histograms of which the stored scrape has no sample, from Synapse's source.
var sourceBounds = map[string][]float64{
	"synapse_state_number_state_groups_in_resolution":              {1, 2, 3, 5, 7, 10, 15, 20, 50, 100, 200, 500, inf},
	"synapse_external_cache_response_time_seconds":                 {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, inf},
	"synapse_room_message_list_rest_servlet_response_time_seconds": {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 80, 100, 120, 150, 180, inf},
	"synapse_forward_extremities":                                  {1, 2, 3, 5, 7, 10, 15, 20, 50, 100, 200, 500, inf},
	"synapse_excess_extremity_events":                              {0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, inf},
}

// additionalFamilies are exposed by a real Synapse, but not in the stored scrape: it was taken eleven minutes after
// start, and these appear after an hour (synapse/storage/databases/main/metrics.py).
var additionalFamilies = []family{
	{name: "synapse_forward_extremities", kind: "histogram",
		help: "Number of rooms on the server with the given number of forward extremities or fewer"},
	{name: "synapse_forward_extremities_gcount", kind: "gauge",
		help: "Number of rooms on the server with the given number of forward extremities or fewer"},
	{name: "synapse_forward_extremities_gsum", kind: "gauge",
		help: "Number of rooms on the server with the given number of forward extremities or fewer"},
	{name: "synapse_excess_extremity_events", kind: "histogram",
		help: "Number of rooms on the server with the given number of excess extremity events, or fewer"},
	{name: "synapse_excess_extremity_events_gcount", kind: "gauge",
		help: "Number of rooms on the server with the given number of excess extremity events, or fewer"},
	{name: "synapse_excess_extremity_events_gsum", kind: "gauge",
		help: "Number of rooms on the server with the given number of excess extremity events, or fewer"},
}
