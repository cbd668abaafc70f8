package plugin

import (
	"math"
	"runtime/debug"
	"sync"
)

// baseMemory is what the process takes besides answers: its code, the SDK, connections. Measured: 50 MiB after a dashboard.
const baseMemory = 64 << 20

var memory struct {
	sync.Mutex
	limit int64
}

// limitMemory tells the garbage collector to work harder before answers take more than the largest limit of the process's data
// sources, on top of what the process takes anyway. A limit that the administrator gave the process (GOMEMLIMIT) stays.
func limitMemory(answers int64) {
	memory.Lock()
	defer memory.Unlock()
	if current := debug.SetMemoryLimit(-1); current != math.MaxInt64 && current != memory.limit {
		return
	}
	if limit := answers + baseMemory; limit > memory.limit {
		memory.limit = limit
		debug.SetMemoryLimit(limit)
	}
}
