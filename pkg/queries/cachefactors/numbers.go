package cachefactors

import (
	"fmt"
	"strings"
	"time"
)

// pace is the unit of time in which people would count something: 41 a second, 3.2 a minute, 8 an hour.
type pace struct {
	seconds float64
	words   string
}

func (f facts) pace(count float64) pace {
	switch perSecond := f.perSecond(count); {
	case perSecond >= 1:
		return pace{1, "a second"}
	case perSecond*60 >= 1:
		return pace{60, "a minute"}
	}
	return pace{3600, "an hour"}
}

// rate is "41 a second".
func (f facts) rate(count float64) string {
	pace := f.pace(count)
	return short(f.perSecond(count)*pace.seconds) + " " + pace.words
}

// missing is "52 misses a second".
func (f facts) missing() string { return f.missesAt(f.misses()) }

func (f facts) missesAt(count float64) string {
	pace := f.pace(count)
	number, misses := short(f.perSecond(count)*pace.seconds), " misses "
	if number == "1" {
		misses = " miss "
	}
	return number + misses + pace.words
}

// avoidable is "41 of 52 misses a second".
func (f facts) avoidable() string {
	return short(f.perSecond(f.bound)*f.pace(f.misses()).seconds) + " of " + f.missing()
}

func short(v float64) string {
	if v >= 10 {
		return whole(v)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}

func whole(v float64) string { return fmt.Sprintf("%.0f", v) }

func percent(share float64) string {
	switch {
	case share > 0 && share < 0.01:
		return fmt.Sprintf("%.1f %%", share*100)
	case share < 1:
		return fmt.Sprintf("%.0f %%", min(99, share*100))
	}
	return "100 %"
}

// span is a duration as people say it.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return short(d.Hours()/24) + " days"
	case d >= 2*time.Hour:
		return short(d.Hours()) + " h"
	case d >= 2*time.Minute:
		return short(d.Minutes()) + " min"
	}
	return short(d.Seconds()) + " s"
}
