package simulate

// presence plays who is online; the main process writes it here.
type presence struct {
	counters []scaled
	size     *gauge
	timers   *gauge
}

func newPresence(p *Process) *presence {
	if p.number != mainProcess {
		return &presence{}
	}
	r := p.registry
	storm := 1.0
	if p.troubled() {
		storm = PresenceStorm.Times
	}
	one := &presence{
		size:   r.gauge("synapse_handlers_presence_user_to_current_state_size"),
		timers: r.gauge("synapse_handlers_presence_wheel_timer_size"),
	}
	add := func(perSecond float64, what string, labels ...string) {
		family := "synapse_handler_presence_" + what + "_total"
		one.counters = append(one.counters, scaled{r.counter(family, labels...), perSecond * storm, keyOf(family)})
	}
	add(1.2, "notified_presence")
	add(0.9, "federation_presence_out")
	add(4.2, "presence_updates")
	add(0.6, "timers_fired")
	add(1.9, "federation_presence")
	add(2.1, "bump_active_time")
	add(0.2, "get_updates", "type", "full")
	add(7, "get_updates", "type", "incremental")
	for _, locality := range []string{"local", "remote"} {
		for _, reason := range []string{"state_change", "last_active_change_not_online", "status_msg_change", "currently_active_change"} {
			add(0.2, "notify_reason", "locality", locality, "reason", reason)
		}
		for _, states := range [][2]string{{"offline", "online"}, {"online", "offline"}, {"online", "unavailable"}, {"unavailable", "online"}} {
			add(0.15, "state_transition", "locality", locality, "from", states[0], "to", states[1])
		}
	}
	return one
}

func (one *presence) advance(s step) {
	for _, c := range one.counters {
		c.advance(s)
	}
	if one.size != nil {
		one.size.set(float64(int(5200 * s.load)))
		one.timers.set(float64(int(7400 * s.load)))
	}
}

func (one *presence) reset() {}
