package query

import "time"

// The columns of this file show what a viewer may see of rooms and other homeservers: what is in them can't be shown
// otherwise.

// HiddenColumn is a text column of things that not everybody may know.
func HiddenColumn[R any, H Hidden](name, title, help string, value func(R) H) Column[R] {
	return ViewColumn(name, title, "", help, func(r R, v View) string { return value(r).In(v) })
}

// PseudonymColumn is a text column of their pseudonyms, the same for everybody: an Editor finds there what an alert names.
func PseudonymColumn[R any, H Hidden](name, help string, value func(R) H) Column[R] {
	return column(name, "Pseudonym", "", help, func(r R) string { return value(r).String() })
}

// RoomTextColumn is a text column about rooms that is null where they are hidden.
func RoomTextColumn[R any](name, title, help string, value func(R) *string) Column[R] {
	return ViewColumn(name, title, "", help, func(r R, v View) *string { return v.RoomText(value(r)) })
}

// RoomCountColumn is a column of whole numbers about rooms, null where they are not known.
func RoomCountColumn[R any](name, title, help string, value func(R) *int64) Column[R] {
	return ViewColumn(name, title, countUnit, help, func(r R, v View) *int64 { return mapKnown(value(r), v.RoomCount) })
}

// RoomMembersColumn is a column of numbers of members of rooms, null where they are not known or too much for this viewer.
func RoomMembersColumn[R any](name, title, help string, value func(R) *int64) Column[R] {
	return ViewColumn(name, title, countUnit, help, func(r R, v View) *int64 {
		if !v.ShowMembers() {
			return nil
		}
		return mapKnown(value(r), v.RoomCount)
	})
}

// RoomTimeColumn is a time column about rooms.
func RoomTimeColumn[R any](name, title, help string, value func(R) *time.Time) Column[R] {
	return ViewColumn(name, title, timeUnit, help, func(r R, v View) *time.Time { return mapKnown(value(r), v.RoomTime) })
}

// DestinationTimeColumn is a time column about other homeservers.
func DestinationTimeColumn[R any](name, title, help string, value func(R) *time.Time) Column[R] {
	return ViewColumn(name, title, timeUnit, help, func(r R, v View) *time.Time { return mapKnown(value(r), v.DestinationTime) })
}

func mapKnown[V any](value *V, change func(V) V) *V {
	if value == nil {
		return nil
	}
	out := change(*value)
	return &out
}
