package prometheus

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// authorized adds credentials to whatever is sent, as Grafana's basic auth and custom headers do.
type authorized struct{ http.Transport }

func (a *authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Basic s3cret")
	return a.Transport.RoundTrip(r)
}

// Another host (a login page) gets neither the query nor what proves who asks, and the admin is told where it is.
func TestRedirectToAnotherHost(t *testing.T) {
	login := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another host was asked %s with %v", r.URL, r.Header)
	}))
	defer login.Close()
	for _, method := range []string{"POST", "GET"} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, login.URL+"/login?state=s3cret", status)
			}))
			transport := &authorized{}
			client := over(t, server.URL, method, transport)
			_, _, err := client.Instant(WithIdentity(t.Context(), http.Header{"Cookie": {"session=1"}}), "up", time.Unix(0, 0))
			wantRedirect(t, fmt.Sprintf("%s, %d", method, status), err, login.URL)
			transport.CloseIdleConnections()
			server.Close()
		}
	}
}

// A redirect of a POST that arrives as a GET without its form is the address's fault, not that of the query.
func TestRedirectThatLosesTheQuery(t *testing.T) {
	for _, c := range []struct {
		method string
		status int
		lost   bool
	}{
		{"POST", 301, true}, {"POST", 302, true}, {"POST", 307, false}, {"POST", 308, false}, {"GET", 301, false}, {"GET", 302, false}, {"GET", 307, false},
	} {
		var address string
		client := serve(t, "", c.method, func(w http.ResponseWriter, r *http.Request) {
			address = "http://" + r.Host
			if !strings.HasPrefix(r.URL.Path, "/moved") {
				http.Redirect(w, r, "/moved"+r.URL.RequestURI(), c.status)
				return
			}
			if got := r.FormValue("query"); got != "up" {
				t.Errorf("%s, %d: asked %q", c.method, c.status, got)
			}
			answer(w, emptyVector)
		})
		_, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0))
		if c.lost {
			wantRedirect(t, fmt.Sprintf("%s, %d", c.method, c.status), err, address)
		} else if err != nil {
			t.Errorf("%s, %d: %v", c.method, c.status, err)
		}
	}
}

func wantRedirect(t *testing.T, name string, err error, to string) {
	t.Helper()
	wantRefused(t, name, err, "The server redirects the plugin's queries to "+to+", where they are not sent. If Prometheus is there, enter")
}

// wantRefused: the sentence may name an address, as no other fault's does.
func wantRefused(t *testing.T, name string, err error, begins string) {
	t.Helper()
	fault, ok := err.(*upstream.Fault) //nolint:errorlint // clients return the Fault itself
	if !ok || fault.Kind != upstream.BadAnswer || fault.Source != upstream.Downstream || fault.Status != 502 {
		t.Errorf("%s: %#v", name, err)
		return
	}
	if !strings.HasPrefix(fault.Error(), begins) {
		t.Errorf("%s: %s", name, fault)
	}
	if text := fault.Error() + fault.Err.Error(); strings.Contains(text, "s3cret") {
		t.Errorf("%s shows a secret: %s", name, text)
	}
}

// The cause goes to the log, where a token in the address has no place.
func TestCausesHideTheAddress(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	client := connect(t, server.URL+"?token=s3cret", "GET")
	_, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0))
	wantFault(t, err, upstream.Unreachable, upstream.Downstream, 502, "Prometheus can't be reached")
	fault := err.(*upstream.Fault) //nolint:errorlint // clients return the Fault itself
	if strings.Contains(fault.Err.Error(), "s3cret") {
		t.Errorf("the log would show %s", fault.Err)
	}
}

// byPort dials real servers for a host without a port in its address, which is the same host in both schemes.
func byPort(to map[string]string) *http.Transport {
	return &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the test's own server
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			return (&net.Dialer{}).DialContext(ctx, network, to[port])
		},
	}
}

// Credentials are never sent in clear text where the data source's address says https; from http to https they may go.
func TestRedirectToAnotherScheme(t *testing.T) {
	for _, c := range []struct {
		name, from string
		back       bool // to http again
		refused    bool
	}{
		{"from https to http", "https", false, true},
		{"from http to https", "http", false, false},
		{"from http to https and back", "http", true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			toOther := func(w http.ResponseWriter, r *http.Request) {
				scheme := map[bool]string{true: "http", false: "https"}[r.TLS != nil]
				http.Redirect(w, r, scheme+"://"+r.Host+r.URL.RequestURI(), http.StatusPermanentRedirect)
			}
			visits := 0
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				visits++
				if secure := r.TLS != nil; secure == (c.from == "https") || c.back {
					toOther(w, r)
					return
				}
				if c.refused {
					t.Errorf("sent in clear text: %v", r.Header)
				}
				answer(w, emptyVector)
			})
			plain, encrypted := httptest.NewServer(handler), httptest.NewTLSServer(handler)
			defer plain.Close()
			defer encrypted.Close()
			transport := byPort(map[string]string{"80": plain.Listener.Addr().String(), "443": encrypted.Listener.Addr().String()})
			defer transport.CloseIdleConnections()
			client := over(t, c.from+"://prometheus.test", "POST", transport)
			_, _, err := client.Instant(WithIdentity(t.Context(), http.Header{"Cookie": {"session=1"}}), "up", time.Unix(0, 0))
			if !c.refused {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantRefused(t, c.name, err, "The server redirects the plugin's queries from https to http://prometheus.test, where they are not sent")
			if want := map[bool]int{true: 2, false: 1}[c.back]; visits != want {
				t.Errorf("the servers were asked %d times, want %d", visits, want)
			}
		})
	}
}

func TestRedirectLoop(t *testing.T) {
	for _, method := range []string{"POST", "GET"} {
		client := serve(t, "", method, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.RequestURI(), http.StatusTemporaryRedirect)
		})
		_, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0))
		wantRefused(t, method, err, "The server redirects the plugin's queries in a loop: 5 redirects led to no answer. Enter the final address")
	}
}

// A redirect repeats the address's own query; it arrives once, and nothing above the wire sees it.
func TestRedirectRepeatsTheQueryOfTheAddress(t *testing.T) {
	for _, method := range []string{"POST", "GET"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if tokens := r.URL.Query()["token"]; len(tokens) != 1 || tokens[0] != "s3 cret" {
				t.Errorf("%s %s: token %q", method, r.URL, tokens)
			}
			if !strings.HasPrefix(r.URL.Path, "/moved") {
				query := strings.ReplaceAll(r.URL.RawQuery, "%20", "+") // as proxies do that rewrite it
				http.Redirect(w, r, "/moved"+r.URL.Path+"?"+query, http.StatusTemporaryRedirect)
				return
			}
			answer(w, emptyVector)
		}))
		transport := &http.Transport{}
		address, err := ParseAddress(server.URL + "?token=s3%20cret")
		if err != nil {
			t.Fatal(err)
		}
		wire := address.AddQuery(transport)
		client, err := New(address, method, 6, httpclient.RoundTripperFunc(func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.String(), "s3") {
				t.Errorf("seen above the wire: %s", r.URL)
			}
			return wire.RoundTrip(r)
		}))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := client.Instant(t.Context(), "up", time.Unix(0, 0)); err != nil {
			t.Error(err)
		}
		transport.CloseIdleConnections()
		server.Close()
	}
}
