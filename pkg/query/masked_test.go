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
	host      = "matrix.abc.example"
	keyText   = "sixteen letters!"
	pseudonym = "room-227c59e6cd" // printf 'uid!abc:example.org' | sha256sum
)

var (
	unkeyed = Options{DatasourceUID: "uid"}
	keyed   = Options{DatasourceUID: "uid", PseudonymKey: NewKey(keyText)}
)

// Pseudonyms are public API: people note them down, and silences name them.
func TestPseudonyms(t *testing.T) {
	for _, c := range []struct {
		of   Hidden
		want string
	}{
		{unkeyed.Room(roomID), pseudonym},
		{Options{DatasourceUID: "uid", PseudonymKey: NewKey("")}.Room(roomID), pseudonym},
		{unkeyed.Destination(host), "server-f517a2fa2a"}, // printf 'uidmatrix.abc.example' | sha256sum
		{keyed.Room(roomID), "room-96a5e017a3"},          // printf 'uid\0!abc:example.org' | openssl dgst -sha256 -hmac 'sixteen letters!'
		{keyed.Destination(host), "server-0eb4134a48"},
	} {
		if got := c.of.String(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	if keyed.Room(roomID) != keyed.Room(roomID) {
		t.Error("the same room differs from itself")
	}
	room := keyed.Room(roomID).String()
	for _, other := range []Room{
		{}, keyed.Room("!abd:example.org"), unkeyed.Room(roomID), Options{DatasourceUID: "other", PseudonymKey: NewKey(keyText)}.Room(roomID),
		Options{DatasourceUID: "uid", PseudonymKey: NewKey("another long key")}.Room(roomID),
		Options{DatasourceUID: "uid!", PseudonymKey: NewKey(keyText)}.Room(roomID[1:]),
	} {
		if other.String() == room {
			t.Error("another room, key or data source has the same pseudonym")
		}
	}
}

// Whatever prints a room or another homeserver by accident prints its pseudonym, and nothing prints the key.
func TestHiddenNeverPrintsItsID(t *testing.T) {
	neverPrints(t, keyed.Room(roomID))
	neverPrints(t, keyed.Destination(host))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, text := range []string{fmt.Sprintf(verb, keyed), fmt.Sprintf(verb, &keyed), fmt.Sprintf(verb, keyed.PseudonymKey)} {
			if strings.Contains(text, "sixteen") || strings.Contains(text, fmt.Sprintf("%x", "sixteen")) {
				t.Errorf("the key is in %s", text)
			}
		}
	}
	if raw, err := json.Marshal(keyed); err != nil || strings.Contains(string(raw), "sixteen") {
		t.Errorf("%s, %v", raw, err)
	}
}

func neverPrints[H interface {
	Hidden
	comparable
}](t *testing.T, room H) {
	t.Helper()
	type around struct{ room H }
	type exported struct{ Room H }
	var printed []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t", "%T", "%10s"} {
		for _, value := range []any{
			room, &room, []H{room}, map[string]H{"k": room}, map[H]int{room: 1}, around{room}, &around{room}, exported{room},
			[]any{room}, [1]around{{room}},
		} {
			printed = append(printed, fmt.Sprintf(verb, value))
		}
	}
	printed = append(printed, fmt.Sprint(room), errors.New("room "+room.String()).Error(), fmt.Errorf("in %w: %v", errors.New("x"), room).Error())
	for _, value := range []any{room, &room, exported{room}, around{room}, map[H]int{room: 1}, []H{room}} {
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
	if !strings.Contains(log.String(), room.String()) {
		t.Errorf("the log does not name it at all: %s", log.String())
	}
}
