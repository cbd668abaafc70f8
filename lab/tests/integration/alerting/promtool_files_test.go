package alerting

var fileCases = []promtoolCase{
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
}
