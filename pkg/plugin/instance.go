// Package plugin is Grafana's edge, one file per capability. Nothing below it sees a Grafana request.
package plugin

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/prometheus"
)

// Instance is one configured data source; Grafana makes a new one whenever the settings change.
type Instance struct {
	settings   settings.Settings
	runner     *query.Runner
	prometheus *prometheus.Client
	postgres   *postgres.Client // nil where not configured
	resources  backend.CallResourceHandler
	// health and suggestions are shared between those who ask with the same credentials, as answers to queries are.
	health        *query.Shared[[]upstream.Aspect]
	suggestions   *query.Shared[[]string]
	healthTimeout time.Duration
	transport     *http.Transport // below what Grafana's settings put around it
	// broken, an Invalid, is why the settings can't be used. Such an instance answers every call with it, so that the
	// admin reads which setting to correct instead of "plugin unavailable".
	broken error
}

// NewInstance is the SDK's instance factory. It opens no connection: an upstream that is down must not keep the
// data source from loading.
func NewInstance(ctx context.Context, ds backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	i := &Instance{}
	i.broken = i.connect(ctx, ds)
	i.resources = newResources(i)
	return i, nil
}

func (i *Instance) connect(ctx context.Context, ds backend.DataSourceInstanceSettings) (err error) {
	if i.settings, err = settings.Load(ds.UID, ds.URL, ds.JSONData, ds.DecryptedSecureJSONData); err != nil {
		return err
	}
	ds.JSONData = withProxy(ds.JSONData, i.settings.SecureSocksProxy)
	address, err := prometheus.ParseAddress(i.settings.URL)
	if err != nil {
		return errAddress
	}
	transport, err := i.httpTransport(ctx, ds, address)
	if err != nil {
		return &settings.Invalid{Message: "The HTTP settings of the data source can't be used. Check its TLS certificates and keys, and its proxy settings."}
	}
	if i.prometheus, err = prometheus.New(address, i.settings.HTTPMethod, i.settings.MaxConcurrent, transport); err != nil {
		return errAddress
	}
	var database query.Database
	if i.settings.Postgres.Configured() {
		i.postgres = newPostgres(ctx, ds, i.settings.Postgres)
		database = i.postgres
	}
	limitMemory(i.settings.MemoryLimit)
	i.runner = query.NewRunner(i.settings, i.prometheus, database)
	i.healthTimeout = healthTimeout
	i.health = query.NewShared[[]upstream.Aspect](healthTimeout+2*healthGrace, healthAnswers)
	i.suggestions = query.NewShared[[]string](i.settings.QueryTimeout, valuesAnswers)
	return nil
}

var errAddress = &settings.Invalid{Message: "The Prometheus URL can't be used. It looks like http://prometheus:9090."}

// withProxy writes the switch of Grafana's secure socks proxy as the SDK reads it: provisioning with environment variables
// makes a string of it, which the SDK takes for "off".
func withProxy(jsonData []byte, on bool) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(jsonData, &members) != nil || members == nil { // nothing is stored
		members = map[string]json.RawMessage{}
	}
	members["enableSecureSocksProxy"] = json.RawMessage(strconv.FormatBool(on))
	written, _ := json.Marshal(members) // what was just read can be written
	return written
}

// httpTransport is what the standard HTTP settings make, with the secrets of the address where traces don't see them. The SDK
// panics where a setting has another type than it expects.
func (i *Instance) httpTransport(ctx context.Context, ds backend.DataSourceInstanceSettings, address prometheus.Address) (transport http.RoundTripper, err error) {
	err = query.CatchPanic(func() error {
		opts, err := ds.HTTPClientOptions(ctx)
		if err != nil {
			return err
		}
		if opts.Timeouts != nil {
			timeouts := *opts.Timeouts
			timeouts.Timeout = 0 // the query timeout is the only limit
			opts.Timeouts = &timeouts
		}
		if inURL := address.BasicAuth(); inURL != nil {
			opts.BasicAuth = inURL
		}
		opts.Middlewares = append(httpclient.DefaultMiddlewares(), withoutAlertMark(), withQueryOf(address))
		opts.ConfigureTransport = func(_ httpclient.Options, t *http.Transport) { i.transport = t }
		transport, err = httpclient.GetTransport(opts)
		return err
	})
	return transport, err
}

// withoutAlertMark drops the header that the SDK hands on from an alert evaluation: Prometheus gets nobody's headers but
// the forwarded ones. It stands below the middleware that sets the header.
func withoutAlertMark() httpclient.Middleware {
	return httpclient.MiddlewareFunc(func(_ httpclient.Options, next http.RoundTripper) http.RoundTripper {
		return httpclient.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if req.Header.Get(backend.FromAlertHeaderName) == "" {
				return next.RoundTrip(req)
			}
			req = req.Clone(req.Context())
			req.Header.Del(backend.FromAlertHeaderName)
			return next.RoundTrip(req)
		})
	})
}

// withQueryOf adds the query of the data source's URL. It stands last, below the SDK's tracing: a token there is for
// Prometheus only.
func withQueryOf(address prometheus.Address) httpclient.Middleware {
	return httpclient.MiddlewareFunc(func(_ httpclient.Options, next http.RoundTripper) http.RoundTripper {
		return address.AddQuery(next)
	})
}

// Dispose ends what the instance holds open, once what still runs for it is answered: saving the settings must turn no panel red. The
// SDK calls it in a goroutine of its own.
func (i *Instance) Dispose() {
	if i.runner != nil {
		i.runner.Close()
		i.health.Cancel()
		i.suggestions.Cancel()
	}
	if i.transport != nil {
		i.transport.CloseIdleConnections()
	}
	if i.postgres != nil {
		i.postgres.Close()
	}
}
