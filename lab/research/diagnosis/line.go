package main

import (
	"math"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
)

// line is one series as a function of time, so that only the samples that a query reads are ever made.
type line struct {
	labels  labels.Labels
	process *process
	counter bool
	whole   bool    // counts events, which come one by one
	level   float64 // per second for a counter, the value for a gauge
	endless bool    // a restart does not set it back: a position
	late    bool    // there is no series until its first event
	phase   float64 // of its noise; that of all buckets of a histogram is one
	spans   []span
}

// span is a time in which a line is not as usual.
type span struct {
	from, until float64 // seconds since 1970
	times       float64 // the level
	slope       float64 // what is gained per second, at any hour
}

// at gives the value at a time of a process's life that began then.
func (l *line) at(t, began float64) float64 {
	if !l.counter {
		value := l.level
		for _, s := range l.spans {
			if t >= s.from && t < s.until {
				value = value*s.times + s.slope*(t-s.from)
			}
		}
		return value
	}
	for _, s := range l.spans { // what stands still does so exactly: a difference of large amounts would count backwards
		if s.times == 0 && t >= s.from && t < s.until {
			t = max(began, s.from)
		}
	}
	amount := l.usual(began, t)
	for _, s := range l.spans {
		if from, until := max(began, s.from), min(t, s.until); until > from {
			amount += (s.times - 1) * l.usual(from, until)
		}
	}
	amount *= l.level
	for _, s := range l.spans {
		amount += s.slope * max(0, min(t, s.until)-max(began, s.from))
	}
	if l.whole {
		return math.Floor(amount + 1e-6)
	}
	return max(amount, 0)
}

// usual is the usual load added up over a time: it changes with the hour of the day, and within minutes.
func (l *line) usual(from, until float64) float64 {
	amount := until - from
	for _, wave := range []struct{ period, height, phase float64 }{
		{24 * 3600, l.process.server.daily, 0}, {1700, l.process.server.noise, l.phase}, {410, l.process.server.noise / 2, 2 * l.phase},
	} {
		speed := 2 * math.Pi / wave.period
		amount += wave.height * (math.Cos(speed*from+wave.phase) - math.Cos(speed*until+wave.phase)) / speed
	}
	return amount
}

// countsEvents tells a number of events from an amount of seconds or bytes.
func countsEvents(name string) bool {
	return !strings.Contains(name, "_sum") && !strings.Contains(name, "seconds_total") && !strings.Contains(name, "duration_seconds_total")
}
