package prometheus

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
			client, err := New(server.URL, method, transport)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = client.Instant(WithIdentity(t.Context(), http.Header{"Cookie": {"session=1"}}), "up", time.Unix(0, 0))
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
	fault, ok := err.(*upstream.Fault) //nolint:errorlint // clients return the Fault itself
	if !ok || fault.Kind != upstream.BadAnswer || fault.Source != upstream.Downstream || fault.Status != 502 {
		t.Errorf("%s: %#v", name, err)
		return
	}
	if !strings.HasPrefix(fault.Error(), "The server redirects the plugin's queries to "+to+", where they are not sent. If Prometheus is there, enter") {
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
