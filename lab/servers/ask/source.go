package ask

import (
	"encoding/json"
	"maps"
	"sync/atomic"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/config"
)

const (
	pluginID       = "matrix-synapse-datasource"
	grafanaVersion = "12.2.0"
)

// Source is a data source as Grafana holds it.
type Source struct {
	URL     string
	JSON    map[string]any
	Secure  map[string]string
	UID     string    // default matrix-synapse
	Updated time.Time // a changed time makes the plugin build a new instance
	User    *backend.User
	Config  map[string]string // Grafana's own settings, as it passes them on
}

// Viewer, Editor and Admin are people; Machine is a service account, Alerting and Public are what Grafana names when
// nobody sits there.
var (
	Viewer   = &backend.User{Login: "vera", Name: "Vera", Email: "vera@example.org", Role: "Viewer"}
	Editor   = &backend.User{Login: "edda", Name: "Edda", Email: "edda@example.org", Role: "Editor"}
	Admin    = &backend.User{Login: "admin", Name: "Admin", Email: "admin@example.org", Role: "Admin"}
	Machine  = &backend.User{Login: "sa-1-terraform", Name: "terraform", Role: "Editor"}
	Alerting = &backend.User{Login: "grafana_scheduler", Role: "Admin"}
	Public   = &backend.User{Login: "service", Role: "Admin"}
)

// As is the same source asked by somebody else.
func (s Source) As(user *backend.User) Source {
	s.User = user
	return s
}

// With is the same source with some settings changed; nil removes one.
func (s Source) With(settings map[string]any) Source {
	s.JSON = maps.Clone(s.JSON)
	for key, value := range settings {
		if value == nil {
			delete(s.JSON, key)
			continue
		}
		s.JSON[key] = value
	}
	s.Updated = saved()
	return s
}

// Context is what Grafana sends along with every request.
func (s Source) Context() backend.PluginContext {
	uid, updated := s.UID, s.Updated
	if uid == "" {
		uid = "matrix-synapse"
	}
	if updated.IsZero() {
		updated = started
	}
	settings, err := json.Marshal(s.JSON)
	if err != nil {
		panic(err) // a test wrote something that no data source can hold
	}
	return backend.PluginContext{
		OrgID:    1, //nolint:staticcheck // deprecated, but Grafana sends it
		PluginID: pluginID, PluginVersion: "0.0.0", User: s.User, Namespace: "default",
		DataSourceInstanceSettings: &backend.DataSourceInstanceSettings{
			ID: 1, UID: uid, Type: pluginID, Name: "Matrix Synapse", URL: s.URL,
			JSONData: settings, DecryptedSecureJSONData: s.Secure, Updated: updated,
		},
		GrafanaConfig: config.NewGrafanaCfg(s.Config),
	}
}

// started stands for the time when the data source was saved.
var started = time.Now()

var saves atomic.Int64

// saved is another time for each call, even in the milliseconds that Grafana sends: a plugin keeps the instance of a
// data source whose time has not changed.
func saved() time.Time { return started.Add(time.Duration(saves.Add(1)) * time.Second) }

// Span is the time range of a panel.
type Span = backend.TimeRange

// Query is one query as a panel holds it: any keys, "queryType" among them.
type Query map[string]any

// Request asks one or more queries for one time range; they are named A, B, … unless they name themselves.
func (s Source) Request(span Span, queries ...Query) *backend.QueryDataRequest {
	request := &backend.QueryDataRequest{PluginContext: s.Context(), Headers: map[string]string{}}
	for i, query := range queries {
		refID, _ := query["refId"].(string)
		if refID == "" {
			refID = string(rune('A' + i))
		}
		body := maps.Clone(query)
		body["refId"] = refID
		// Grafana adds these to what the panel says.
		body["datasource"] = map[string]string{"type": pluginID, "uid": request.PluginContext.DataSourceInstanceSettings.UID}
		body["intervalMs"], body["maxDataPoints"] = 15000, 800
		text, err := json.Marshal(body)
		if err != nil {
			panic(err)
		}
		queryType, _ := query["queryType"].(string)
		request.Queries = append(request.Queries, backend.DataQuery{
			RefID: refID, QueryType: queryType, MaxDataPoints: 800, Interval: 15 * time.Second, TimeRange: span, JSON: text,
		})
	}
	return request
}
