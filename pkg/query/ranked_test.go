package query

import (
	"slices"
	"strings"
	"testing"
)

func TestLimitPerServer(t *testing.T) {
	all := []string{"a1", "b1", "a2", "a3", "b2", "c1"}
	kept, left := LimitPerServer(all, 2, func(s string) string { return s[:1] })
	if want := []string{"a1", "b1", "a2", "b2", "c1"}; !slices.Equal(kept, want) || left != 1 {
		t.Errorf("kept %v and left %d, want %v and 1", kept, left, want)
	}
	if got := strings.Join(all, " "); got != "a1 b1 a2 a3 b2 c1" {
		t.Errorf("the whole list became %q", got)
	}
}
