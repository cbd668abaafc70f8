package query

import "time"

// The columns of this file show what a viewer may see of rooms and other homeservers: what is in them can't be shown
// otherwise.

// Seen is a column of texts or numbers that know themselves what a viewer may see.
func Seen[R, V any](name, title, unit, help string, value func(R, View) V) Column[R] {
	return column(ColumnInfo{name, title, unit, help}, value)
}

// Masked is a text column of things that not everybody may know.
func Masked[R any, H Hidden](name, title, help string, value func(R) H) Column[R] {
	return column(ColumnInfo{Name: name, Title: title, Help: help}, func(r R, v View) string { return value(r).In(v) })
}

// Pseudonyms is a text column of their pseudonyms, the same for everybody: an Editor finds there what an alert names.
func Pseudonyms[R any, H Hidden](name, help string, value func(R) H) Column[R] {
	return column(ColumnInfo{Name: name, Title: "Pseudonym", Help: help}, func(r R, _ View) string { return value(r).String() })
}

// RoomWords is a text column about rooms that is null where they are hidden.
func RoomWords[R any](name, title, help string, value func(R) *string) Column[R] {
	return column(ColumnInfo{Name: name, Title: title, Help: help}, func(r R, v View) *string { return v.RoomText(value(r)) })
}

// RoomCount is a column of whole numbers about rooms.
func RoomCount[R any](name, title, help string, value func(R) int64) Column[R] {
	return column(counts(name, title, help), func(r R, v View) int64 { return v.RoomCount(value(r)) })
}

// MaybeRoomCount is a column of whole numbers about rooms where nil is "not known".
func MaybeRoomCount[R any](name, title, help string, value func(R) *int64) Column[R] {
	return column(counts(name, title, help), func(r R, v View) *int64 { return changed(value(r), v.RoomCount) })
}

// Members is a column of numbers of members of rooms, null where they are not known or too much for this viewer.
func Members[R any](name, title, help string, value func(R) *int64) Column[R] {
	return column(counts(name, title, help), func(r R, v View) *int64 {
		if !v.ShowMembers() {
			return nil
		}
		return changed(value(r), v.RoomCount)
	})
}

// RoomTime is a time column about rooms where nil is "not known".
func RoomTime[R any](name, title, help string, value func(R) *time.Time) Column[R] {
	return column(times(name, title, help), func(r R, v View) *time.Time { return changed(value(r), v.RoomTime) })
}

// DestinationTime is a time column about other homeservers where nil is "not known".
func DestinationTime[R any](name, title, help string, value func(R) *time.Time) Column[R] {
	return column(times(name, title, help), func(r R, v View) *time.Time { return changed(value(r), v.DestinationTime) })
}

func changed[V any](value *V, change func(V) V) *V {
	if value == nil {
		return nil
	}
	out := change(*value)
	return &out
}
