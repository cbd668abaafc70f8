package metrics

import (
	"regexp"
	"slices"
	"strconv"
)

// ExistsIn tells whether a version of Synapse has the metric under any of its names. A version that can't be read is taken
// to have it.
func (m *Metric) ExistsIn(version string) bool {
	v := release(version)
	if v == nil {
		return true
	}
	return slices.Compare(v, release(m.Since)) >= 0 && (m.Until == "" || slices.Compare(v, release(m.Until)) < 0)
}

// Newest is the newest of some versions, "" where none can be read.
func Newest(versions []string) string {
	newest := ""
	for _, version := range versions {
		if slices.Compare(release(version), release(newest)) > 0 {
			newest = version
		}
	}
	return newest
}

var releaseNumber = regexp.MustCompile(`^(\d+)[.](\d+)(?:[.](\d+))?`)

// release is the numbers of a version such as 1.157.1 or 1.160.0rc1; nil where there are none.
func release(version string) []int {
	var numbers []int
	if found := releaseNumber.FindStringSubmatch(version); found != nil {
		for _, part := range found[1:] {
			number, _ := strconv.Atoi(part)
			numbers = append(numbers, number)
		}
	}
	return numbers
}
