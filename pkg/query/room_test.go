package query

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const (
	roomID    = "!abc:example.org"
	pseudonym = "room-227c59e6cd" // sha256("uid!abc:example.org"), as `printf 'uid!abc:example.org' | sha256sum` says
)

func TestPseudonym(t *testing.T) {
	room := NewRoom("uid", roomID)
	if got := room.String(); got != pseudonym {
		t.Errorf("%s, want %s: pseudonyms are public API, people note them down", got, pseudonym)
	}
	if NewRoom("uid", roomID) != room {
		t.Error("the same room differs from itself")
	}
	if NewRoom("other", roomID).String() == pseudonym || NewRoom("uid", "!abd:example.org").String() == pseudonym {
		t.Error("another room or data source has the same pseudonym")
	}
}

// Whatever prints a room by accident prints its pseudonym.
func TestRoomNeverPrintsItsID(t *testing.T) {
	room := NewRoom("uid", roomID)
	type around struct{ room Room }
	type exported struct{ Room Room }
	var printed []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t", "%T", "%10s"} {
		for _, value := range []any{
			room, &room, []Room{room}, map[string]Room{"k": room}, map[Room]int{room: 1}, around{room}, &around{room}, exported{room},
			[]any{room}, [1]around{{room}},
		} {
			printed = append(printed, fmt.Sprintf(verb, value))
		}
	}
	printed = append(printed, fmt.Sprint(room), errors.New("room "+room.String()).Error(), fmt.Errorf("in %w: %v", errors.New("x"), room).Error())
	for _, value := range []any{room, &room, exported{room}, around{room}, map[Room]int{room: 1}, []Room{room}} {
		raw, err := json.Marshal(value)
		if err != nil {
			t.Errorf("JSON of %T: %v", value, err)
		}
		printed = append(printed, string(raw))
	}
	raw, err := xml.Marshal(exported{room})
	if err != nil {
		t.Error(err)
	}
	printed = append(printed, string(raw))
	var log strings.Builder
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("seen", "room", room, "struct", exported{room}, "hidden", around{room})
	}
	printed = append(printed, log.String())
	for _, text := range printed {
		if strings.Contains(text, "abc") || strings.Contains(text, fmt.Sprintf("%x", "abc")) {
			t.Errorf("the id is in %s", text)
		}
	}
	if !strings.Contains(log.String(), pseudonym) {
		t.Errorf("the log does not name the room at all: %s", log.String())
	}
}

func TestView(t *testing.T) {
	room, name := NewRoom("uid", roomID), "Secret plans"
	editor, viewer := View{ShowRooms: true}, View{}
	if got := editor.Room(room); got != roomID {
		t.Errorf("an editor sees %s", got)
	}
	if got := viewer.Room(room); got != pseudonym {
		t.Errorf("a viewer sees %s", got)
	}
	if got := editor.RoomText(&name); got == nil || *got != name {
		t.Errorf("an editor sees the name %v", got)
	}
	if viewer.RoomText(&name) != nil || editor.RoomText(nil) != nil {
		t.Error("a hidden or missing name must be null")
	}
	if editor.Room(Room{}) != "" || viewer.Room(Room{}) != "" {
		t.Error("no room must be empty for everybody")
	}
}
