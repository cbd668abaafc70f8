package main

import "time"

// healthyServers must raise no warning, whatever they do.
var healthyServers = []scenario{
	{name: "nothing happens", class: "healthy", shape: shape{recording: newest}, after: quietTimes},
	{name: "nothing happens, workers", class: "healthy", shape: shape{recording: workers}, after: quietTimes},
	{name: "federation", class: "healthy", shape: shape{recording: "1.120.0 pair"}, after: quietTimes},
	{name: "large", class: "healthy", shape: shape{recording: workers, size: 8}, after: quietTimes},
	{name: "tiny", class: "healthy", shape: shape{recording: newest, size: 0.05}, after: quietTimes},
	{name: "fresh", class: "healthy", shape: shape{recording: newest, age: 3 * time.Hour}, after: quietTimes},
	{name: "fresh, ten minutes", class: "healthy", shape: shape{recording: workers, age: 10 * time.Minute}, after: quietTimes},
	{name: "a restart", class: "healthy", shape: shape{recording: newest}, after: quietTimes, happens: func(s *server, p *process) { s.restarts(p, s.trouble, 25) }},
	{name: "a rolling restart", class: "healthy", shape: shape{recording: workers}, after: quietTimes, happens: func(s *server, _ *process) {
		for i, p := range s.processes {
			s.restarts(p, s.trouble+float64(40*i), 25)
		}
	}},
	{name: "a quiet night", class: "healthy", shape: shape{recording: newest}, after: quietTimes, happens: quiet},
	{name: "a quiet night, workers", class: "healthy", shape: shape{recording: workers}, after: quietTimes, happens: quiet},
	{name: "a backup", class: "healthy", shape: shape{recording: newest}, after: quietTimes[:1], happens: func(s *server, _ *process) {
		s.slower(nil, "synapse_storage_transaction_time", `desc!=""`, 1.4)
		s.slower(nil, "synapse_storage_query_time", `verb!=""`, 1.4)
	}},
	{name: "a busy day", class: "healthy", shape: shape{recording: newest, size: 1}, after: quietTimes, happens: func(s *server, _ *process) {
		s.times(nil, `{__name__=~"(synapse|process_cpu|python).*(_total|_count|_sum|_bucket|_time)"}`, 2)
	}},
	{name: "a bot is refused", class: "healthy", shape: shape{recording: newest}, after: quietTimes, happens: func(s *server, _ *process) { s.answers(sends, "403") }},
}

// quiet is a night in which most people sleep; the homeserver's own jobs go on.
func quiet(s *server, _ *process) {
	for _, of := range []string{`{__name__=~"synapse_http_server_re.*"}`, `{__name__=~"synapse_storage_(transaction|query|schedule)_time.*"}`,
		`{__name__=~"synapse_storage_events_persisted.*"}`, `{__name__=~"synapse_util_caches_cache(_hits)?"}`} {
		for _, l := range s.selected(of, nil) {
			if l.counter {
				l.spans = append(l.spans, span{s.trouble, s.trouble + 8*3600, 0.1, 0})
			}
		}
	}
}
