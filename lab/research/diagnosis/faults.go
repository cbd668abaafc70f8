package main

import (
	"math"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// What can become of a server from the beginning of its trouble on. Series are named by PromQL selectors.

func (s *server) selected(selector string, on *process) []*line {
	matchers, err := parser.NewParser(parser.Options{}).ParseMetricSelector(selector)
	if err != nil {
		panic(err) // a selector is written in a scenario
	}
	var found []*line
	for _, l := range s.matching(matchers) {
		if on == nil || l.process == on {
			found = append(found, l)
		}
	}
	return found
}

// times multiplies rates and gauges.
func (s *server) times(on *process, selector string, times float64) {
	for _, l := range s.selected(selector, on) {
		l.spans = append(l.spans, span{s.trouble, math.Inf(1), times, 0})
	}
}

// slower makes what is measured by _sum and _count, or a histogram, take so many times as long.
func (s *server) slower(on *process, name, which string, times float64) {
	s.times(on, `{__name__=~"`+name+`_sum(_total)?",`+which+`}`, times)
	for _, l := range s.selected(`{__name__="`+name+`_bucket",le!="+Inf",`+which+`}`, on) {
		at := l.labels.Get("le")
		wider := s.bucketBelow(l, at, times)
		share := 0.0
		if l.level > 0 && wider != nil {
			share = wider.level / l.level
		}
		l.spans = append(l.spans, span{s.trouble, math.Inf(1), share, 0})
	}
}

// bucketBelow is the bucket of the same histogram that holds what will be within this one.
func (s *server) bucketBelow(of *line, le string, times float64) (best *line) {
	bound := number(le) / times
	for _, l := range s.lines[of.labels.Get(labels.MetricName)] {
		if l.process == of.process && labels.Equal(without(l.labels), without(of.labels)) && number(l.labels.Get("le")) <= bound &&
			(best == nil || number(l.labels.Get("le")) > number(best.labels.Get("le"))) {
			best = l
		}
	}
	return best
}

func without(all labels.Labels) labels.Labels { return labels.NewBuilder(all).Del("le").Labels() }

// rises lets a gauge gain so much per second.
func (s *server) rises(on *process, selector string, perSecond float64) {
	for _, l := range s.selected(selector, on) {
		l.spans = append(l.spans, span{s.trouble, math.Inf(1), 1, perSecond})
	}
}

// becomes sets gauges to a value.
func (s *server) becomes(on *process, selector string, value float64) {
	for _, l := range s.selected(selector, on) {
		if l.level == 0 {
			l.level = value
			l.starts(s.trouble)
			continue
		}
		l.spans = append(l.spans, span{s.trouble, math.Inf(1), value / l.level, 0})
	}
}

// copy adds a series like another one.
func (s *server) copy(l *line, change map[string]string, level float64) *line {
	builder := labels.NewBuilder(l.labels)
	for name, value := range change {
		builder.Set(name, value)
	}
	added := &line{labels: builder.Labels(), process: l.process, counter: l.counter, whole: l.whole, level: level, phase: l.phase, late: true}
	name := builder.Labels().Get(labels.MetricName)
	s.lines[name] = append(s.lines[name], added)
	return added
}

func (l *line) starts(at float64) { l.spans = append(l.spans, span{math.Inf(-1), at, 0, 0}) }

// answers gives requests that were answered well another code.
func (s *server) answers(servlets, code string) {
	for _, l := range s.selected(`{__name__=~"synapse_http_server_response_time_seconds_.*",code=~"2..",servlet=~"`+servlets+`"}`, nil) {
		l.spans = append(l.spans, span{s.trouble, math.Inf(1), 0, 0})
		s.copy(l, map[string]string{"code": code}, l.level).starts(s.trouble)
	}
}

// hang leaves requests without an answer.
func (s *server) hang(servlets string) {
	s.times(nil, `{__name__=~"synapse_http_server_response_.*",servlet=~"`+servlets+`"}`, 0)
	for _, l := range s.selected(`synapse_http_server_requests_received_total{servlet=~"`+servlets+`"}`, nil) {
		flight := `synapse_http_server_in_flight_requests_count{servlet="` + l.labels.Get("servlet") + `",method="` + l.labels.Get("method") + `"}`
		s.rises(l.process, flight, l.levelAt(s.trouble))
	}
}

// levelAt is a counter's level at a moment, with what happened to it before.
func (l *line) levelAt(t float64) float64 {
	level := l.level
	for _, s := range l.spans {
		if t >= s.from && t < s.until {
			level *= s.times
		}
	}
	return level
}

// requests adds requests of a client, so many per second from the trouble on.
func (s *server) requests(on *process, servlet, method, code string, perSecond float64) {
	own := `servlet="` + servlet + `",method="` + method + `"` + home(on)
	add := func(name, more string, level float64) {
		if there := s.selected(`{__name__="`+name+`",`+own+more+`}`, on); len(there) > 0 {
			s.gains(there[0], level)
			return
		}
		l := s.put(on, name, own+more, level, true)
		l.late = true
		l.starts(s.trouble)
	}
	add("synapse_http_server_requests_received_total", "", perSecond)
	add("synapse_http_server_response_count_total", "", perSecond)
	add("synapse_http_server_response_time_seconds_count", `,code="`+code+`"`, perSecond)
	add("synapse_http_server_response_time_seconds_sum", `,code="`+code+`"`, perSecond*0.004)
	add("synapse_http_server_response_time_seconds_bucket", `,code="`+code+`",le="0.01"`, perSecond)
	add("synapse_http_server_response_time_seconds_bucket", `,code="`+code+`",le="+Inf"`, perSecond)
}

// transaction adds calls of a transaction, from the trouble on.
func (s *server) transaction(on *process, description string, calls, seconds float64) {
	own := `desc="` + description + `"` + home(on)
	for name, level := range map[string]float64{"synapse_storage_transaction_time_count_total": calls, "synapse_storage_transaction_time_sum_total": calls * seconds} {
		if there := s.selected(`{__name__="`+name+`",`+own+`}`, on); len(there) > 0 {
			s.gains(there[0], level)
			continue
		}
		l := s.put(on, name, own, level, true)
		l.late = true
		l.starts(s.trouble)
	}
}

// home is the label that names the homeserver, where this version has it.
func home(on *process) string {
	for _, l := range on.server.lines["synapse_storage_schedule_time_count"] {
		if name := l.labels.Get("server_name"); l.process == on && name != "" {
			return `,server_name="` + name + `"`
		}
	}
	return ""
}

// burns uses so many more cores' time within the loop, by night as by day.
func (s *server) burns(on *process, cores float64) {
	for _, name := range []string{"process_cpu_seconds_total", "process_cpu_user_seconds_total", "python_twisted_reactor_tick_time_sum"} {
		for _, l := range s.selected(name, on) {
			if l.counter && l.level > 0 {
				l.spans = append(l.spans, span{s.trouble, math.Inf(1), 1, cores})
			}
		}
	}
}

// pauses lets garbage collection stop the process every so many seconds.
func (s *server) pauses(on *process, every, seconds float64) {
	if len(s.selected(`{__name__=~"python_gc_time_.*",gen="2"}`, on)) == 0 { // a young process has not had one
		for _, l := range s.selected(`{__name__=~"python_gc_time_.*",gen="1"}`, on) {
			s.copy(l, map[string]string{"gen": "2"}, 0)
		}
	}
	for _, l := range s.selected(`{__name__=~"python_gc_time_.*",gen="2"}`, on) {
		s.gains(l, pauseShare(l, seconds)/every)
	}
	for _, l := range s.selected(`{__name__=~"python_twisted_reactor_tick_time_.*"}`, on) {
		s.gains(l, pauseShare(l, seconds)/every)
	}
}

// gains adds a rate to a counter.
func (s *server) gains(l *line, perSecond float64) {
	if perSecond == 0 {
		return
	}
	if l.level == 0 {
		l.level = perSecond
		l.starts(s.trouble)
		return
	}
	l.spans = append(l.spans, span{s.trouble, math.Inf(1), 1 + perSecond/l.level, 0})
}

func pauseShare(l *line, seconds float64) float64 {
	name := l.labels.Get(labels.MetricName)
	switch {
	case strings.HasSuffix(name, "_sum"):
		return seconds
	case strings.HasSuffix(name, "_bucket") && number(l.labels.Get("le")) < seconds:
		return 0
	}
	return 1
}

// restarts lets a process start again; down is how long it is away.
func (s *server) restarts(on *process, at, down float64) {
	last := len(on.lives) - 1
	on.lives[last][1] = at
	on.lives = append(on.lives, [2]float64{at + down, math.Inf(1)})
}

func number(text string) float64 {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return value
}
