package faults

import (
	"bytes"
	"fmt"
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

// proxy stands in front of a Prometheus, passes on what it is asked, and fails where a test wants it to.
type proxy struct {
	url    string
	server *http.Server
	next   *httputil.ReverseProxy

	requests atomic.Int64 // that came
	open     atomic.Int64 // that are not answered yet
	left     atomic.Int64 // whose asker went away before the answer

	mu    sync.Mutex
	fault http.HandlerFunc
	hits  func(promql string) bool // which questions the fault hits; nil: all
	asked []string                 // the PromQL of all questions since it was healed
}

func newProxy(target string) (*proxy, error) {
	to, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{url: "http://" + listener.Addr().String(), next: &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: time.Minute}
	go func() { _ = p.server.Serve(listener) }() // ends with close
	return p, nil
}

func (p *proxy) close() error { return p.server.Close() }

// ServeHTTP fails or passes on.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.requests.Add(1)
	p.open.Add(1)
	defer p.open.Add(-1)
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

// fail makes it fail from now on, for the questions that hits tells; nil: all.
func (p *proxy) fail(fault http.HandlerFunc, hits func(promql string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.hits = fault, hits
}

// heal makes it pass everything on, and forgets what it was asked.
func (p *proxy) heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.hits, p.asked = nil, nil, nil
	p.requests.Store(0)
	p.left.Store(0)
}

func (p *proxy) questions() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

// refusing answers as servers and proxies do, with words that nobody should see.
func refusing(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "dial tcp 10.0.0.1:9090: "+confidential)
	}
}

func text(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}
}

// silent never answers.
func (p *proxy) silent(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
		p.left.Add(1)
	case <-time.After(2 * time.Minute):
	}
}

// cut promises more than it sends and then drops the connection.
func cut(w http.ResponseWriter, _ *http.Request) {
	body := `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"server_na`
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(10*len(body)))
	_, _ = io.WriteString(w, body)
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
	panic(http.ErrAbortHandler)
}

// endless is valid, and longer than anyone should read.
func endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"vector","result":[`)
	spaces := bytes.Repeat([]byte(" "), 1<<20)
	for range 34 {
		if _, err := w.Write(spaces); err != nil {
			return
		}
	}
	_, _ = io.WriteString(w, `]}}`)
}

// trickling sends a byte now and then, so that no limit of a silent connection ends it.
func (p *proxy) trickling(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"status":"success",`)
	for range 600 {
		_, err := io.WriteString(w, " ")
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
		if err != nil || r.Context().Err() != nil {
			p.left.Add(1)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
