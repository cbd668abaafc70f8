package prometheus

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
)

// maxBody is the largest answer that is read: ours are rankings and a few lines of a graph, far below it.
const maxBody = 32 << 20

// roundTripper forwards the asker's identity, turns POST into GET where the settings say so, and cuts long bodies.
type roundTripper struct {
	next    http.RoundTripper
	get     bool
	address Address
}

func (t *roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.checkRedirect(r); err != nil {
		return nil, err
	}
	if t.get && r.Method == http.MethodPost {
		var err error
		if r, err = asGet(r); err != nil {
			return nil, err
		}
	}
	resp, err := t.next.RoundTrip(t.addressed(r))
	if err != nil {
		return nil, err
	}
	if status, ok := r.Context().Value(statusKey{}).(*int); ok {
		*status = resp.StatusCode
	}
	resp.Body = &orderlyBody{ReadCloser: httpclient.MaxBytesReader(resp.Body, maxBody)}
	return resp, nil
}

// orderlyBody is closed after a read that is under way: client_golang closes the body of a cancelled request while it still
// reads, and the SDK's readers are not made for that. The read ends at once, as its request is cancelled.
type orderlyBody struct {
	io.ReadCloser
	mu sync.Mutex
}

func (b *orderlyBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ReadCloser.Read(p)
}

func (b *orderlyBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ReadCloser.Close()
}

// addressed adds what every request to the data source's host carries.
func (t *roundTripper) addressed(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	if r.Response != nil { // its address may repeat what the data source's address holds
		r.URL.User, r.URL.RawQuery = nil, t.address.withoutOwn(r.URL.RawQuery)
	}
	if identity, ok := r.Context().Value(identityKey{}).(http.Header); ok {
		for name, values := range identity {
			r.Header[name] = slices.Clone(values)
		}
	}
	return r
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
