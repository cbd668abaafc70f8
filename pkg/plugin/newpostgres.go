package plugin

import (
	"context"
	"net"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// newPostgres makes the client of PostgreSQL, one that says what is wrong where its settings can't be used.
func newPostgres(ctx context.Context, ds backend.DataSourceInstanceSettings, p settings.Postgres) *postgres.Client {
	if p.Unusable != nil {
		return postgres.Unusable(p.Unusable.Error())
	}
	dial, err := socksDialer(ctx, ds)
	if err != nil {
		return postgres.Unusable(err.Error())
	}
	return postgres.New(p, dial)
}

// socksDialer is Grafana's secure socks proxy where the data source uses it, else nil: a plain connection. Every error is
// an Invalid.
func socksDialer(ctx context.Context, ds backend.DataSourceInstanceSettings) (postgres.DialFunc, error) {
	client, err := ds.ProxyClient(ctx)
	if err != nil {
		return nil, &settings.Invalid{Message: "Grafana's secure socks proxy is switched on for this data source, but Grafana has no valid configuration of it."}
	}
	if !client.SecureSocksProxyEnabled() {
		return nil, nil
	}
	dialer, err := client.NewSecureSocksProxyContextDialer()
	if err != nil {
		return nil, &settings.Invalid{Message: "Grafana's secure socks proxy can't be used: its certificates or its address are wrong."}
	}
	contextDialer, ok := dialer.(interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	})
	if !ok {
		return nil, &settings.Invalid{Message: "Grafana's secure socks proxy can't be used for PostgreSQL."}
	}
	return contextDialer.DialContext, nil
}
