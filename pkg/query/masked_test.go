package query

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

const (
	roomID    = "!abc:example.org"
	host      = "matrix.abc.example"
	keyText   = "sixteen letters!"
	pseudonym = "room-227c59e6cd" // printf 'uid!abc:example.org' | sha256sum
)

var (
	unkeyed = settings.Settings{DatasourceUID: "uid"}
	keyed   = settings.Settings{DatasourceUID: "uid", Privacy: settings.Privacy{PseudonymKey: keyText}}
)

// Pseudonyms are public API: people note them down, and silences name them.
func TestPseudonyms(t *testing.T) {
	for _, c := range []struct {
		of   Hidden
		want string
	}{
		{NewRoom(unkeyed, roomID), pseudonym},
		{NewRoom(settings.Settings{DatasourceUID: "uid", Privacy: settings.Privacy{PseudonymKey: ""}}, roomID), pseudonym},
		{NewDestination(unkeyed, host), "server-f517a2fa2a"}, // printf 'uidmatrix.abc.example' | sha256sum
		{NewRoom(keyed, roomID), "room-96a5e017a3"},          // printf 'uid\0!abc:example.org' | openssl dgst -sha256 -hmac 'sixteen letters!'
		{NewDestination(keyed, host), "server-0eb4134a48"},
	} {
		if got := c.of.String(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	if NewRoom(keyed, roomID) != NewRoom(keyed, roomID) {
		t.Error("the same room differs from itself")
	}
	room := NewRoom(keyed, roomID).String()
	for _, other := range []Room{
		{}, NewRoom(keyed, "!abd:example.org"), NewRoom(unkeyed, roomID), NewRoom(settings.Settings{DatasourceUID: "other", Privacy: settings.Privacy{PseudonymKey: keyText}}, roomID),
		NewRoom(settings.Settings{DatasourceUID: "uid", Privacy: settings.Privacy{PseudonymKey: "another long key"}}, roomID),
		NewRoom(settings.Settings{DatasourceUID: "uid!", Privacy: settings.Privacy{PseudonymKey: keyText}}, roomID[1:]),
	} {
		if other.String() == room {
			t.Error("another room, key or data source has the same pseudonym")
		}
	}
}

// Whatever prints a room or another homeserver by accident prints its pseudonym, and nothing prints the key.
func TestHiddenNeverPrintsItsID(t *testing.T) {
	neverPrints(t, NewRoom(keyed, roomID))
	neverPrints(t, NewDestination(keyed, host))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, text := range []string{fmt.Sprintf(verb, keyed), fmt.Sprintf(verb, &keyed), fmt.Sprintf(verb, keyed.Privacy.PseudonymKey)} {
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
