package query

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"unique"
)

// Room is a room that prints its pseudonym wherever it goes, unless a View allows its id. The id lies behind a handle:
// fmt prints the fields of a struct around an unexported Room without asking Room, and finds an address there.
type Room struct {
	id        unique.Handle[string]
	pseudonym string
}

// NewRoom gives the room its pseudonym: "room-" and 10 hex digits of SHA-256 over data source uid and room id.
func NewRoom(datasourceUID, id string) Room {
	sum := sha256.Sum256([]byte(datasourceUID + id))
	return Room{id: unique.Make(id), pseudonym: "room-" + hex.EncodeToString(sum[:])[:10]}
}

// String is the pseudonym: logs, errors and sentences never hold a room's id by accident.
func (r Room) String() string { return r.pseudonym }

// Format prints the pseudonym for every verb, %#v and %d as well.
func (r Room) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, r.pseudonym)
}

// MarshalText keeps the id out of every encoding.
func (r Room) MarshalText() ([]byte, error) { return []byte(r.pseudonym), nil }

// View is who looks at an answer.
type View struct {
	// ShowRooms: the viewer may see room ids, names and aliases.
	ShowRooms bool
}

// Room is what this viewer sees of a room.
func (v View) Room(r Room) string {
	if v.ShowRooms && r != (Room{}) {
		return r.id.Value()
	}
	return r.pseudonym
}

// RoomText is a room's name or alias for this viewer: nil where rooms are hidden or the room has none.
func (v View) RoomText(text *string) *string {
	if v.ShowRooms {
		return text
	}
	return nil
}
