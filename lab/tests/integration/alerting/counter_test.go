package alerting

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// question is one query with the time that it is about.
type question struct{ promql, at string }

// counter counts the queries that go through a proxy.
type counter struct {
	mu    sync.Mutex
	asked map[question]int
}

func (c *counter) serve(space *servers.Space, proxy http.Handler) (string, error) {
	c.reset()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, err := url.ParseQuery(string(body))
		if err == nil && form.Get("query") != "" {
			c.mu.Lock()
			c.asked[question{form.Get("query"), form.Get("time") + form.Get("end")}]++
			c.mu.Unlock()
		}
		proxy.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(listener) }() // ends with Close
	space.Own(server.Close)
	return "http://" + listener.Addr().String(), nil
}

// reset begins anew and gives what was asked so far.
func (c *counter) reset() map[question]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.asked
	c.asked = map[question]int{}
	return before
}

func total(asked map[question]int) int {
	sum := 0
	for _, times := range asked {
		sum += times
	}
	return sum
}
