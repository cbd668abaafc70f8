package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func percent(share float64) string {
	share = max(0, share)
	if share > 0 && share < 0.01 {
		return "less than 1 %"
	}
	return fmt.Sprintf("%.0f %%", share*100)
}

func seconds(v float64) string {
	switch {
	case v >= 10:
		return fmt.Sprintf("%.0f s", v)
	case v >= 1:
		return fmt.Sprintf("%.1f s", v)
	case v >= 0.00995:
		return fmt.Sprintf("%.0f ms", v*1000)
	}
	return fmt.Sprintf("%.1f ms", v*1000)
}

func number(v float64) string {
	if v >= 9.95 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2g", v)
}

func bytes(v float64) string {
	switch {
	case v >= 1<<30:
		return fmt.Sprintf("%.1f GiB", v/(1<<30))
	case v >= 1<<20:
		return fmt.Sprintf("%.0f MiB", v/(1<<20))
	}
	return fmt.Sprintf("%.0f kiB", v/(1<<10))
}

// counted is a number of things, such as "1 room" and "2 rooms".
func counted(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// roomCounted is a number of members or states of a room, as far as the viewer may know it.
func roomCounted(view query.View, n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return view.SayRoomCount(n) + " " + more
}

// roomMoment says when something happened in a room: how long ago, or on which day where rooms are hidden.
func roomMoment(view query.View, at, now time.Time) string {
	if view.ShowRooms {
		return lasting(now.Sub(at).Seconds()) + " ago"
	}
	return "on " + view.RoomTime(at).Format(time.DateOnly)
}

// list joins names for a sentence and counts those beyond the first few.
func list(names []string) string {
	const few = 3
	if len(names) > few {
		return strings.Join(names[:few], ", ") + fmt.Sprintf(" and %d more", len(names)-few)
	}
	return strings.Join(names, ", ")
}
