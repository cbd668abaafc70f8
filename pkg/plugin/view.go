package plugin

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// viewOf tells what the asker may see. hideRooms is about other homeservers too, where these are hidden at all.
func viewOf(user *backend.User, headers http.Header, fromAlert bool, p settings.Privacy) query.View {
	everyone := p.HideRooms == settings.Everyone
	trusted := !everyone && !fromAlert && isTrusted(user, headers, p.ShowRoomsToServiceAccounts)
	return query.View{
		ShowRooms:        trusted || !p.HideRoomsFromViewers && !everyone,
		ShowDestinations: trusted || !p.HideDestinationsFromViewers,
		Keyed:            p.PseudonymKey != "",
	}
}

// notPeople are logins under which Grafana 12.2 asks with an Admin's role although nobody is signed in: anonymous,
// public dashboards, alert rules, provisioning.
var notPeople = map[string]bool{"": true, "service": true, "grafana_scheduler": true, "provisioning": true}

// isTrusted tells whether an Editor or Admin asks in person, or a service account where these are allowed.
func isTrusted(user *backend.User, headers http.Header, serviceAccounts bool) bool {
	if user == nil || notPeople[user.Login] || user.Role != "Editor" && user.Role != "Admin" {
		return false
	}
	if isServiceAccount(user.Login) && !serviceAccounts {
		return false
	}
	token := headers.Get(identityHeader)
	if token == "" {
		return true
	}
	kind := identityType(token)
	return kind == "user" || kind == "service-account" && serviceAccounts
}

func isServiceAccount(login string) bool {
	return strings.HasPrefix(login, "sa-") || strings.HasPrefix(login, "extsvc-")
}

// identityHeader holds a token in which Grafana names the type of who asks. The plugin can't verify it, so it only ever
// refuses.
const identityHeader = "X-Grafana-Id"

// identityType reads the type; empty where there is none to read. Older tokens have it in front of the subject only.
func identityType(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct{ Type, Sub string }
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	if claims.Type != "" {
		return claims.Type
	}
	kind, _, _ := strings.Cut(claims.Sub, ":")
	return kind
}

// tellWeakPseudonyms warns where there is something to hide and no key for it. Only PostgreSQL names rooms and other
// homeservers, so it is told beside its answer.
func (i *Instance) tellWeakPseudonyms(postgres *upstream.Aspect) {
	p := i.settings.Privacy
	hides := p.HideRoomsFromViewers || p.HideDestinationsFromViewers || p.HideRooms == settings.Everyone
	if p.PseudonymKey != "" || !hides || postgres.Status == upstream.Error {
		return
	}
	postgres.Status = upstream.Warning
	postgres.Message += " Pseudonyms are weak because no pseudonym key is set: with a list of room ids or host names, anyone can find out what " +
		"a pseudonym stands for."
	postgres.Remedy = strings.TrimSpace(postgres.Remedy + " Set a pseudonym key in the data source settings, under Privacy.")
}
