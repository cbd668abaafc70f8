package plugin

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"go.uber.org/goleak"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// Grafana makes a new instance whenever the settings are saved: nothing of the old one may stay, not even where
// Prometheus hangs.
func TestDisposeLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	arrived := make(chan struct{}, 10)
	var hangs atomic.Bool
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if !hangs.Load() {
			_, _ = io.WriteString(w, sampleVector(`{}`))
			return
		}
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			connections.Add(1)
		case http.StateClosed:
			connections.Add(-1)
		}
	}
	server.Start()
	made, err := NewInstance(t.Context(), backend.DataSourceInstanceSettings{URL: server.URL, JSONData: []byte(`{"queryTimeout":"1s",` + unreachablePostgres[1:])})
	if err != nil {
		t.Fatal(err)
	}
	i := made.(*Instance)
	hangs.Store(true)
	answer := make(chan backend.DataResponse, 1)
	go func() { answer <- answers(t, i, request(&ada, nil, ask("A", "transactions", "")))["A"] }()
	<-arrived
	hangs.Store(false)
	health(t, i) // leaves an idle connection
	begin := time.Now()
	i.Dispose()
	if got := <-answer; got.Status != http.StatusGatewayTimeout || time.Since(begin) > 5*time.Second {
		t.Errorf("after %s: status %d, %v", time.Since(begin), got.Status, got.Error)
	}
	for end := time.Now().Add(5 * time.Second); connections.Load() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d connections stay open", connections.Load())
		}
	}
	server.Close()
	goleak.VerifyNone(t, before)
}

// A wrong type in the standard settings must not keep the data source from saying what is wrong.
func TestStandardSettingsOfAnotherType(t *testing.T) {
	i := instance(t, "http://prometheus:9090", `{"basicAuth":true,"basicAuthUser":7}`)
	if i.broken == nil || i.broken.Error() != "The HTTP settings of the data source can't be used. Check its TLS certificates and keys, and its proxy settings." {
		t.Errorf("%v", i.broken)
	}
}

// The switch of the proxy counts however provisioning writes it.
func TestSecureSocksProxy(t *testing.T) {
	for jsonData, want := range map[string]bool{
		``: false, `null`: false, `{}`: false, `{"enableSecureSocksProxy":false}`: false, `{"enableSecureSocksProxy":"false"}`: false,
		`{"enableSecureSocksProxy":true}`: true, `{"enableSecureSocksProxy":"true"}`: true,
	} {
		s, err := settings.Load("", "http://prometheus:9090", []byte(jsonData), nil)
		if err != nil {
			t.Fatal(err)
		}
		ds := backend.DataSourceInstanceSettings{JSONData: withProxy([]byte(jsonData), s.SecureSocksProxy)}
		opts, err := ds.ProxyOptions(nil)
		if on := opts != nil && opts.Enabled; err != nil || on != want {
			t.Errorf("%s: proxy %t, %v; want %t", jsonData, on, err, want)
		}
	}
	kept := withProxy([]byte(`{"httpHeaderName1":"X-Scope-OrgID","timeout":30}`), true)
	if got := string(kept); got != `{"enableSecureSocksProxy":true,"httpHeaderName1":"X-Scope-OrgID","timeout":30}` {
		t.Error(got)
	}
}
