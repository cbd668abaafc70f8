package graph

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"

var rooms = []Graph{
	{
		ID: "state-resolution-cpu", Section: "Rooms", Title: "CPU of state resolution", Unit: "none",
		Help: "Cores used to resolve conflicting states of rooms.",
		term: rates(metrics.StateResCPU.Sum()),
	},
	{
		ID: "state-resolution-database", Section: "Rooms", Title: "Database time of state resolution", Unit: "none",
		Help: "Seconds of database time per second.",
		term: rates(metrics.StateResDB.Sum()),
	},
}
