package metrics

import (
	"fmt"
	"strings"
	"time"
)

// Series is one name that PromQL asks for, with the names it had before. Its methods give PromQL; selector is a list of
// matchers in braces, such as {job="synapse"}, and window is a range, such as [900s], with an offset behind it where one is
// wanted. Where the metric had another name, what older versions of Synapse call it is asked for as well.
type Series struct {
	Metric *Metric
	Name   string
	Older  []string
}

// Of is the present value.
func (s Series) Of(selector string) string {
	return s.each(func(name string) string { return name + selector })
}

// Rate is the increase per second over a window.
func (s Series) Rate(selector, window string) string { return s.Over("rate", selector, window) }

// Increase is the increase over a window.
func (s Series) Increase(selector, window string) string {
	return s.Over("increase", selector, window)
}

// Over applies a function of ranges, such as max_over_time.
func (s Series) Over(function, selector, window string) string {
	return s.each(func(name string) string { return function + "(" + name + selector + window + ")" })
}

func (s Series) each(promql func(name string) string) string {
	parts := []string{promql(s.Name)}
	for _, older := range s.Older {
		parts = append(parts, promql(older))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, " or ") + ")"
}

// Names are all names of the series, today's first.
func (s Series) Names() []string { return append([]string{s.Name}, s.Older...) }

// Window is a range of PromQL: "[900s]".
func Window(d time.Duration) string { return fmt.Sprintf("[%ds]", int64(d.Seconds())) }

// Offset is PromQL for so long ago; "" for now, because many versions of Prometheus refuse an offset of 0 s.
func Offset(ago time.Duration) string {
	if ago < time.Second {
		return ""
	}
	return fmt.Sprintf(" offset %ds", int64(ago.Seconds()))
}
