// Package faulty stands between the plugin and its upstreams, and fails on demand in the ways that proxies, networks and servers do.
package faulty

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// HTTP stands in front of a Prometheus, passes on what it is asked, and fails where it shall.
type HTTP struct {
	URL string

	server *http.Server
	next   *httputil.ReverseProxy

	Requests atomic.Int64 // that came
	Open     atomic.Int64 // that are not answered yet
	Left     atomic.Int64 // whose asker went away before the answer

	mu    sync.Mutex
	fault http.HandlerFunc
	hits  func(promql string) bool // which questions the fault hits; nil: all
	asked []string                 // the PromQL of all questions since it was healed
}

// NewHTTP starts one.
func NewHTTP(target string) (*HTTP, error) {
	to, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &HTTP{URL: "http://" + listener.Addr().String(), next: &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: time.Minute}
	go func() { _ = p.server.Serve(listener) }() // ends with Close
	return p, nil
}

// Close ends it.
func (p *HTTP) Close() error { return p.server.Close() }

// ServeHTTP fails or passes on.
func (p *HTTP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.Requests.Add(1)
	p.Open.Add(1)
	defer p.Open.Add(-1)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	promql := form.Get("query") + r.URL.Query().Get("query") + strings.Join(r.URL.Query()["match[]"], " ") + strings.Join(form["match[]"], " ")
	p.mu.Lock()
	p.asked = append(p.asked, promql)
	fault := p.fault
	if p.hits != nil && !p.hits(promql) {
		fault = nil
	}
	p.mu.Unlock()
	if fault != nil {
		fault(w, r)
		return
	}
	p.next.ServeHTTP(w, r)
}

// Pass passes a question on in any case.
func (p *HTTP) Pass(w http.ResponseWriter, r *http.Request) { p.next.ServeHTTP(w, r) }

// Fail makes it fail from now on, for the questions that hits tells; nil: all.
func (p *HTTP) Fail(fault http.HandlerFunc, hits func(promql string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.hits = fault, hits
}

// Heal makes it pass everything on, and forgets what it was asked.
func (p *HTTP) Heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.hits, p.asked = nil, nil, nil
	p.Requests.Store(0)
	p.Left.Store(0)
}

// Questions are the PromQL that it was asked since it was healed.
func (p *HTTP) Questions() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

// Silent never answers.
func (p *HTTP) Silent(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
		p.Left.Add(1)
	case <-time.After(2 * time.Minute):
	}
}

// Trickling sends a byte now and then, so that no limit of a silent connection ends it.
func (p *HTTP) Trickling(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"status":"success",`)
	for range 600 {
		_, err := io.WriteString(w, " ")
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
		if err != nil || r.Context().Err() != nil {
			p.Left.Add(1)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
