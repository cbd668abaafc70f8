package postgres_test

import (
	"context"
	"net"
	"strings"
	"sync"
)

// wire dials, and keeps all that is sent over its connections.
type wire struct {
	mu   sync.Mutex
	sent strings.Builder
}

func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	return tapped{conn, w}, err
}

func (w *wire) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent.String()
}

type tapped struct {
	net.Conn
	wire *wire
}

func (c tapped) Write(b []byte) (int, error) {
	c.wire.mu.Lock()
	c.wire.sent.Write(b)
	c.wire.mu.Unlock()
	return c.Conn.Write(b)
}
