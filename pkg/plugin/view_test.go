package plugin

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// identity is a token as Grafana signs it.
func identity(claims string) http.Header {
	part := base64.RawURLEncoding.EncodeToString
	return http.Header{"X-Grafana-Id": {part([]byte(`{"alg":"ES256"}`)) + "." + part([]byte(claims)) + ".c2lnbmVk"}}
}

// Who may see rooms and other homeservers: only those on the list, and the token's type never adds anybody.
func TestViewOf(t *testing.T) {
	user := func(login, role string) *backend.User { return &backend.User{Login: login, Role: role} }
	usual := settings.Privacy{HideRoomsFromViewers: true, HideDestinationsFromViewers: true, HideRooms: "viewers"}
	with := func(change func(*settings.Privacy)) settings.Privacy { p := usual; change(&p); return p }
	machines := with(func(p *settings.Privacy) { p.ShowRoomsToServiceAccounts = true })
	everyone := with(func(p *settings.Privacy) { p.HideRooms = settings.Everyone })
	const nothing, rooms, servers, both = "", "rooms ", "servers ", "rooms servers "
	for _, c := range []struct {
		name      string
		user      *backend.User
		headers   http.Header
		fromAlert bool
		privacy   settings.Privacy
		want      string
	}{
		{"nobody", nil, nil, false, usual, nothing},
		{"anonymous as Admin", user("", "Admin"), nil, false, usual, nothing},
		{"a public dashboard as Admin", user("service", "Admin"), nil, false, usual, nothing},
		{"the scheduler as Admin", user("grafana_scheduler", "Admin"), nil, false, usual, nothing},
		{"provisioning as Admin", user("provisioning", "Admin"), nil, false, usual, nothing},
		{"a viewer", user("vic", "Viewer"), nil, false, usual, nothing},
		{"no role", user("vic", ""), nil, false, usual, nothing},
		{"a role that does not exist yet", user("vic", "Superviewer"), nil, false, usual, nothing},
		{"an editor", user("ada", "Editor"), nil, false, usual, both},
		{"an admin", user("root", "Admin"), nil, false, usual, both},
		{"an admin's alert rule", user("root", "Admin"), nil, true, usual, nothing},
		{"an alert rule of nobody", nil, nil, true, usual, nothing},

		{"an editor with a token", user("ada", "Editor"), identity(`{"sub":"user:ab3","type":"user"}`), false, usual, both},
		{"an editor with a token of subject only", user("ada", "Editor"), identity(`{"sub":"user:1"}`), false, usual, both},
		{"an anonymous token", user("ada", "Editor"), identity(`{"sub":"anonymous:0","type":"anonymous"}`), false, usual, nothing},
		{"the renderer's token", user("ada", "Admin"), identity(`{"sub":"render:0","type":"render"}`), false, usual, nothing},
		{"a subject that is none", user("ada", "Admin"), identity(`{"sub":"access-policy:1"}`), false, usual, nothing},
		{"a token that says nothing", user("ada", "Admin"), identity(`{}`), false, usual, nothing},
		{"a token that is none", user("ada", "Admin"), http.Header{"X-Grafana-Id": {"signed"}}, false, usual, nothing},
		{"a token of nonsense", user("ada", "Admin"), http.Header{"X-Grafana-Id": {"a.!.c"}}, false, usual, nothing},
		{"a viewer with a user's token", user("vic", "Viewer"), identity(`{"type":"user"}`), false, usual, nothing},
		{"nobody with a user's token", nil, identity(`{"type":"user"}`), false, usual, nothing},

		{"a service account", user("sa-1-terraform", "Editor"), nil, false, usual, nothing},
		{"a service account of an app", user("extsvc-1-app", "Admin"), nil, false, usual, nothing},
		{"a service account with a user's token", user("sa-1-terraform", "Editor"), identity(`{"type":"user"}`), false, usual, nothing},
		{"a service account by its token", user("renamed", "Editor"), identity(`{"type":"service-account"}`), false, usual, nothing},
		{"an allowed service account", user("sa-1-terraform", "Editor"), nil, false, machines, both},
		{"an allowed one with its token", user("sa-1-terraform", "Editor"), identity(`{"type":"service-account"}`), false, machines, both},
		{"an allowed one that is a Viewer", user("sa-1-kiosk", "Viewer"), nil, false, machines, nothing},
		{"an old API key", user("sa-1-old", "Editor"), identity(`{"type":"api-key"}`), false, machines, nothing},

		{"an admin where rooms are hidden from everyone", user("root", "Admin"), nil, false, everyone, nothing},
		{"a viewer where nothing is hidden", user("vic", "Viewer"), nil, false, settings.Privacy{HideRooms: "viewers"}, both},
		{"an alert rule where nothing is hidden", nil, nil, true, settings.Privacy{HideRooms: "viewers"}, both},
		{"everyone beats what viewers may", user("root", "Admin"), nil, false, settings.Privacy{HideRooms: settings.Everyone}, servers},
		{"a viewer where only rooms are hidden", user("vic", "Viewer"), nil, false, with(func(p *settings.Privacy) { p.HideDestinationsFromViewers = false }), servers},
		{"a viewer where only servers are hidden", user("vic", "Viewer"), nil, false, with(func(p *settings.Privacy) { p.HideRoomsFromViewers = false }), rooms},
	} {
		view, got := viewOf(c.user, c.headers, c.fromAlert, c.privacy), ""
		if view.ShowRooms {
			got += rooms
		}
		if view.ShowDestinations {
			got += servers
		}
		if got != c.want || view.Keyed {
			t.Errorf("%s: sees %q, want %q (%+v)", c.name, got, c.want, view)
		}
	}
	if !viewOf(nil, nil, false, settings.Privacy{PseudonymKey: "k"}).Keyed {
		t.Error("the key is not known")
	}
}

// The same through QueryData, with the headers that Grafana sends.
func TestQueryDataHidesRooms(t *testing.T) {
	const id, pseudonym = "!abc:example.org", "room-227c59e6cd"
	withTypes(t, typeOf("rooms", func(_ context.Context, s *query.Session) (query.Result, error) {
		return roomResult{query.NewRoom(s.Settings, id)}, nil
	}))
	i, _ := open(t, `{}`)
	open, _ := open(t, `{"hideRoomsFromViewers":false}`)
	keyed := opened(t, `{}`, map[string]string{"pseudonymKey": "sixteen letters!"})
	viewer := backend.User{Login: "vic", Role: "Viewer"}
	for _, c := range []struct {
		name    string
		on      *Instance
		user    *backend.User
		headers map[string]string
		want    string
	}{
		{"an editor", i, &ada, nil, id},
		{"a viewer, right after an editor", i, &viewer, nil, pseudonym},
		{"an editor's alert rule", i, &ada, map[string]string{"FromAlert": "true"}, pseudonym},
		{"an alert rule whatever the header says", i, &ada, map[string]string{"FromAlert": ""}, pseudonym},
		{"a service account by the token that Grafana sends", i, &ada, map[string]string{"http_X-Grafana-Id": identity(`{"type":"service-account"}`).Get("X-Grafana-Id")}, pseudonym},
		{"nobody", i, nil, nil, pseudonym},
		{"a viewer where nothing is hidden", open, &viewer, nil, id},
		{"a viewer where there is a key", keyed, &viewer, nil, "room-96a5e017a3"},
		{"an editor where there is a key", keyed, &ada, nil, id},
	} {
		got := answers(t, c.on, request(c.user, c.headers, ask("A", "rooms", "")))["A"]
		if got.Error != nil || len(got.Frames) != 1 || got.Frames[0].Name != c.want {
			t.Errorf("%s: %v, %v; want %s", c.name, got.Frames, got.Error, c.want)
		}
	}
}

// roomResult names one room to those who may see it.
type roomResult struct{ room query.Room }

func (r roomResult) Frames(v query.View) data.Frames {
	return data.Frames{data.NewFrame(r.room.In(v))}
}

// A key that is too short protects nothing: the data source says so instead of pretending.
func TestShortPseudonymKey(t *testing.T) {
	i := opened(t, `{}`, map[string]string{"pseudonymKey": "short"})
	result, _ := health(t, i)
	if result.Status != backend.HealthStatusError || !strings.Contains(result.Message, "The pseudonym key (pseudonymKey) is too short") || strings.Contains(result.Message, "short\"") {
		t.Errorf("%s: %s", result.Status, result.Message)
	}
}

// Without a key the health check warns beside PostgreSQL's answer, unless there is nothing to hide.
func TestWeakPseudonyms(t *testing.T) {
	const told = "Fine. Pseudonyms are weak because no pseudonym key is set: with a list of room ids or host names, anyone can find out what a pseudonym stands for."
	fine := upstream.Aspect{Aspect: "postgres", Status: upstream.OK, Message: "Fine."}
	failed := upstream.Aspect{Aspect: "postgres", Status: upstream.Error, Message: "Broken."}
	key := map[string]string{"pseudonymKey": "sixteen letters!"}
	for _, c := range []struct {
		name, jsonData string
		secrets        map[string]string
		is             upstream.Aspect
		weak           bool
	}{
		{"no key", `{}`, nil, fine, true},
		{"no key, and slow", `{}`, nil, upstream.Aspect{Status: upstream.Warning, Message: "Fine.", Remedy: "Look at its load."}, true},
		{"only servers are hidden", `{"hideRoomsFromViewers":false}`, nil, fine, true},
		{"hidden from everyone", `{"hideRoomsFromViewers":false,"hideDestinationsFromViewers":false,"hideRooms":"everyone"}`, nil, fine, true},
		{"a key", `{}`, key, fine, false},
		{"nothing is hidden", `{"hideRoomsFromViewers":false,"hideDestinationsFromViewers":false}`, nil, fine, false},
		{"PostgreSQL is away", `{}`, nil, failed, false},
	} {
		got := c.is
		opened(t, c.jsonData, c.secrets).tellWeakPseudonyms(&got)
		switch {
		case !c.weak && got != c.is:
			t.Errorf("%s: %+v", c.name, got)
		case c.weak && (got.Status != upstream.Warning || got.Message != told || !strings.HasSuffix(got.Remedy, "Set a pseudonym key in the data source settings, under Privacy.") || !strings.HasPrefix(got.Remedy, c.is.Remedy)):
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
