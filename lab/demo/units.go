package main

import (
	"math"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

const none = "–"

// humanise writes one value of a table for people.
func humanise(field *data.Field, row int) string {
	value, ok := field.ConcreteAt(row)
	if !ok {
		return none
	}
	switch v := value.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return duration(time.Since(v).Seconds()) + " ago"
	}
	number, err := field.FloatAt(row)
	if err != nil || math.IsNaN(number) {
		return none
	}
	return unit(field, number)
}

// unit writes a number with its field's Grafana unit.
func unit(field *data.Field, number float64) string {
	grafana := ""
	if field.Config != nil {
		grafana = field.Config.Unit
	}
	switch grafana {
	case "s", "dtdurations", "clocks":
		return duration(number)
	case "percentunit":
		return short(number*100) + " %"
	case "bytes", "decbytes":
		return bytes(number)
	case "cps", "reqps", "ops", "rps", "wps", "mps", "eps", "iops":
		return short(number) + "/s"
	}
	return short(number)
}

func duration(seconds float64) string {
	size := math.Abs(seconds)
	switch {
	case size == 0:
		return "0 s"
	case size < 0.001:
		return short(seconds*1e6) + " µs"
	case size < 1:
		return short(seconds*1e3) + " ms"
	case size < 120:
		return short(seconds) + " s"
	case size < 2*3600:
		return short(seconds/60) + " min"
	case size < 48*3600:
		return short(seconds/3600) + " h"
	}
	return short(seconds/86400) + " d"
}

func bytes(number float64) string {
	for _, prefix := range []string{"", "K", "M", "G"} {
		if math.Abs(number) < 1024 {
			return short(number) + " " + prefix + "B"
		}
		number /= 1024
	}
	return short(number) + " TB"
}

// short keeps three digits that mean something.
func short(number float64) string {
	if number == math.Trunc(number) && math.Abs(number) < 1e6 {
		return strconv.FormatFloat(number, 'f', 0, 64)
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(number))))
	return strconv.FormatFloat(number, 'f', max(0, min(digits, 6)), 64)
}

// meanAndLast are those of the values that are there.
func meanAndLast(field *data.Field) (mean, last float64, ok bool) {
	count := 0.0
	for i := range field.Len() {
		value, err := field.NullableFloatAt(i)
		if err != nil || value == nil || math.IsNaN(*value) {
			continue
		}
		count++
		mean += *value
		last = *value
	}
	if count == 0 {
		return 0, 0, false
	}
	return mean / count, last, true
}
