//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"
)

var clientFaults = []fault{
	{
		id: "client-in-a-loop", how: "a client asks ten times a second for the state of a room that does not exist",
		accepted: []string{"request-surge"}, slow: true, begin: loop,
	},
	{
		id: "presence-churn", how: "each user goes online and away again on five devices, as fast as the server answers", slow: true,
		accepted: []string{"federation-presence"}, settings: "rc_presence: {per_user: {per_second: 100000, burst_count: 100000}}\n", begin: flipPresence,
	},
	{
		id: "bridge-500", how: "an application service answers every transaction with 500",
		accepted: []string{"appservice-lag"}, settings: "@bridge", begin: nothing,
	},
}

func loop(ctx context.Context, w *ward) error {
	w.until(ctx, 100*time.Millisecond, func() {
		_ = w.people[0].Do(ctx, http.MethodGet, client+"rooms/%21nowhere:localhost/state", nil, nil)
	})
	return nil
}

// devices are those of each user that flip: with one, the server is not busy for long enough to be slow.
const devices = 5

func flipPresence(ctx context.Context, w *ward) error {
	for _, p := range w.people {
		for range devices {
			states := []string{"online", "unavailable"}
			n := 0
			w.until(ctx, time.Millisecond, func() {
				n++
				_ = p.Do(ctx, http.MethodGet, client+"sync?timeout=0&set_presence="+states[n%2], nil, nil)
			})
		}
	}
	return nil
}

// bridge is the option for an application service that is interested in everything and answers each transaction with 500.
func (w *ward) bridge() (string, error) {
	broken := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		http.Error(answer, `{"errcode": "M_UNKNOWN"}`, http.StatusInternalServerError)
	}))
	w.space.Own(func() error { broken.Close(); return nil })
	registration := fmt.Sprintf(`{id: bridge, url: %q, as_token: a, hs_token: b, sender_localpart: bridge, rate_limited: false,
namespaces: {users: [{exclusive: false, regex: ".*"}], rooms: [], aliases: []}}`, broken.URL)
	path := filepath.Join(w.space.Dir, "bridge.yaml")
	return fmt.Sprintf("app_service_config_files: [%q]\n", path), os.WriteFile(path, []byte(registration), 0o644)
}
