package simulate

import "strings"

// activity is a background process or a measured block of code of one process.
type activity struct {
	perSecond, atStart       float64
	seconds, cpu             float64 // each
	transactions, database   float64 // each
	key                      uint64
	steady, presence, counts bool
	count, time              *counter
	user, system             *counter
	transactionCount         *counter
	transactionTime, waiting *counter
}

type activities []*activity

func newActivities(p *Process, m *modelTables) (activities, error) {
	var all activities
	add := func(rows []row, prefix, labelName, countName string, timed bool) error {
		for _, r := range rows {
			one, err := newActivity(p, r)
			if err != nil {
				return err
			}
			if one == nil {
				continue
			}
			one.register(p.registry, prefix, countName, []string{labelName, r["name"]}, timed)
			one.presence = !timed && isPresence(r["name"])
			one.counts = !timed
			all = append(all, one)
		}
		return nil
	}
	err := add(m.backgroundProcesses, "synapse_background_process_", "name", "start_count_total", false)
	if err != nil {
		return nil, err
	}
	return all, add(m.blocks, "synapse_util_metrics_block_", "block_name", "count_total", true)
}

func newActivity(p *Process, r row) (*activity, error) {
	part, err := share(r["placement"], p.number)
	if err != nil || part == 0 {
		return nil, err
	}
	one := &activity{
		perSecond:    r.number("per_second", &err),
		atStart:      r.number("count_at_start", &err),
		seconds:      r.number("milliseconds", &err) / 1000,
		cpu:          r.number("cpu_milliseconds", &err) / 1000,
		transactions: r.number("transactions", &err),
		database:     r.number("database_milliseconds", &err) / 1000,
		key:          keyOf("activity", p.role.key(), r["name"]),
	}
	// What runs on a clock does so in each process that does it at all.
	one.steady = one.perSecond < 0.25
	if !one.steady {
		one.perSecond *= part
	}
	return one, err
}

func isPresence(name string) bool {
	return strings.HasPrefix(name, "presence") || strings.Contains(name, "_presence_")
}

func (one *activity) register(r *registry, prefix, countName string, labels []string, timed bool) {
	one.count = r.counter(prefix+countName, labels...)
	one.user = r.counter(prefix+"ru_utime_seconds_total", labels...)
	one.system = r.counter(prefix+"ru_stime_seconds_total", labels...)
	one.transactionCount = r.counter(prefix+"db_txn_count_total", labels...)
	one.transactionTime = r.counter(prefix+"db_txn_duration_seconds_total", labels...)
	one.waiting = r.counter(prefix+"db_sched_duration_seconds_total", labels...)
	if !timed {
		r.gauge(prefix+"in_flight_count", labels...)
		return
	}
	one.time = r.counter(prefix+"time_seconds_total", labels...)
	r.gauge(prefix+"in_flight_total", labels...)
	r.gauge(prefix+"in_flight_real_time_max", labels...)
	r.gauge(prefix+"in_flight_real_time_sum", labels...)
}

func (all activities) advance(s step) {
	for _, one := range all {
		n := one.perSecond * s.seconds
		if !one.steady {
			n *= s.load * s.noise.around(one.key, s.at)
		}
		if one.atStart > one.count.value {
			n += one.atStart - one.count.value
		}
		one.count.add(n)
		one.user.add(n * one.cpu * 0.92)
		one.system.add(n * one.cpu * 0.08)
		one.transactionCount.add(n * one.transactions)
		one.transactionTime.add(n * one.database)
		one.waiting.add(n * one.transactions * 0.0013)
		if one.time != nil {
			one.time.add(n * one.seconds)
		}
		if one.counts { // blocks are parts of requests and background processes
			s.tally.cpu += n * one.cpu
		}
		if one.presence {
			s.tally.presenceCPU += n * one.cpu
		}
	}
}

func (all activities) reset() {}
