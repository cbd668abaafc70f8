package transactions

import (
	"fmt"
	"math"
	"strconv"
)

// rate words a number per second so that rare things can be read too.
func rate(perSecond float64) string {
	switch {
	case perSecond >= 0.095:
		return times(perSecond) + " a second"
	case perSecond*60 >= 0.95:
		return times(perSecond*60) + " a minute"
	case perSecond*3600 >= 0.95:
		return times(perSecond*3600) + " an hour"
	}
	return "less than once an hour"
}

func times(v float64) string {
	if n := number(v); n != "1" {
		return n + " times"
	}
	return "once"
}

func number(v float64) string {
	if v >= 9.95 {
		return fmt.Sprintf("%.0f", v)
	}
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

func length(seconds float64) string {
	switch {
	case seconds >= 0.9995:
		return fmt.Sprintf("%.1f s", seconds)
	case seconds >= 0.00995:
		return fmt.Sprintf("%.0f ms", seconds*1000)
	case seconds < 0.000095:
		return "less than 0.1 ms"
	}
	return fmt.Sprintf("%.1f ms", seconds*1000)
}

func percent(share float64) string {
	if share > 0 && share < 0.01 {
		return "less than 1 %"
	}
	return fmt.Sprintf("%.0f %%", share*100)
}

// percentOfConnection words seconds of database time per second: the mean number of connections at work.
func percentOfConnection(cost float64) string { return percent(cost) + " of one connection" }
