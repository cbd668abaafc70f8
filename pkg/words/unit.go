package words

import (
	"regexp"
	"strconv"
)

// Value writes a number in a Grafana unit, for sentences. Units it does not know are written as plain numbers, so a
// number never goes missing.
func Value(v float64, unit string) string {
	switch unit {
	case "percentunit":
		return percentExactly(v)
	case "percent":
		return percentExactly(v / 100)
	case "s":
		return Seconds(v)
	case "ms":
		return Seconds(v / 1000)
	case "bytes", "decbytes":
		return Bytes(v)
	case "cps", "ops", "reqps", "wps":
		return PerSecond(v)
	}
	return Number(v)
}

// percentExactly keeps what a threshold says: 4.5% is not 5%.
func percentExactly(share float64) string {
	return strconv.FormatFloat(roundTo(share*100, 3), 'f', -1, 64) + "%"
}

var placeholder = regexp.MustCompile(`\{([a-zA-Z0-9]+)\}`)

// Fill writes values into a text's placeholders: "{name}". A placeholder without a value is a mistake of whoever wrote
// the text, and stays as it is: a test looks for braces.
func Fill(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		if value, ok := values[found[1:len(found)-1]]; ok {
			return value
		}
		return found
	})
}
