package model

import "testing"

func TestTotalsWithoutHistory(t *testing.T) {
	s := Series{
		Times: []float64{1000, 1060, 1120}, Requests: []float64{500, 600, 700}, Hits: []float64{100, 150, 200},
		EvictedSize: []float64{50, 60, 70}, EvictedInvalidation: []float64{0, 0, 0},
		Entries: []float64{100, 100, 100}, MaxSize: []float64{100, 100, 100},
	}
	w := Window{1000, 1120}
	b := Predict(s, 1800, w, nil)
	// 20 evictions in the window; of those before it, any number that the larger cache can hold.
	if got := b.Avoidable(1.5); got != 70 {
		t.Errorf("avoidable at 1.5 is %v", got)
	}
	if got := b.Avoidable(10); got != 100 {
		t.Errorf("avoidable at 10 is %v, there are 100 misses", got)
	}
	s.MaxSize = []float64{50, 50, 100}
	if !Predict(s, 1800, w, nil).Resized {
		t.Error("a resize went unnoticed")
	}
}

// Of two entries in turn, the smaller cache evicts one for the other; each is looked up three times at once, as a batch may,
// before it is written. The larger cache avoids more misses than entries were evicted.
func TestBatchesMissTwice(t *testing.T) {
	s := Series{Repeats: 3}
	for i := range 11 {
		n := float64(i)
		s.Times, s.Requests, s.Hits = append(s.Times, 15*n), append(s.Requests, 3*n), append(s.Hits, 0)
		s.EvictedSize, s.EvictedInvalidation = append(s.EvictedSize, max(0, n-1)), append(s.EvictedInvalidation, 0)
		s.Entries, s.MaxSize = append(s.Entries, min(1, n)), append(s.MaxSize, 1)
	}
	w := Window{From: 75, To: 150}
	const avoided = 15 // all: two entries fit
	if got := Predict(s, 1800, w, nil).Avoidable(2); got < avoided {
		t.Errorf("avoids at most %g misses, but %d were avoided", got, avoided)
	}
	s.Repeats = 0
	if got := Predict(s, 1800, w, nil).Avoidable(2); got >= avoided {
		t.Errorf("one miss for each entry evicted: %g", got)
	}
}
