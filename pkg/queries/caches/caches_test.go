package caches

import (
	"slices"
	"testing"
)

func TestFormats(t *testing.T) {
	var ids []string
	for _, f := range Type().Formats {
		ids = append(ids, f.ID)
		if s := shapeOf(f.ID); f.Title == "" || f.Help == "" || s.measure.Unit == "" || s.measure.Help == "" {
			t.Errorf("format %s lacks words or a unit", f.ID)
		}
	}
	if want := []string{"misses", "hitRatio", "requests", "evictions", "size"}; !slices.Equal(ids, want) {
		t.Errorf("formats %v, want %v", ids, want)
	}
}

func TestReasonWord(t *testing.T) {
	for _, test := range []struct{ cache, reason, want string }{
		{"get_user_by_id", "size", "full"},
		{"get_user_by_id", "invalidation", "unused or memory limit"},
		{"a_module_s_cache", "invalidation", "unused or memory limit"},
		{"state_cache", "invalidation", "removed"},
		{"state_cache", "time", "expired"},
		{"sync", "invalidation", "removed"},
	} {
		if got := reasonWord(test.cache, test.reason); got != test.want {
			t.Errorf("%s leaves %s as %q, want %q", test.reason, test.cache, got, test.want)
		}
	}
}
