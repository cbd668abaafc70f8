package main

import "math"

var (
	databaseAway = []string{"availability"}
	hanging      = []string{"availability", "database-locks"}
)

// asksDatabase are servlets that can't answer without it.
const asksDatabase = "RoomSendEventRestServlet|RoomStateEventRestServlet|ReceiptRestServlet|KeyUploadServlet|RoomMemberListRestServlet|RoomMessageListRestServlet|" +
	"KeyQueryServlet|RoomCreateRestServlet|RoomTypingRestServlet|ProfileRestServlet|ProfileDisplaynameRestServlet|JoinRoomAliasServlet|LoginRestServlet|FederationSendServlet"

const sends = "RoomSendEventRestServlet"

var outages = []scenario{
	{name: "the database refuses", class: "outages", shape: shape{recording: newest}, expect: databaseAway, outage: true, after: outageTimes, happens: refuses},
	{name: "the database refuses, workers", class: "outages", shape: shape{recording: workers}, expect: databaseAway, outage: true, after: outageTimes, happens: refuses},
	{name: "sends fail", class: "outages", shape: shape{recording: newest}, expect: databaseAway, outage: true, after: outageTimes,
		happens: func(s *server, _ *process) { s.answers(sends, "500") }},
	{name: "sends fail, code by name", class: "outages", shape: shape{recording: newest}, expect: databaseAway, outage: true, after: outageTimes,
		happens: func(s *server, _ *process) { s.answers(sends, "HTTPStatus.INTERNAL_SERVER_ERROR") }},
	{name: "a worker behind it is gone", class: "outages", shape: shape{recording: workers}, expect: []string{"availability", "scrape-health"}, outage: true, after: outageTimes,
		happens: func(s *server, _ *process) { s.answers(sends, "502") }},
	{name: "the database freezes", class: "outages", shape: shape{recording: newest}, expect: hanging, outage: true, after: outageTimes, happens: freezes},
	{name: "the database freezes, workers", class: "outages", shape: shape{recording: workers}, expect: hanging, outage: true, after: outageTimes, happens: freezes},
	{name: "a lock on one table", class: "outages", shape: shape{recording: newest}, expect: hanging, outage: true, after: outageTimes,
		happens: func(s *server, _ *process) { s.hang(sends) }},
	{name: "the loop is blocked", class: "outages", shape: shape{recording: newest}, expect: []string{"availability", "reactor-lag"}, outage: true, after: outageTimes, happens: blocked},
	{name: "a worker's loop is blocked", class: "outages", shape: shape{recording: workers}, expect: []string{"availability", "reactor-lag"}, sick: "generic_worker1", outage: true,
		after: outageTimes, happens: blocked},
	{name: "the loop that serves metrics is blocked", class: "outages", shape: shape{recording: newest}, expect: []string{"availability", "scrape-health"}, outage: true, after: outageTimes, happens: silent},
	{name: "restarted into a refusing database", class: "outages", shape: shape{recording: newest}, expect: databaseAway, outage: true, after: outageTimes,
		happens: func(s *server, p *process) { refuses(s, p); s.restarts(p, s.trouble, 20) }},
	{name: "restarted into a frozen database", class: "outages", shape: shape{recording: newest}, expect: hanging, outage: true, after: outageTimes,
		happens: func(s *server, p *process) { freezes(s, p); s.restarts(p, s.trouble, 20) }},
}

func refuses(s *server, _ *process) {
	s.answers(asksDatabase, "500")
	s.times(nil, `{__name__=~"synapse_storage_(transaction|query|schedule)_time.*"}`, 0)
}

func freezes(s *server, _ *process) {
	s.hang(asksDatabase)
	s.times(nil, `{__name__=~"synapse_storage_(transaction|query|schedule)_time.*"}`, 0)
	for _, l := range s.selected(`synapse_threadpool_max_threads{name=~"database-.*"}`, nil) {
		s.becomes(l.process, `synapse_threadpool_working_threads{name="`+l.labels.Get("name")+`"}`, l.level)
	}
}

// blocked is a loop that turns no more, with metrics on a thread of their own.
func blocked(s *server, p *process) {
	for _, l := range s.selected(`{__name__=~"synapse_.*"}`, p) {
		if l.counter {
			l.spans = append(l.spans, span{s.trouble, math.Inf(1), 0, 0})
		}
	}
	s.times(p, `{__name__=~"python_twisted_reactor_tick_time.*|python_gc_time.*"}`, 0)
	s.rises(p, "python_twisted_reactor_last_seen", 1)
}

func silent(s *server, p *process) { p.silentFrom, p.silentUntil = s.trouble, math.Inf(1) }
