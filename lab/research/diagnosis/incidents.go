package main

import "time"

// incidents replay what happened to real homeservers, as far as it was told in numbers; the levels before are ours.
var incidents = []scenario{
	// A database that is gone without a word: nothing that was begun ends, the processor idles.
	{incident: "INC-007", expect: hanging, outage: true, after: outageTimes, happens: freezes},
	// In-flight requests stack up, most of them event fetches.
	{incident: "INC-008", expect: hanging, outage: true, after: outageTimes[:2], happens: freezes},
	// A connection attempt blocks the loop.
	{incident: "INC-010", expect: []string{"availability", "reactor-lag"}, outage: true, after: outageTimes[:2], happens: blocked},
	// The lock on device keys fills the pool.
	{incident: "INC-014", expect: hanging, after: outageTimes[:2], happens: func(s *server, _ *process) { s.hang("KeyUploadServlet|KeyQueryServlet|" + sends) }},
	// Ten copies of a recursive query on state groups.
	{incident: "INC-016", expect: []string{"database-cost", "database-slow"}, after: slowTimes, happens: oneTransaction("_get_state_groups_from_groups", 0.5, 8)},
	// Sequential scans because a statistic is wrong by orders of magnitude.
	{incident: "INC-017", expect: []string{"database-cost", "database-slow", "postgres-hygiene", "database-settings"}, after: slowTimes, happens: oneTransaction("_get_state_groups_from_groups", 4, 1)},
	// A query of half a second, several times at once.
	{incident: "INC-020", expect: []string{"database-cost", "database-slow"}, after: slowTimes, happens: oneTransaction("get_backfill_points_in_room", 3, 0.5)},
	// One endpoint asks for room versions 75 times a second at 150 ms.
	{incident: "INC-026", expect: []string{"database-cost"}, after: slowTimes, happens: func(s *server, p *process) { s.transaction(p, "get_room_version", 75, 0.15) }},
	// A join writes 136,478 outliers in one go, and the loop does nothing else.
	{incident: "INC-033", expect: []string{"availability", "reactor-lag", "starvation"}, after: outageTimes[:1], happens: blocked},
	// Each send waits five seconds for a position of replication.
	{incident: "INC-036", shape: shape{recording: workers}, expect: []string{"replication-lag", "event-send-time", "starvation"}, after: slowTimes, happens: func(s *server, _ *process) {
		s.slower(nil, "synapse_http_server_response_time_seconds", `servlet="RoomSendEventRestServlet"`, 100)
	}},
	// The room with most extremities takes 0.72 s of processor and 1.36 s of database per second.
	{incident: "INC-046", expect: []string{"extremities", "state-resolution"}, after: slowTimes, happens: resolves(0.72, 1.36)},
	// A core for a day, in a room with 123,000 state events.
	{incident: "INC-048", expect: []string{"state-resolution"}, after: slowTimes, happens: resolves(0.9, 0.2)},
	// The clean-up of state groups takes the whole database.
	{incident: "INC-054", expect: []string{"database-cost", "table-growth"}, after: slowTimes, happens: oneTransaction("delete_state_groups", 2, 0.5)},
	// The loop stands still 7:28 after the start, and the process stays there.
	{incident: "INC-064", expect: []string{"availability", "reactor-lag"}, outage: true, after: outageTimes[:2], happens: func(s *server, p *process) { s.restarts(p, s.trouble-448, 20); blocked(s, p) }},
	// A lock of Synapse's own is held for 640 s: no event is stored any more, everything else works.
	{incident: "INC-065", expect: hanging, after: outageTimes[:2], happens: func(s *server, _ *process) { s.hang(sends) }},
	// One client uploads keys 20 times a second and is told 400 each time, while memory grows.
	{incident: "INC-067", expect: []string{"request-surge"}, after: []time.Duration{2 * time.Hour}, happens: func(s *server, p *process) {
		s.requests(p, "KeyUploadServlet", "POST", "400", 20)
		s.rises(p, "process_resident_memory_bytes", 250e6/3600)
	}},
	// 10 GB within hours, caches as before.
	{incident: "INC-070", expect: []string{"memory"}, after: []time.Duration{285 * time.Minute}, happens: leaks(6.1e9 / 17100)},
	// Killed again and again after half a minute of work.
	{incident: "INC-071", expect: []string{"restarts"}, after: slowTimes, happens: crashes(3 * time.Minute)},
	// Collections of up to 50 s.
	{incident: "INC-077", expect: []string{"gc-pauses", "memory"}, after: slowTimes, happens: func(s *server, p *process) { s.pauses(p, 600, 50) }},
	// Collections of about six seconds after three months.
	{incident: "INC-080", expect: []string{"gc-pauses"}, after: slowTimes, happens: func(s *server, p *process) { s.pauses(p, 120, 6) }},
	// Collections that last a second more each day.
	{incident: "INC-081", expect: []string{"gc-pauses"}, after: slowTimes, happens: func(s *server, p *process) { s.pauses(p, 100, 4) }},
	// 24 standstills of 40 s in an hour, whole core.
	{incident: "INC-083", expect: []string{"reactor-lag", "cpu-saturation", "starvation"}, after: slowTimes, happens: func(s *server, p *process) {
		for _, l := range s.selected(`{__name__=~"python_twisted_reactor_tick_time_.*"}`, p) {
			s.gains(l, pauseShare(l, 40)/150)
		}
		s.times(p, "process_cpu_seconds_total", 1+0.9*240/18)
	}},
	// No file can be opened any more.
	{incident: "INC-085", expect: []string{"open-files"}, after: slowTimes, happens: func(s *server, p *process) { s.becomes(p, "process_open_fds", 19950) }},
	// Open files rise for weeks.
	{incident: "INC-087", expect: []string{"open-files"}, after: []time.Duration{6 * time.Hour}, happens: func(s *server, p *process) { s.rises(p, "process_open_fds", 0.88) }},
	// One client asks for presence all the time.
	{incident: "INC-104", expect: []string{"request-surge"}, after: slowTimes, happens: func(s *server, p *process) { s.requests(p, "RoomMessageListRestServlet", "GET", "403", 12) }},
	// Counting unread notifications costs the whole database of two people.
	{incident: "INC-108", expect: []string{"database-cost", "push"}, after: slowTimes, happens: oneTransaction("get_unread_event_push_actions_by_room", 2, 0.5)},
	{incident: "INC-109", expect: []string{"database-cost", "push"}, after: slowTimes, happens: oneTransaction("get_unread_counts_by_room_for_user", 300, 0.004)},
	// One large homeserver renews attestations of groups; it is answered with 429 all day.
	{incident: "INC-128", expect: []string{"request-surge"}, after: slowTimes, happens: func(s *server, p *process) {
		s.requests(p, "FederationGroupsRenewAttestationServlet", "POST", "429", 15)
	}},
	// Bridges hear nothing for weeks.
	{incident: "INC-130", expect: []string{"appservice-lag"}, after: []time.Duration{6 * time.Hour}, happens: bridgeStuck},
	// Nine tenths of the database's time for the members of rooms.
	{incident: "INC-132", expect: []string{"database-cost"}, after: slowTimes, happens: oneTransaction("get_users_in_room", 10, 0.3)},
	// Memberships of 499 people, five times a second.
	{incident: "INC-144", expect: []string{"database-cost"}, after: slowTimes, happens: oneTransaction("_get_membership_from_event_ids", 5, 0.4)},
	// A purge locks the tables of events.
	{incident: "INC-147", expect: hanging, after: outageTimes[:2], happens: func(s *server, _ *process) { s.hang(sends + "|RoomMessageListRestServlet|RoomEventContextServlet") }},
}

func init() {
	for i := range incidents {
		incidents[i].name, incidents[i].class = incidents[i].incident, "incidents"
		if incidents[i].shape.recording == "" {
			incidents[i].shape.recording = newest
		}
	}
}
