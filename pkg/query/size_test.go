package query

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

func TestSizeOf(t *testing.T) {
	matrix := model.Matrix{{Metric: model.Metric{"name": "x"}, Values: make([]model.SamplePair, 10_000)}}
	type ring struct{ next *ring }
	loop := &ring{}
	loop.next = loop
	shared := strings.Repeat("x", 1000)
	for name, c := range map[string]struct {
		value       any
		least, most uint64
	}{
		"nothing":       {nil, 0, 0},
		"text":          {shared, 1000, 1100},
		"points":        {matrix, 160_000, 161_000},
		"within a part": {part{value: matrix, executed: []string{shared}}, 161_000, 163_000},
		"a circle":      {loop, 8, 64},
		"shared":        {[]*model.Sample{{}, {}}, 50, 300},
	} {
		if got := sizeOf(c.value); got < c.least || got > c.most {
			t.Errorf("%s: %d, want %d to %d", name, got, c.least, c.most)
		}
	}
}

// Answers leave when all together are too large, whatever their number.
func TestKeptAnswersAreBoundedInBytes(t *testing.T) {
	s := NewShared[[]byte](time.Second, 100).Bounded(10_000)
	asked := 0
	ask := func(key string) {
		if _, err := s.Do(t.Context(), key, time.Hour, func(context.Context) ([]byte, error) { asked++; return make([]byte, 4000), nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"a", "b", "c", "c", "b", "a"} {
		ask(key)
	}
	if asked != 4 { // the third one made the first one leave
		t.Errorf("asked %d times", asked)
	}
}
