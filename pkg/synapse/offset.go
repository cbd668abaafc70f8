package synapse

import (
	"fmt"
	"time"
)

// Offset is PromQL for so long ago; "" for now, because many versions of Prometheus refuse an offset of 0 s.
func Offset(ago time.Duration) string {
	if ago < time.Second {
		return ""
	}
	return fmt.Sprintf(" offset %ds", int64(ago.Seconds()))
}
