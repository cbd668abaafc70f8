package simulate

// replication plays what the processes of one homeserver tell each other.
type replication struct {
	counters []scaled
	timings  []timing
}

// streamRates: rows per second of each replication stream, and the process that writes it.
var streamRates = []struct {
	name      string
	perSecond float64
	writer    int
}{
	{"events", eventsPerSecond, persister}, {"caches", 3.2, mainProcess}, {"presence", 3.5, mainProcess},
	{"typing", 1.4, mainProcess}, {"receipts", 2.2, mainProcess}, {"device_lists", 0.4, mainProcess},
	{"to_device", 0.8, mainProcess}, {"account_data", 0.5, mainProcess}, {"federation", 0.3, mainProcess},
}

func newReplication(p *Process) *replication {
	one := &replication{}
	p.registry.gauge("synapse_replication_tcp_resource_total_connections").set(1) // to Redis
	add := func(perSecond float64, family string, labels ...string) {
		one.counters = append(one.counters, scaled{p.registry.counter(family, labels...), perSecond, keyOf(family)})
	}
	for _, stream := range streamRates {
		if stream.writer == p.number {
			add(stream.perSecond, "synapse_replication_tcp_resource_stream_updates_total", "stream_name", stream.name)
		} else {
			add(stream.perSecond, "synapse_replication_tcp_protocol_inbound_rdata_count_total", "stream_name", stream.name)
		}
	}
	if p.number == firstWorker || p.number == secondWorker {
		add(1.5, "synapse_outgoing_replication_requests_total", "name", "send_events", "code", "200")
		add(2, "synapse_outgoing_replication_requests_total", "name", "fed_send_events", "code", "200")
		add(11, "synapse_notifier_notified_events_total")
		for _, woken := range []rate{{"room", 9}, {"receipt", 5}, {"typing", 6}, {"presence", 4}, {"to_device", 0.6}} {
			add(woken.perSecond, "synapse_notifier_users_woken_by_stream_total", "stream", woken.kind)
		}
		// Synapse's label says the opposite of its name: "True" is an incremental sync.
		for _, sync := range []rate{{"True", 1.4}, {"False", 0.02}} {
			one.timings = append(one.timings, newTiming(p.registry, sync.perSecond, 0.12, 0.9,
				"synapse_sliding_sync_processing_time", "initial", sync.kind))
		}
	}
	return one
}

func (one *replication) advance(s step) {
	for _, c := range one.counters {
		c.advance(s)
	}
	for _, t := range one.timings {
		t.advance(s)
	}
}

func (one *replication) reset() {}
