package postgres

import (
	"testing"
	"time"
)

func TestCircuits(t *testing.T) {
	const slow, quick = "SELECT slow", "SELECT quick"
	var c circuits
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	blocked := func(sql string, after time.Duration) bool { return c.blocked(sql, time.Second, now.Add(after)) != nil }
	for _, pause := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		c.trip(slow, now)
		if !blocked(slow, pause-time.Second) || blocked(slow, pause) || blocked(quick, 0) {
			t.Errorf("after a pause of %s: %t %t %t", pause, blocked(slow, pause-time.Second), blocked(slow, pause), blocked(quick, 0))
		}
	}
	c.heal([]string{quick, slow})
	c.trip(slow, now)
	if !blocked(slow, 0) || blocked(slow, time.Minute) {
		t.Error("a statement that was finished begins with a minute again")
	}
}
