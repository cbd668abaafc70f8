package versions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
)

// alternatives are the values between which the selectors choose, and whether any recorded homeserver has each of them.
type alternatives map[string]bool

// look looks for each value of servlet=~"A|B" on a homeserver that has the metric.
func (a alternatives) look(s *server, of selector) {
	for _, m := range of.matchers {
		if m.Type != labels.MatchRegexp || m.Name == "le" || m.Name == "code" {
			continue
		}
		for _, value := range choices(m.Value) {
			one := labels.MustNewMatcher(labels.MatchRegexp, m.Name, value)
			key := m.Name + " " + value
			a[key] = a[key] || slices.ContainsFunc(s.series[of.name], func(series map[string]string) bool { return one.Matches(series[m.Name]) })
		}
	}
}

// choices splits a regular expression of plain words; one with a group stays whole.
func choices(expression string) []string {
	if strings.Contains(expression, "(") {
		return []string{expression}
	}
	return strings.Split(expression, "|")
}

func (a alternatives) wantSeen(t *testing.T, excuses *excuses) {
	t.Helper()
	for value, seen := range a {
		if !seen && !excuses.unseenChoice(value) {
			t.Errorf("no recorded homeserver has %s", value)
		}
	}
}
