package query

import "testing"

func TestBreakSteps(t *testing.T) {
	for advice, want := range map[string]string{
		"Look first.":      "Look first.",
		"1. Look. 2. Act.": "1. Look.\n2. Act.",
		"It is so. 1. Look (twice.) 2. Act at 1. 3. Upgrade to 1.124 or later.": "It is so.\n1. Look (twice.)\n2. Act at 1.\n3. Upgrade to 1.124 or later.",
	} {
		if got := BreakSteps(advice); got != want {
			t.Errorf("%q becomes %q", advice, got)
		}
	}
}
