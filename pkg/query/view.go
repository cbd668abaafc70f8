package query

import (
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// View is who looks at an answer. The zero value is somebody who may see nothing that is hidden.
type View struct {
	// ShowRooms: the viewer may see room ids, names and aliases. To others, exact numbers and times would tell which room
	// it is: the public room directory has them.
	ShowRooms bool
	// ShowDestinations: the viewer may see the host names of other homeservers.
	ShowDestinations bool
	// Keyed: pseudonyms are made with a key. Without one they are weak, and members are not counted for others at all.
	Keyed bool
}

// In is what this viewer sees of the room.
func (r Room) In(v View) string { return r.in(v.ShowRooms) }

// In is what this viewer sees of the homeserver.
func (d Destination) In(v View) string { return d.in(v.ShowDestinations) }

const whoDecides = " The privacy settings of the data source decide who sees them."

// HiddenFrom says what a viewer does not see of rooms.
func (Room) HiddenFrom(v View) string {
	switch {
	case v.ShowRooms:
		return ""
	case v.Keyed:
		return "Rooms are hidden from you: you see pseudonyms, member and state counts rounded to one digit, and days instead of times." + whoDecides
	}
	return "Rooms are hidden from you: you see pseudonyms, state counts rounded to one digit, and days instead of times. Member counts are " +
		"left out because the data source has no pseudonym key." + whoDecides
}

// HiddenFrom says what a viewer does not see of other homeservers.
func (Destination) HiddenFrom(v View) string {
	if v.ShowDestinations {
		return ""
	}
	return "Other homeservers are hidden from you: you see pseudonyms, and days instead of times." + whoDecides
}

// TellHidden says in a frame that holds the thing what the viewer does not see; once for all things of its kind.
func (v View) TellHidden(frame *data.Frame, thing Hidden) {
	notice := data.Notice{Severity: data.NoticeSeverityInfo, Text: thing.HiddenFrom(v)}
	if notice.Text == "" || frame.Meta != nil && slices.Contains(frame.Meta.Notices, notice) {
		return
	}
	frame.AppendNotices(notice)
}

// RoomText is a room's name or alias: nil where rooms are hidden or the room has none.
func (v View) RoomText(text *string) *string {
	if v.ShowRooms {
		return text
	}
	return nil
}

// RoomCount is how many of something a room has: rounded to one digit where rooms are hidden.
func (v View) RoomCount(n int64) int64 {
	if v.ShowRooms {
		return n
	}
	unit := int64(1)
	for n/unit >= 10 {
		unit *= 10
	}
	return (n + unit/2) / unit * unit
}

// SayRoomCount is that number in a sentence.
func (v View) SayRoomCount(n int64) string {
	text := strconv.FormatInt(v.RoomCount(n), 10)
	if n >= 10 && !v.ShowRooms {
		return "about " + text
	}
	return text
}

// ShowMembers tells whether this viewer may know how many members a room has, even roughly.
func (v View) ShowMembers() bool { return v.ShowRooms || v.Keyed }

// RoomTime is when something happened in a room: the day where rooms are hidden.
func (v View) RoomTime(at time.Time) time.Time { return atLeastTheDay(at, v.ShowRooms) }

// DestinationTime is when something happened to another homeserver: the day where those are hidden.
func (v View) DestinationTime(at time.Time) time.Time { return atLeastTheDay(at, v.ShowDestinations) }

// Day is what hidden times are cut to, in UTC.
const Day = 24 * time.Hour

func atLeastTheDay(at time.Time, exactly bool) time.Time {
	if exactly {
		return at
	}
	return at.UTC().Truncate(Day)
}
