package plugin

import (
	"context"
	"net"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

// options gives query types what they may know of the settings.
func options(uid string, s settings.Settings) query.Options {
	o := query.Options{
		DatasourceUID:        uid,
		PseudonymKey:         query.NewKey(string(s.Privacy.PseudonymKey)),
		ScrapeInterval:       s.ScrapeInterval,
		QueryTimeout:         s.QueryTimeout,
		CacheTTL:             s.CacheTTL,
		CacheEntryTTL:        s.Homeserver.CacheEntryTTL,
		CacheAutotuning:      s.Homeserver.CacheAutotuning,
		DummyEventsThreshold: s.Homeserver.DummyEventsThreshold,
		GlobalCacheFactor:    s.Homeserver.GlobalCacheFactor,
		PerCacheFactors:      s.Homeserver.PerCacheFactors,
		ProcessLabels:        s.ProcessLabels,
		FullPassTimeout:      s.Postgres.FullPassTimeout,
		Thresholds:           map[string]query.Threshold{},
	}
	for id, t := range s.Thresholds {
		o.Thresholds[id] = query.Threshold(t)
	}
	return o
}

// newPostgres makes the client of PostgreSQL, one that says what is wrong where its settings can't be used.
func newPostgres(ctx context.Context, ds backend.DataSourceInstanceSettings, p settings.Postgres) *postgres.Client {
	if p.Unusable != nil {
		return postgres.Unusable(p.Unusable.Error())
	}
	dial, err := socksDialer(ctx, ds)
	if err != nil {
		return postgres.Unusable(err.Error())
	}
	return postgres.New(postgres.Config{
		Host: p.Host, Database: p.Database, User: p.User, Password: p.Secrets.Password,
		ServerName: p.ServerName, SSLMode: p.SSLMode,
		CACert: p.Secrets.CACert, ClientCert: p.Secrets.ClientCert, ClientKey: p.Secrets.ClientKey,
		MaxConnections: p.MaxConnections, StatementTimeout: p.StatementTimeout,
	}, dial)
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
