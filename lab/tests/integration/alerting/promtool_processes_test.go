package alerting

var processCases = []promtoolCase{
	{
		// Three quarters are open. quiet.org has no limit.
		"open-files",
		twins(nil, []twin{{"process_open_fds", "", "768x90", "768x90"}, {"process_max_fds", "", "1024x90", "-1x90"}}),
		firesAs(warning, 0.75),
	},
	{
		// Nearly all. quiet.org's limit is high.
		"open-files",
		twins(nil, []twin{{"process_open_fds", "", "973x90", "973x90"}, {"process_max_fds", "", "1024x90", "65536x90"}}),
		firesAs(critical, 0.95),
	},
	{
		// The loop is busy for 80 % of the time with a fifth of a core. quiet.org's has half a core.
		"starvation",
		twins(nil, []twin{{"python_twisted_reactor_tick_time_sum", "", "0+48x90", "0+48x90"}, {"process_cpu_seconds_total", "", "0+12x90", "0+30x90"}}),
		firesAs(warning, 0.8),
	},
}
