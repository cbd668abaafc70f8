package query

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"unique"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// Hidden is a thing that not everybody may know by its id: a room or another homeserver.
type Hidden interface {
	// String is the pseudonym: logs, errors and sentences never hold the id by accident.
	String() string
	// In is what a viewer sees: the id, or the pseudonym.
	In(view View) string
	// HiddenFrom says what a viewer does not see of such things; empty where nothing is hidden.
	HiddenFrom(view View) string
}

// masked is an id that prints as its pseudonym wherever it goes, unless a View allows the id. The id lies behind a handle:
// fmt prints the fields of a struct around an unexported one without asking it, and finds an address there.
type masked struct {
	id        unique.Handle[string]
	pseudonym string
}

// Room is a room that prints its pseudonym wherever it goes, unless a View allows its id.
type Room struct{ masked }

// Destination is another homeserver, and does the same with its host name.
type Destination struct{ masked }

// NewRoom gives a room its pseudonym in this data source.
func NewRoom(s settings.Settings, id string) Room { return Room{mask(s, "room-", id)} }

// NewDestination gives another homeserver its pseudonym in this data source.
func NewDestination(s settings.Settings, host string) Destination {
	return Destination{mask(s, "server-", host)}
}

// mask makes a pseudonym: the prefix and 10 hex digits of a hash. Without a key everybody can hash a list of known ids.
func mask(s settings.Settings, prefix, id string) masked {
	var sum []byte
	if key := s.Privacy.PseudonymKey; key != "" {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(s.DatasourceUID + "\x00" + id))
		sum = mac.Sum(nil)
	} else {
		plain := sha256.Sum256([]byte(s.DatasourceUID + id))
		sum = plain[:]
	}
	return masked{id: unique.Make(id), pseudonym: prefix + hex.EncodeToString(sum)[:10]}
}

func (m masked) String() string { return m.pseudonym }

// Format prints the pseudonym for every verb, %#v and %d as well.
func (m masked) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, m.pseudonym)
}

// MarshalText keeps the id out of every encoding.
func (m masked) MarshalText() ([]byte, error) { return []byte(m.pseudonym), nil }

func (m masked) in(show bool) string {
	if show && m != (masked{}) {
		return m.id.Value()
	}
	return m.pseudonym
}
