package graph

var rooms = []Graph{
	{ID: "state-resolution-cpu", Section: "Rooms", Title: "CPU of state resolution", Unit: "none",
		Help:   "Cores used to settle which of several states of a room holds.",
		promql: "sum by (server_name) (rate(synapse_state_res_cpu_for_all_rooms_seconds_sum$selector$window))"},
	{ID: "state-resolution-database", Section: "Rooms", Title: "Database time of state resolution", Unit: "none",
		Help:   "Seconds of database time per second.",
		promql: "sum by (server_name) (rate(synapse_state_res_db_for_all_rooms_seconds_sum$selector$window))"},
}
