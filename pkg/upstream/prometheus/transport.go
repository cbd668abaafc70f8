package prometheus

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
	"golang.org/x/sync/semaphore"
)

const (
	// maxBody is the largest answer that is read: decoding one takes up to twenty times its size of memory, and ours, rankings and
	// a few lines of a graph, are far below it.
	maxBody = 8 << 20
	// largeBody is what of an answer is read before it has to wait until no other large one is read.
	largeBody = 2 << 20
)

// roundTripper forwards the asker's identity, turns POST into GET where the settings say so, and cuts long bodies.
type roundTripper struct {
	next    http.RoundTripper
	get     bool
	address Address
	large   *semaphore.Weighted
	wait    wait
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
	began := time.Now()
	if err := t.wait.over(began); err != nil {
		meters.held.Inc()
		return nil, err
	}
	meters.requests.Inc()
	resp, err := t.next.RoundTrip(t.addressed(r))
	meters.seconds.Add(time.Since(began).Seconds())
	if err != nil {
		meters.failed.Inc()
		return nil, err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		meters.failed.Inc()
		t.wait.obey(resp, time.Now())
	}
	if status, ok := r.Context().Value(statusKey{}).(*int); ok {
		*status = resp.StatusCode
	}
	resp.Body = &orderlyBody{ReadCloser: &singleBody{ReadCloser: countedBody{httpclient.MaxBytesReader(resp.Body, maxBody)}, ctx: r.Context(), token: t.large}}
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

// singleBody reads on in a large answer only while no other large one is read. What was read is decoded before it is closed.
type singleBody struct {
	io.ReadCloser
	ctx   context.Context //nolint:containedctx // a body belongs to one request
	token *semaphore.Weighted
	read  int
	holds bool
}

func (b *singleBody) Read(p []byte) (int, error) {
	if b.read > largeBody && !b.holds {
		if err := b.token.Acquire(b.ctx, 1); err != nil {
			return 0, err
		}
		b.holds = true
	}
	n, err := b.ReadCloser.Read(p)
	b.read += n
	return n, err
}

func (b *singleBody) Close() error {
	if b.holds {
		b.holds = false
		b.token.Release(1)
	}
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
