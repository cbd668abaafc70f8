package model

import (
	"container/list"
	"fmt"
	"math"
	"math/rand"
	"testing"
)

// lru is an LRU cache as Synapse's: entries unread for ttl are dropped every 30 s, without limit where max is 0.
type lru struct {
	max                            int
	order                          list.List // most recent first
	at                             map[int]*list.Element
	hits, requests, evicted, other float64
}

type entry struct {
	key  int
	read float64
}

func (c *lru) get(key int, now float64) {
	c.requests++
	if e := c.at[key]; e != nil {
		c.hits++
		c.order.MoveToFront(e)
		e.Value = entry{key, now}
		return
	}
	c.at[key] = c.order.PushFront(entry{key, now})
	for c.max > 0 && len(c.at) > c.max {
		c.evicted++
		c.drop(c.order.Back())
	}
}

func (c *lru) drop(e *list.Element) { delete(c.at, c.order.Remove(e).(entry).key) }

func (c *lru) expire(before float64) {
	for e := c.order.Back(); e != nil && e.Value.(entry).read < before; e = c.order.Back() {
		c.other++
		c.drop(e)
	}
}

func newLRU(size int) *lru { return &lru{max: size, at: map[int]*list.Element{}} }

// simulate replays the same requests into caches of several sizes, the first of which is scraped.
func simulate(r *rand.Rand, ttl, step, duration float64, w Window, sizes []int) (s Series, misses []float64) {
	caches := make([]*lru, len(sizes))
	for i, size := range sizes {
		caches[i] = newLRU(size)
	}
	misses = make([]float64, len(sizes))
	keys := []int{20, 60, 150, 400}[r.Intn(4)]
	skew, rate := 1+2*r.Float64(), .5+2*r.Float64()
	restart := duration * (.2 + .7*r.Float64())
	loop, scan := r.Float64() < .3, r.Float64()*.5
	next, fresh := 0, 1000
	for now := 0.0; now <= duration; now++ {
		if now == math.Floor(restart) && r.Intn(2) == 0 {
			for i, size := range sizes {
				caches[i] = newLRU(size)
			}
		}
		for n := rate * (1 + .8*math.Sin(now/300)); n > 0 && r.Float64() < n; n-- {
			key := int(float64(keys) * math.Pow(r.Float64(), skew))
			if loop {
				next++
				key = next % keys
			}
			if r.Float64() < scan {
				fresh++
				key = fresh
			}
			for i, c := range caches {
				before := c.requests - c.hits
				c.get(key, now)
				if now > w.From && now <= w.To {
					misses[i] += c.requests - c.hits - before
				}
			}
		}
		if math.Mod(now, expiryLoop) == 0 {
			for _, c := range caches {
				c.expire(now - ttl)
			}
		}
		if math.Mod(now, step) == 0 {
			c := caches[0]
			s.Times = append(s.Times, now)
			s.Requests = append(s.Requests, c.requests)
			s.Hits = append(s.Hits, c.hits)
			s.EvictedSize = append(s.EvictedSize, c.evicted)
			s.EvictedInvalidation = append(s.EvictedInvalidation, c.other)
			s.Entries = append(s.Entries, float64(len(c.at)))
			s.MaxSize = append(s.MaxSize, float64(c.max))
		}
	}
	return s, misses
}

// TestBoundsHold replays random traffic: no larger cache avoids more than the bound, and above the largest useful size
// nothing changes.
func TestBoundsHold(t *testing.T) {
	const ttl, duration = 300, 3600
	useful := 0
	for seed := range 150 {
		r := rand.New(rand.NewSource(int64(seed)))
		step := []float64{15, 30, 60, 120}[r.Intn(4)]
		w := Window{From: 1800, To: duration}
		size := 10 + r.Intn(60)
		sizes := []int{size, size + size/2, 2 * size, 4 * size, 10 * size, 0}
		s, misses := simulate(r, ttl, step, duration, w, sizes)
		b := FindBounds(s, ttl, w)
		for i, larger := range sizes[1:] {
			x := float64(larger) / float64(size)
			if larger == 0 {
				x = math.Inf(1)
			}
			name := fmt.Sprintf("seed %d, step %v, size %d to %d", seed, step, size, larger)
			// A restart between two scrapes takes their counts with it.
			if avoided := misses[0] - misses[i+1]; b.Misses == misses[0] && avoided > b.Avoidable(x) {
				t.Errorf("%s: avoids %v misses, bound %v", name, avoided, b.Avoidable(x))
			}
			if float64(larger) >= b.MaxUseful {
				useful++
				if misses[i+1] != misses[len(misses)-1] {
					t.Errorf("%s: largest useful size %v, misses %v and %v without limit", name, b.MaxUseful, misses[i+1], misses[len(misses)-1])
				}
			}
		}
	}
	if useful < 40 {
		t.Errorf("only %d sizes were above the largest useful one: this test proves little", useful)
	}
}

func TestBoundsWithoutHistory(t *testing.T) {
	s := Series{
		Times: []float64{1000, 1060, 1120}, Requests: []float64{500, 600, 700}, Hits: []float64{100, 150, 200},
		EvictedSize: []float64{50, 60, 70}, EvictedInvalidation: []float64{0, 0, 0},
		Entries: []float64{100, 100, 100}, MaxSize: []float64{100, 100, 100},
	}
	b := FindBounds(s, 1800, Window{1000, 1120})
	if !math.IsInf(b.MaxUseful, 1) {
		t.Errorf("the largest useful size is %v without samples to know it from", b.MaxUseful)
	}
	// 20 evictions in the window; of those before it, any number that the larger cache can hold.
	if got := b.Avoidable(1.5); got != 70 {
		t.Errorf("avoidable at 1.5 is %v", got)
	}
	if got := b.Avoidable(10); got != 100 {
		t.Errorf("avoidable at 10 is %v, there are 100 misses", got)
	}
	if !FindBounds(Series{Times: s.Times, Requests: s.Requests, Hits: s.Hits, EvictedSize: s.EvictedSize, EvictedInvalidation: s.EvictedInvalidation, Entries: s.Entries, MaxSize: []float64{50, 50, 100}}, 1800, Window{1000, 1120}).Resized {
		t.Error("a resize went unnoticed")
	}
}

// TestBatchesMissTwice: of two entries in turn, the smaller cache drops one for the other; each is asked for three times at
// once, as a batch may, before it is written. The larger cache avoids more misses than were dropped.
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
	if b := FindBounds(s, 1800, w); b.Avoidable(2) < avoided {
		t.Errorf("avoids at most %g misses, but %d were avoided", b.Avoidable(2), avoided)
	}
	s.Repeats = 0
	if b := FindBounds(s, 1800, w); b.Avoidable(2) >= avoided {
		t.Errorf("one miss for each entry dropped: %g", b.Avoidable(2))
	}
}
