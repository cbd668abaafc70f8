package versions

import (
	"slices"
	"strings"
	"testing"
)

func numbersOf(version string) []int {
	var numbers []int
	for _, issue := range Known(version) {
		numbers = append(numbers, issue.Number)
	}
	return numbers
}

// Bounds are those of the releases: the first one with an issue has it, the first one without it has not, and a fault that only
// candidates had is no fault of the release.
func TestKnown(t *testing.T) {
	for version, c := range map[string]struct {
		has   int
		lacks []int
	}{
		"1.139.0":                  {lacks: []int{19416}},
		"1.140.0":                  {has: 19416},
		"1.146.0 (b=main,0a1b2c3)": {has: 19416},
		"1.147.0":                  {lacks: []int{19416}, has: 19394},
		"1.147.0rc1":               {has: 19416},
		"1.152.0-1~deb12u1":        {has: 19394},
		"1.152.1":                  {lacks: []int{19394}, has: 19912},
		"1.152.1+maunium.1":        {lacks: []int{19394}},
		"1.126.0rc2":               {has: 18222},
		"1.126.0~rc2":              {has: 18222},
		"1.126.0":                  {lacks: []int{18222}, has: 18380},
		"1.162":                    {lacks: []int{20182}},
		"v1.161.0":                 {has: 20182, lacks: []int{20148}},
		Newest:                     {lacks: []int{20182, 19912, 19394}},
	} {
		numbers := numbersOf(version)
		if c.has != 0 && !slices.Contains(numbers, c.has) {
			t.Errorf("%s lacks %d: %v", version, c.has, numbers)
		}
		for _, lacks := range c.lacks {
			if slices.Contains(numbers, lacks) {
				t.Errorf("%s has %d", version, lacks)
			}
		}
	}
	for _, version := range []string{"", "develop", "2.0.0", Newest, "1.300.0"} {
		if known := Known(version); known != nil {
			t.Errorf("%q has %v", version, known)
		}
	}
}

// Each entry can be told, ends, and is listed where it belongs.
func TestTheList(t *testing.T) {
	newest, _ := Parse(Newest)
	last, seen := newest, map[int]bool{}
	for _, issue := range issues {
		since, old := Parse(issue.Since)
		fixed, is := Parse(issue.Fixed)
		if !is || newest.Before(fixed) || last.Before(Release{fixed[0], fixed[1]}) || old && !since.Before(fixed) {
			t.Errorf("%d: from %q to %q", issue.Number, issue.Since, issue.Fixed)
		}
		last = fixed
		if seen[issue.Number] || issue.Number < 10_000 || issue.What == "" || strings.HasSuffix(issue.What, ".") {
			t.Errorf("%+v", issue)
		}
		seen[issue.Number] = true
		needsNames := issue.Sign.Kind == TransactionTime || issue.Sign.Kind == JobCPU || issue.Sign.Kind == RequestCPU
		if needsNames != (len(issue.Sign.Names) > 0) {
			t.Errorf("%d: a sign of kind %d with the names %v", issue.Number, issue.Sign.Kind, issue.Sign.Names)
		}
	}
	if names := Named(JobCPU); !slices.Contains(names, "sync_partial_state_room") || slices.Contains(names, "purge_room") {
		t.Errorf("jobs %v", names)
	}
}
