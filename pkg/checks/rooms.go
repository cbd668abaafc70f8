package checks

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// How findings speak of rooms: exact numbers and times would tell which public room it is.

// roomCount is a number of members or states of a room, as far as the viewer may know it.
func roomCount(view query.View, n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return view.SayRoomCount(n) + " " + more
}

// roomMoment says when something happened in a room: how long ago, or on which day where rooms are hidden.
func roomMoment(view query.View, at, now time.Time) string {
	if view.ShowRooms {
		return words.Duration(max(0, now.Sub(at))) + " ago" // two clocks
	}
	return "on " + view.RoomTime(at).Format(time.DateOnly)
}
