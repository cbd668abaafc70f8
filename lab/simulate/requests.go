package simulate

import "math"

// request is one kind of HTTP request that a process answers.
type request struct {
	perSecond                float64
	cpu, database            float64 // seconds each
	transactions, bytes      float64
	key                      uint64
	received, responded      *counter
	byCode                   *counter
	time                     *histogram
	spread                   shape
	user, system             []*counter // of finished and of running requests
	transactionCount         []*counter
	transactionTime, waiting []*counter
	size                     *counter
	running                  *gauge
	typical                  float64
}

type requests []*request

func newRequests(p *Process, m *modelTables) (requests, error) {
	var all requests
	var err error
	for _, r := range m.requests {
		part, unknown := share(r["placement"], p.number)
		if unknown != nil {
			return nil, unknown
		}
		if part == 0 {
			continue
		}
		one := &request{
			perSecond:    r.number("per_second", &err) * part,
			cpu:          r.number("cpu_milliseconds", &err) / 1000,
			database:     r.number("database_milliseconds", &err) / 1000,
			transactions: r.number("transactions", &err),
			bytes:        r.number("bytes", &err),
			key:          keyOf("request", p.role.key(), r["servlet"], r["tag"], r["code"]),
			typical:      r.number("median_seconds", &err),
		}
		one.register(p.registry, r, r.number("sigma", &err))
		all = append(all, one)
	}
	return all, err
}

func (one *request) register(r *registry, from row, sigma float64) {
	const prefix = "synapse_http_server_"
	method, servlet := []string{"method", from["method"]}, []string{"servlet", from["servlet"]}
	running := append(method, servlet...)
	finished := append(running[:len(running):len(running)], "tag", from["tag"])
	one.received = r.counter(prefix+"requests_received_total", running...)
	one.responded = r.counter(prefix+"response_count_total", finished...)
	one.byCode = r.counter(prefix+"responses_total", append(method[:2:2], "code", from["code"])...)
	one.size = r.counter(prefix+"response_size_total", finished...)
	bounds := r.bounds(prefix + "response_time_seconds")
	one.time = r.histogram(prefix+"response_time_seconds", bounds, append(finished[:6:6], "code", from["code"])...)
	one.spread = logNormal(bounds, one.typical, sigma)
	both := func(what string) []*counter {
		return []*counter{
			r.counter(prefix+"response_"+what, finished...),
			r.counter(prefix+"in_flight_requests_"+what, running...),
		}
	}
	one.user, one.system = both("ru_utime_seconds_total"), both("ru_stime_seconds_total")
	one.transactionCount = both("db_txn_count_total")
	one.transactionTime, one.waiting = both("db_txn_duration_seconds_total"), both("db_sched_duration_seconds_total")
	one.running = r.gauge(prefix+"in_flight_requests_count", running...)
}

func (all requests) advance(s step) {
	for _, one := range all {
		n := one.perSecond * s.load * s.noise.around(one.key, s.at) * s.seconds
		one.received.add(n)
		one.responded.add(n)
		one.byCode.add(n)
		one.time.observe(n, one.spread)
		one.size.add(n * one.bytes)
		addEach(one.user, n*one.cpu*0.9)
		addEach(one.system, n*one.cpu*0.1)
		addEach(one.transactionCount, n*one.transactions)
		addEach(one.transactionTime, n*one.database)
		addEach(one.waiting, n*one.transactions*0.0013)
		one.running.set(math.Floor(n/s.seconds*one.spread.mean + s.noise.unit(one.key, uint64(s.at.Unix())))) // a part of one is there now and then
		s.tally.cpu += n * one.cpu
	}
}

func addEach(counters []*counter, n float64) {
	for _, c := range counters {
		c.add(n)
	}
}

func (all requests) reset() {}
