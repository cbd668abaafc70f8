package simulate

import "math"

// surroundings plays who and what uses the homeserver besides requests and federation: people, push gateways, a bridge, Redis, and
// requests of its own.
type surroundings struct {
	counters []scaled
	timings  []timing
	levels   []movingLevel
}

// movingLevel is a gauge of whole numbers that moves around a mean.
type movingLevel struct {
	gauge *gauge
	mean  float64
	key   uint64
}

// flow is a counter with its labels.
type flow struct {
	perSecond         float64
	placement, family string
	labels            []string
}

var flows = []flow{
	{6.5, "clients", "synapse_handlers_sync_nonempty_total", []string{"type", "sync_v2:incremental_sync", "lazy_loaded", "true"}},
	{0.004, "clients", "synapse_handlers_sync_nonempty_total", []string{"type", "sync_v2:initial_sync", "lazy_loaded", "true"}},
	{0.002, "clients", "synapse_handlers_sync_nonempty_total", []string{"type", "sync_v2:full_state_sync", "lazy_loaded", "false"}},
	{0.006, "main", "synapse_user_logins_total", []string{"auth_provider", "", "guest", "False"}},
	{0.0004, "main", "synapse_user_registrations_total", []string{"auth_provider", "", "guest", "False", "shadow_banned", "False"}},
	{2.4, "main", "synapse_http_httppusher_http_pushes_processed_total", nil},
	{0.02, "main", "synapse_http_httppusher_http_pushes_failed_total", nil},
	{1.1, "main", "synapse_http_httppusher_badge_updates_processed_total", nil},
	{0.01, "main", "synapse_http_httppusher_badge_updates_failed_total", nil},
	{0.9, "main", "synapse_appservice_api_sent_events_total", []string{"service", "bridge"}},
	{0.4, "main", "synapse_appservice_api_sent_ephemeral_total", []string{"service", "bridge"}},
	{0.05, "main", "synapse_appservice_api_sent_todevice_total", []string{"service", "bridge"}},
	{0.7, "main", "synapse_appservice_api_sent_transactions_total", []string{"service", "bridge"}},
	{0.3, "sender", "synapse_federation_client_sent_queries_total", []string{"type", "client_device_keys"}},
	{0.1, "sender", "synapse_federation_client_sent_queries_total", []string{"type", "user_devices"}},
	{0.2, "sender", "synapse_federation_client_sent_queries_total", []string{"type", "profile"}},
	{4, "main", "synapse_http_client_requests_total", []string{"method", "POST"}},
	{3.96, "main", "synapse_http_client_responses_total", []string{"method", "POST", "code", "200"}},
	{0.04, "main", "synapse_http_client_responses_total", []string{"method", "POST", "code", "503"}},
	{100, "everywhere", "synapse_replication_tcp_protocol_inbound_commands_total", []string{"command", "RDATA", "name", "redis"}},
	{6, "everywhere", "synapse_replication_tcp_protocol_inbound_commands_total", []string{"command", "USER_SYNC", "name", "redis"}},
	{0.3, "all", "synapse_replication_tcp_protocol_inbound_commands_total", []string{"command", "POSITION", "name", "redis"}},
	{20, "persisters", "synapse_replication_tcp_protocol_outbound_commands_total", []string{"command", "RDATA", "name", "redis"}},
	{6, "clients", "synapse_replication_tcp_protocol_outbound_commands_total", []string{"command", "USER_SYNC", "name", "redis"}},
	{7, "persisters", "synapse_external_cache_get_total", []string{"cache_name", "event_to_prev_state_group", "hit", "True"}},
	{0.6, "persisters", "synapse_external_cache_get_total", []string{"cache_name", "event_to_prev_state_group", "hit", "False"}},
	{8, "persisters", "synapse_external_cache_set_total", []string{"cache_name", "event_to_prev_state_group"}},
}

// spans are histograms of times: how many there are per second, and how long the middle one takes.
var spans = []struct {
	flow
	median float64
}{
	{flow{7.6, "persisters", "synapse_external_cache_response_time_seconds", []string{"method", "get"}}, 0.0008},
	{flow{8, "persisters", "synapse_external_cache_response_time_seconds", []string{"method", "set"}}, 0.0009},
	{flow{1.2, "clients", "synapse_room_message_list_rest_servlet_response_time_seconds", []string{"room_size", "_RoomSize.DM_SIZE"}}, 0.02},
	{flow{0.8, "clients", "synapse_room_message_list_rest_servlet_response_time_seconds", []string{"room_size", "_RoomSize.SMALL"}}, 0.05},
	{flow{0.2, "clients", "synapse_room_message_list_rest_servlet_response_time_seconds", []string{"room_size", "_RoomSize.LARGE"}}, 0.4},
}

// standing are gauges: how much there is on the whole server.
var standing = []flow{
	{640, "clients", "synapse_notifier_listeners", nil},
	{1240, "main", "synapse_admin_daily_active_users", nil},
	{5230, "main", "synapse_non_deactivated_user_count", []string{"app_service", "native"}},
	{870, "main", "synapse_non_deactivated_user_count", []string{"app_service", "bridge"}},
	{910, "main", "synapse_pushers", []string{"kind", "HttpPusher", "app_id", "im.vector.app.android"}},
	{420, "main", "synapse_pushers", []string{"kind", "HttpPusher", "app_id", "im.vector.app.ios.prod"}},
}

func newSurroundings(p *Process) *surroundings {
	around := &surroundings{}
	mine := func(f flow) float64 {
		part, err := share(f.placement, p.number)
		if err != nil {
			p.registry.err = err
		}
		return f.perSecond * part
	}
	for _, f := range flows {
		if n := mine(f); n > 0 {
			around.counters = append(around.counters, scaled{p.registry.counter(f.family, f.labels...), n, keyOf("surroundings", p.role.key())})
		}
	}
	for _, span := range spans {
		if n := mine(span.flow); n > 0 {
			around.timings = append(around.timings, newTiming(p.registry, n, span.median, 0.7, span.family, span.labels...))
		}
	}
	for _, f := range standing {
		if n := mine(f); n > 0 {
			around.levels = append(around.levels, movingLevel{p.registry.gauge(f.family, f.labels...), n, keyOf(f.family, p.role.key())})
		}
	}
	return around
}

func (around *surroundings) advance(s step) {
	for _, c := range around.counters {
		c.advance(s)
	}
	for _, t := range around.timings {
		t.advance(s)
	}
	for _, l := range around.levels {
		l.gauge.set(math.Round(l.mean * (1 + 0.02*s.noise.unit(l.key, uint64(s.at.Unix()/600)))))
	}
}

func (*surroundings) reset() {}
