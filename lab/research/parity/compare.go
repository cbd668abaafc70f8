package main

import (
	"maps"
	"math"
	"slices"
)

// line is one series: what tells it apart, and its numbers by Unix milliseconds.
type line struct {
	labels map[string]string
	values map[int64]float64
}

// tolerance is how far two equal numbers may be apart: sums of the same numbers in another order.
const tolerance = 1e-9

func equal(a, b float64) bool {
	return math.Abs(a-b) <= tolerance*max(math.Abs(a), math.Abs(b), 1e-3)
}

// within tells whether one line has everything that another has, to the same numbers.
func (l line) within(other line) bool {
	for at, value := range l.values {
		if theirs, there := other.values[at]; !there || !equal(value, theirs) {
			return false
		}
	}
	return true
}

// result is what a comparison says.
type result string

const (
	same      result = "equal"
	addedUp   result = "equal, added up" // by the labels that both have
	different result = "different"
	onlyOurs  result = "no data there"
	onlyTheir result = "no data here"
	nothing   result = "no data"
)

// compare compares the lines of a panel, by what it asks, with ours, by the views that a graph has.
func compare(theirs, ours [][]line) result {
	there, here := slices.Concat(theirs...), slices.Concat(ours...)
	switch {
	case len(there) == 0 && len(here) == 0:
		return nothing
	case len(there) == 0:
		return onlyOurs
	case len(here) == 0:
		return onlyTheir
	case allWithin(there, here):
		return same
	}
	isOurs := func(asked []line) bool {
		return allWithin(asked, here) || slices.ContainsFunc(ours, func(view []line) bool {
			return addUpTo(asked, view) || madeOf(asked, view) || slices.ContainsFunc(byPart(view), func(part []line) bool { return addUpTo(asked, part) })
		})
	}
	if isOurs(there) || !slices.ContainsFunc(theirs, func(asked []line) bool { return !isOurs(asked) }) {
		return addedUp
	}
	return different
}

func allWithin(some, all []line) bool {
	for _, l := range some {
		if !slices.ContainsFunc(all, l.within) {
			return false
		}
	}
	return true
}

// addUpTo tells whether some lines, those with the labels of each of ours added up, are ours, and none is left over.
func addUpTo(theirs, ours []line) bool {
	used := 0
	for _, our := range ours {
		sum, parts := sumOf(theirs, our)
		if used += parts; parts > 0 && !sum.within(our) {
			return false
		}
	}
	return used == len(theirs)
}

// madeOf tells whether each of some lines is what ours with its labels add up to.
func madeOf(theirs, ours []line) bool {
	for _, their := range theirs {
		if sum, _ := sumOf(ours, their); !their.within(sum) {
			return false
		}
	}
	return true
}

// sumOf adds up those of some lines that have the labels of another, and counts them.
func sumOf(some []line, like line) (sum line, parts int) {
	sum = line{values: map[int64]float64{}}
	for _, l := range some {
		if agree(l.labels, like.labels) {
			parts++
			for at, value := range l.values {
				sum.values[at] += value
			}
		}
	}
	return sum, parts
}

// byPart splits a view by the label that tells metrics apart, which no panel has.
func byPart(view []line) [][]line {
	parts := map[string][]line{}
	for _, l := range view {
		parts[l.labels["part"]] = append(parts[l.labels["part"]], l)
	}
	return slices.Collect(maps.Values(parts))
}

// agree tells whether two lines have the same values of the labels that both have.
func agree(a, b map[string]string) bool {
	for name, value := range a {
		if theirs := b[name]; theirs != "" && value != "" && theirs != value {
			return false
		}
	}
	return true
}
