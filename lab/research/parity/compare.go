package main

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
)

// exact is how far two numbers may be apart, as a part of the larger one: rounding.
const exact = 1e-9

// line is what a graph draws: its values by time, in milliseconds.
type line map[int64]float64

// lines of a matrix; what is never a number is none.
func linesOf(matrix model.Matrix) []line {
	var all []line
	for _, stream := range matrix {
		l := line{}
		for _, v := range stream.Values {
			if number := float64(v.Value); !math.IsNaN(number) && !math.IsInf(number, 0) {
				l[int64(v.Timestamp)] = number
			}
		}
		if len(l) > 0 && !l.isZero() {
			all = append(all, l)
		}
	}
	return all
}

// isZero: what is always 0 says nothing about a formula.
func (l line) isZero() bool {
	for _, value := range l {
		if value != 0 {
			return false
		}
	}
	return true
}

// same tells whether two lines have the same values, up to a factor, wherever both have one.
func (l line) same(other line, factor float64) bool {
	both := 0
	for at, value := range l {
		if there, is := other[at]; is {
			both++
			if math.Abs(value*factor-there) > exact*math.Max(math.Abs(value*factor), math.Abs(there)) {
				return false
			}
		}
	}
	return both > 0 && 2*both >= min(len(l), len(other))
}

// factorsOf are units: the same, per minute, milliseconds, and an increase over the window instead of a rate.
func factorsOf(window string) map[string]float64 {
	seconds, _ := strconv.ParseFloat(strings.TrimSuffix(window, "s"), 64)
	return map[string]float64{"": 1, "per minute": 1. / 60, "in ms": 1000, "from ms": 0.001, "in percent": 100, "as an increase over the window": seconds}
}

// match counts the lines of one side that the other one has, in the unit for which they are most.
func match(ours, theirs []line, window string) (found int, unit string) {
	best := -1
	for name, factor := range factorsOf(window) {
		n := 0
		for _, l := range ours {
			if slices.ContainsFunc(theirs, func(other line) bool { return l.same(other, factor) }) {
				n++
			}
		}
		if n > best || n == best && name == "" {
			best, unit = n, name
		}
	}
	return best, unit
}

// upTo are the sums of the lines so far.
func upTo(lines []line) []line {
	sums := make([]line, len(lines))
	for i := range lines {
		sums[i] = total(lines[:i+1])[0]
	}
	return sums
}

// total is the sum of lines.
func total(lines []line) []line {
	sum := line{}
	for _, l := range lines {
		for at, value := range l {
			sum[at] += value
		}
	}
	return []line{sum}
}

// addedUp are the lines of a matrix, added up over the labels that tell processes apart.
func addedUp(matrix model.Matrix) model.Matrix {
	sums := map[model.Fingerprint]*model.SampleStream{}
	values := map[model.Fingerprint]map[model.Time]float64{}
	for _, stream := range matrix {
		metric := stream.Metric.Clone()
		for _, label := range []model.LabelName{"job", "index", "instance", model.MetricNameLabel} {
			delete(metric, label)
		}
		key := metric.Fingerprint()
		if sums[key] == nil {
			sums[key], values[key] = &model.SampleStream{Metric: metric}, map[model.Time]float64{}
		}
		for _, v := range stream.Values {
			if number := float64(v.Value); !math.IsNaN(number) && !math.IsInf(number, 0) {
				values[key][v.Timestamp] += float64(v.Value)
			}
		}
	}
	var all model.Matrix
	for key, stream := range sums {
		for at, value := range values[key] {
			stream.Values = append(stream.Values, model.SamplePair{Timestamp: at, Value: model.SampleValue(value)})
		}
		all = append(all, stream)
	}
	return all
}

var ranges = regexp.MustCompile(`\[(\d+)s\]`)

// windowOf is the window of our query, so that the original is asked with the same one: the shortest range of it, as what ranks the
// lines looks at all of the time.
func windowOf(executed string) string {
	shortest := 0
	for _, m := range ranges.FindAllStringSubmatch(executed, -1) {
		if seconds, err := strconv.Atoi(m[1]); err == nil && (shortest == 0 || seconds < shortest) {
			shortest = seconds
		}
	}
	if shortest == 0 {
		return "60s"
	}
	return strconv.Itoa(shortest) + "s"
}

// onlyLooks are what is wrong with a panel that changes no number on it: only how it is drawn, and how lines are added up.
func onlyLooks(wrong string) bool {
	return wrong == "" || wrong == "no unit" || strings.HasPrefix(wrong, "one line for each process")
}
