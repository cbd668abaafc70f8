package simulate

// federation plays traffic with other homeservers: sending in the sender, receiving in the workers.
type federation struct {
	sends     bool
	received  float64 // share of the incoming traffic
	counters  []scaled
	lag       *histogram
	lagSpread shape
	process   *histogram
	taking    shape
	last      *gauge
	lagNow    *gauge
	pending   []*gauge
}

// outgoingEDUs are sent per second by a healthy server.
var outgoingEDUs = []rate{
	{"m.presence", 0.7}, {"m.receipt", 2.1}, {"m.typing", 1.6}, {"m.device_list_update", 0.12},
	{"m.signing_key_update", 0.01}, {"m.direct_to_device", 0.35},
}

var incomingQueries = []rate{{"client_device_keys", 0.2}, {"user_devices", 0.12}, {"profile", 0.3}, {"directory", 0.02}}

const (
	localEventsPerSecond = 3.1 // that other homeservers share a room with
	hostsPerEvent        = 19
	transactionsSent     = 5.0
)

func newFederation(p *Process) *federation {
	f := &federation{sends: p.number == sender}
	f.received, _ = share("federation-in", p.number)
	r := p.registry
	add := func(perSecond float64, family string, labels ...string) {
		f.counters = append(f.counters, scaled{r.counter(family, labels...), perSecond, keyOf("federation", p.role.key())})
	}
	if f.received > 0 {
		add(5.1*f.received, "synapse_federation_server_received_pdus_total")
		add(14*f.received, "synapse_federation_server_received_edus_total")
		for _, query := range incomingQueries {
			add(query.perSecond*f.received, "synapse_federation_server_received_queries_total", "type", query.kind)
		}
		name := "synapse_federation_server_pdu_process_time"
		f.process = r.histogram(name, r.bounds(name))
		f.taking = logNormal(f.process.bounds, 0.11, 0.8)
	}
	if !f.sends {
		return f
	}
	total := 0.0
	for _, edu := range outgoingEDUs {
		if p.troubled() && edu.kind == PresenceStorm.EDUType {
			edu.perSecond = PresenceStorm.EDUsPerSecond
		}
		total += edu.perSecond
		add(edu.perSecond, "synapse_federation_client_sent_edus_by_type_total", "type", edu.kind)
	}
	add(total, "synapse_federation_client_sent_edus_total")
	add(localEventsPerSecond, "synapse_federation_client_sent_pdu_destinations_count_total")
	add(localEventsPerSecond*hostsPerEvent, "synapse_federation_client_sent_pdu_destinations_total")
	add(transactionsSent, "synapse_federation_client_sent_transactions_total")
	add(eventsPerSecond, "synapse_federation_client_events_processed_total")
	add(eventsPerSecond*0.9, "synapse_event_processing_loop_count_total", "name", "federation_sender")
	add(eventsPerSecond, "synapse_event_processing_loop_room_count_total", "name", "federation_sender")
	add(transactionsSent*1.1, "synapse_http_matrixfederationclient_requests_total", "method", "PUT")
	add(0.9, "synapse_http_matrixfederationclient_requests_total", "method", "GET")
	add(transactionsSent, "synapse_http_matrixfederationclient_responses_total", "method", "PUT", "code", "200")
	add(transactionsSent*0.04, "synapse_http_matrixfederationclient_responses_total", "method", "PUT", "code", "502")
	add(0.8, "synapse_http_matrixfederationclient_responses_total", "method", "GET", "code", "200")
	name := "synapse_event_processing_lag_by_event"
	f.lag = r.histogram(name, r.bounds(name), "name", "federation_sender")
	f.lagSpread = logNormal(f.lag.bounds, 0.06, 0.8)
	f.last = r.gauge("synapse_event_processing_last_ts", "name", "federation_sender")
	f.lagNow = r.gauge("synapse_event_processing_lag", "name", "federation_sender")
	for _, what := range []string{"destinations", "pdus", "edus"} {
		f.pending = append(f.pending, r.gauge("synapse_federation_transaction_queue_pending_"+what))
	}
	return f
}

func (f *federation) advance(s step) {
	for _, one := range f.counters {
		one.advance(s)
	}
	if f.process != nil {
		f.process.observe(5.1*f.received*s.load*s.seconds, f.taking)
	}
	if !f.sends {
		return
	}
	f.lag.observe(localEventsPerSecond*s.load*s.seconds, f.lagSpread)
	jitter := 1 + s.noise.unit(keyOf("lag"), uint64(s.at.Unix()))
	f.last.set(float64(s.at.UnixMilli()) - 200*jitter)
	f.lagNow.set(float64(int(60 * jitter)))
	for i, pending := range f.pending {
		pending.set(float64(int(jitter * float64(3+i*9))))
	}
}

func (f *federation) reset() {}
