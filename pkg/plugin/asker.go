package plugin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sort"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/prometheus"
)

// forwarded are the only headers of a request that reach Prometheus. Grafana sends the first three where the data
// source asks for it (OAuth pass-through, allowed cookies) and the last where it is set to send the user.
var forwarded = []string{
	backend.OAuthIdentityTokenHeaderName, backend.OAuthIdentityIDTokenHeaderName, backend.CookiesHeaderName, "X-Grafana-User",
}

func (i *Instance) asker(ctx context.Context, user *backend.User, headers http.Header, fromAlert bool) (context.Context, query.Asker) {
	identity := http.Header{}
	for _, name := range forwarded {
		if value := headers.Get(name); value != "" {
			identity.Set(name, value)
		}
	}
	if fromAlert {
		ctx = prometheus.WithPriority(ctx, prometheus.Alerts)
	}
	return prometheus.WithIdentity(ctx, identity), query.Asker{
		View:     viewOf(user, headers, fromAlert, i.settings.Privacy),
		Identity: hashed(identity),
		Alert:    fromAlert,
	}
}

// hashed keys shared answers: who sends other credentials may see other data.
func hashed(identity http.Header) string {
	names := make([]string, 0, len(identity))
	for name := range identity {
		names = append(names, name)
	}
	sort.Strings(names)
	sum := sha256.New()
	for _, name := range names {
		sum.Write([]byte(name + "\x00" + identity.Get(name) + "\x00"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}
