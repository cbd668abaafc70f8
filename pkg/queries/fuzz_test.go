package queries

import (
	"encoding/json"
	"errors"
	"math/rand"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// FuzzQuery: whatever a client sends is answered with frames that can be encoded, or refused in words.
func FuzzQuery(f *testing.F) {
	for _, typ := range All {
		for _, example := range typ.Examples {
			raw, err := json.Marshal(example.Query)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(raw), uint8(0))
		}
	}
	for i, odd := range []string{`{"queryType":1}`, `{"serverName":[null]}`, `{"limit":1e99}`, `{"checks":{"a":1}}`, `{"format":"\u0000"}`, `{"multipliers":[0,-1]}`, `null`, `{"graph":"x","perProcess":"yes"}`} {
		f.Add(odd, uint8(i))
	}
	f.Fuzz(func(t *testing.T, raw string, which uint8) {
		typ := All[int(which)%len(All)]
		request, err := typ.Decode([]byte(raw))
		if bad := (*query.BadRequest)(nil); err != nil {
			if !errors.As(err, &bad) || bad.Message == "" {
				t.Errorf("%s %q: %v", typ.ID, raw, err)
			}
			return
		}
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		within := query.Align(now.Add(-time.Hour), now, time.Minute, 15*time.Second)
		options := settings.Settings{ScrapeInterval: 15 * time.Second, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute, DummyEventsThreshold: 10}}
		odd := &oddPrometheus{Rand: rand.New(rand.NewSource(int64(which)))} //nolint:gosec // the same each time
		frames, err := query.NewRunner(options, odd, nil).Run(t.Context(), typ, request, within, query.Asker{})
		if panicked := (*query.Panic)(nil); errors.As(err, &panicked) {
			t.Errorf("%s %q: %v", typ.ID, raw, err)
		}
		for _, frame := range frames {
			if _, err := frame.MarshalJSON(); err != nil {
				t.Errorf("%s %q: %v", typ.ID, raw, err)
			}
		}
	})
}
