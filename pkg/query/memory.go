package query

import "sync"

// Memory keeps what earlier reads of PostgreSQL found, so that a later one can compare: PostgreSQL has no history of most things.
// It belongs to one data source and ends with it.
type Memory struct {
	mu   sync.Mutex
	kept map[string]any
}

// NewMemory makes an empty one.
func NewMemory() *Memory { return &Memory{kept: map[string]any{}} }

// Recall replaces what is kept under a key by what change makes of it, and gives that; nothing was kept: change gets the zero
// value. What is kept is shared, so change makes a new value instead of changing the old one.
func Recall[V any](m *Memory, key string, change func(old V) V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, _ := m.kept[key].(V)
	now := change(old)
	m.kept[key] = now
	return now
}
