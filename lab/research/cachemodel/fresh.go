package cachemodel

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/matrix-insight/synapse-datasource/lab/research/cachemodel/traffic"
)

// Fresh draws caches that no constant was ever tuned on: as many as it takes to see a small change for better or worse,
// which the recorded sets are too few for. The same seed draws the same ones.
func Fresh(n int, seed uint64) *Set {
	set := &Set{TTL: ttl, Caches: make([]Cache, n)}
	each(n, func(i int) {
		s := traffic.Draw(seed<<20 + uint64(i))
		set.Caches[i] = Replay(s, seed<<20+uint64(i))
		set.Caches[i].Name = fmt.Sprintf("%s%d/%d", s.Kind, seed, i)
	})
	return set
}

// each runs f for 0 to n-1, on all processors.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// loops tells whether half of a mixture or more goes round in a circle.
func loops(mix []traffic.Part) bool {
	around, all := 0.0, 0.0
	for _, part := range mix {
		all += part.Share
		if part.Kind == "loop" {
			around += part.Share
		}
	}
	return around > 0 && around >= all/2
}
