// Package words writes numbers, units and lists for people: one style everywhere. It imports nothing of ours.
package words

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Percent writes a share of 1: "74%". Shares that round to nothing are "less than 1%", and those that round to all of it
// without being all "more than 99%".
func Percent(share float64) string {
	switch {
	case share <= 0:
		return "0%"
	case share < 0.01:
		return "less than 1%"
	case share > 0.99 && share < 1:
		return "more than 99%"
	}
	return fmt.Sprintf("%.0f%%", share*100)
}

// Number writes a count or a ratio: thousands with commas, two significant digits below ten.
func Number(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "unknown"
	case math.Abs(v) >= 9.95:
		return grouped(math.Round(v))
	}
	return strconv.FormatFloat(roundTo(v, 2), 'f', -1, 64)
}

// roundTo keeps so many significant digits.
func roundTo(v float64, digits int) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, float64(digits-1)-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

// grouped writes a whole number with commas between thousands.
func grouped(v float64) string {
	text := strconv.FormatFloat(math.Abs(v), 'f', 0, 64)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	if v < 0 {
		return "-" + text
	}
	return text
}

// Count writes a number of things: "1 room", "2,000 rooms".
func Count[N int | int64 | float64](n N, one, more string) string {
	if math.Round(float64(n)) == 1 {
		return "1 " + one
	}
	return grouped(math.Round(float64(n))) + " " + more
}

// PerSecond writes a rate in sentences: "41 per second".
func PerSecond(rate float64) string { return Number(rate) + " per second" }

// Bytes writes a size in binary units: "1.2 GiB".
func Bytes(v float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	at := 0
	for ; math.Abs(v) >= 1023.5 && at < len(units)-1; at++ {
		v /= 1024
	}
	return Number(v) + " " + units[at]
}

// few is how many names a sentence holds.
const few = 3

// List joins names for a sentence and counts those beyond the first few: "a, b, c and 2 more".
func List(names []string) string {
	if len(names) > few {
		return strings.Join(names[:few], ", ") + fmt.Sprintf(" and %d more", len(names)-few)
	}
	return strings.Join(names, ", ")
}

// Rate writes how often something happens so that rare things can be read too: "41 per second", "36 per hour".
func Rate(perSecond float64) string {
	switch {
	case perSecond >= 0.095:
		return PerSecond(perSecond)
	case perSecond*60 >= 0.95:
		return Number(perSecond*60) + " per minute"
	case perSecond*3600 >= 0.95:
		return Number(perSecond*3600) + " per hour"
	}
	return "less than one per hour"
}

// markdownLink is [text](address).
var markdownLink = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)

// Plain takes Markdown's marks out of a sentence: a table's cell shows them as they are.
func Plain(text string) string {
	return strings.ReplaceAll(markdownLink.ReplaceAllString(text, "$1 ($2)"), "`", "")
}
