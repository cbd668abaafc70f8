package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// DialFunc opens a connection; Grafana's secure socks proxy is one. It gets the host name, not an address.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

const (
	defaultPort    = 5432
	connectTimeout = 10 * time.Second
	// idleTime is how long an unused connection stays open: a dashboard that refreshes twice a minute keeps it.
	idleTime    = time.Minute
	healthCheck = 30 * time.Second
	// A connection whose server is gone without closing it is noticed after 14 s, before a query's time is up.
	keepAliveIdle, keepAliveInterval, keepAliveCount = 5 * time.Second, 3 * time.Second, 3
)

// neutral names every key that pgx would otherwise take from PG* variables or from files in a home folder. Nothing of
// it is used: all of it is overwritten from the settings. The one variable that can't be named away is PGSERVICE, because
// naming a service makes pgx read a file.
const neutral = "host=localhost port=5432 dbname=none user=none password=none passfile='' application_name=none " +
	"connect_timeout=10 sslmode=disable sslkey='' sslcert='' sslcertmode=allow sslsni=1 sslrootcert='' sslpassword='' " +
	"sslnegotiation=postgres target_session_attrs=any timezone='' options='' min_protocol_version=3.0 " +
	"max_protocol_version=3.0 channel_binding=prefer require_auth='' " +
	"pool_max_conns=3 pool_min_conns=0 pool_min_idle_conns=0 default_query_exec_mode=exec " +
	"statement_cache_capacity=0 description_cache_capacity=0"

// errSetting marks a setting that can't be used; its text is for the user.
type errSetting struct{ message string }

func (e *errSetting) Error() string { return e.message }

// errService: PGSERVICE names a service that pgx can't read.
var errService = errors.New("the PGSERVICE environment variable names an unreadable service")

// poolConfig makes pgx' configuration from ours alone.
func poolConfig(c settings.Postgres, dial DialFunc) (*pgxpool.Config, error) {
	host, port, err := endpoint(c.Host)
	if err != nil {
		return nil, err
	}
	p, err := pgxpool.ParseConfig(neutral)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errService, err)
	}
	network, address := pgconn.NetworkAddress(host, port)
	p.ConnConfig.TLSConfig = nil
	if network != "unix" {
		if p.ConnConfig.TLSConfig, err = tlsConfig(c, host); err != nil {
			return nil, err
		}
	}
	p.ConnConfig.RequireAuth = requireAuth(p.ConnConfig.TLSConfig, network == "unix" || dial == nil && isLoopback(host))
	if dial == nil || network == "unix" {
		dial = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: keepAliveIdle, Interval: keepAliveInterval, Count: keepAliveCount,
		}}).DialContext
	}
	p.ConnConfig.Host, p.ConnConfig.Port = host, port
	p.ConnConfig.Database, p.ConnConfig.User, p.ConnConfig.Password = c.Database, c.User, string(c.Password)
	p.ConnConfig.Fallbacks = nil
	p.ConnConfig.KerberosSrvName, p.ConnConfig.KerberosSpn = "", ""
	p.ConnConfig.ValidateConnect, p.ConnConfig.AfterConnect = nil, nil
	p.ConnConfig.RuntimeParams = map[string]string{"application_name": applicationName}
	p.ConnConfig.ConnectTimeout = connectTimeout
	p.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	// The name goes to the dialer unresolved, and a request to cancel takes the same way as its connection.
	p.ConnConfig.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	p.ConnConfig.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, network, address) }
	p.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &canceller{conn: conn}
	}
	p.MaxConns = int32(c.MaxConnections) //nolint:gosec // bounded by the settings
	p.MinConns, p.MinIdleConns = 0, 0
	p.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false } // beginning a transaction tells it
	p.MaxConnIdleTime, p.HealthCheckPeriod = idleTime, healthCheck
	return p, nil
}
