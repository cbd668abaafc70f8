package prometheus

import (
	"context"
	"io"
	"net/http"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
)

// maxBody is the largest answer that is read: ours are rankings and a few lines of a graph, far below it.
const maxBody = 32 << 20

// roundTripper forwards the asker's identity, turns POST into GET where the settings say so, and cuts long bodies.
type roundTripper struct {
	next  http.RoundTripper
	get   bool
	host  string // of the data source's address: a redirect elsewhere (to a login page) gets no credentials
	query string // of the data source's address, for every request
}

func (t *roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.get && r.Method == http.MethodPost {
		var err error
		if r, err = asGet(r); err != nil {
			return nil, err
		}
	}
	if r.URL.Host == t.host {
		r = t.addressed(r)
	}
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if status, ok := r.Context().Value(statusKey{}).(*int); ok {
		*status = resp.StatusCode
	}
	resp.Body = httpclient.MaxBytesReader(resp.Body, maxBody)
	return resp, nil
}

// addressed adds what only the data source's own host gets.
func (t *roundTripper) addressed(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	if r.Response == nil { // a redirect's address is whole
		r.URL.RawQuery = joined(t.query, r.URL.RawQuery)
	}
	if identity, ok := r.Context().Value(identityKey{}).(http.Header); ok {
		for name, values := range identity {
			r.Header[name] = slices.Clone(values)
		}
	}
	return r
}

// joined puts two queries of an address together.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "&" + b
}

// asGet moves the form of a POST into the address: client_golang always posts first, and some proxies refuse that.
func asGet(r *http.Request) (*http.Request, error) {
	form, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	get := r.Clone(r.Context())
	get.Method, get.Body, get.GetBody, get.ContentLength = http.MethodGet, nil, nil, 0
	get.Header.Del("Content-Type")
	get.URL.RawQuery = joined(get.URL.RawQuery, string(form))
	return get, nil
}

type (
	identityKey struct{}
	statusKey   struct{}
)

// WithIdentity makes every request of ctx carry these headers: the credentials of the person who asks.
func WithIdentity(ctx context.Context, headers http.Header) context.Context {
	return context.WithValue(ctx, identityKey{}, headers)
}

// withStatus lets a caller see the HTTP status, which client_golang turns into text.
func withStatus(ctx context.Context) (context.Context, *int) {
	status := new(int)
	return context.WithValue(ctx, statusKey{}, status), status
}
