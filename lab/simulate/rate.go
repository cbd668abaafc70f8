package simulate

// rate says how often something of one kind happens, at average load.
type rate struct {
	kind      string
	perSecond float64
}

// scaled is a counter that grows by a number per second at average load.
type scaled struct {
	counter   *counter
	perSecond float64
	key       uint64
}

func (one scaled) advance(s step) {
	one.counter.add(one.perSecond * s.load * s.noise.around(one.key, s.at) * s.seconds)
}

// timing is a histogram of durations that gets a number of observations per second at average load.
type timing struct {
	histogram *histogram
	spread    shape
	perSecond float64
	key       uint64
}

func newTiming(r *registry, perSecond, median, sigma float64, family string, labels ...string) timing {
	h := r.histogram(family, r.bounds(family), labels...)
	return timing{h, logNormal(h.bounds, median, sigma), perSecond, keyOf(family)}
}

func (one timing) advance(s step) {
	one.histogram.observe(one.perSecond*s.load*s.noise.around(one.key, s.at)*s.seconds, one.spread)
}
