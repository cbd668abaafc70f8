package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// serve answers each connection with answer, then closes it; nil: it says nothing and stays open.
func serve(t *testing.T, answer []byte) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if answer == nil {
				t.Cleanup(func() { _ = conn.Close() })
				continue
			}
			buffer := make([]byte, 1024)
			_, _ = conn.Read(buffer)
			_, _ = conn.Write(answer)
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

func TestWhatIsNotPostgreSQL(t *testing.T) {
	for name, c := range map[string]struct {
		answer []byte
		mode   string
		want   upstream.Kind
	}{
		"silent":             {nil, "disable", upstream.Timeout},
		"silent, TLS":        {nil, "require", upstream.Timeout},
		"closes":             {[]byte{}, "disable", upstream.Unreachable},
		"a web server":       {[]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), "disable", upstream.Unreachable},
		"a web server, TLS":  {[]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), "require", upstream.TLS},
		"half an answer":     {[]byte{'R', 0, 0, 0}, "disable", upstream.Unreachable},
		"no TLS":             {[]byte{'N'}, "verify-full", upstream.TLS},
		"TLS with no secret": {[]byte("S\x15\x03\x01\x00\x02\x02\x28"), "require", upstream.TLS},
	} {
		t.Run(name, func(t *testing.T) {
			db := New(settings.Postgres{MaxConnections: 2, StatementTimeout: 10 * time.Second, Host: serve(t, c.answer), Database: "d", User: "u", Password: "p4ss", SSLMode: c.mode}, nil)
			defer db.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
			defer cancel()
			began := time.Now()
			_, err := db.Owner(ctx)
			var fault *upstream.Fault
			if !errors.As(err, &fault) || fault.Kind != c.want || fault.Remedy == "" {
				t.Fatalf("%v (%+v), want %s", err, fault, c.want)
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("took %s", took)
			}
			if text := fmt.Sprintf("%v %+v %#v", db.config, db.config, db.config); strings.Contains(text, "p4ss") {
				t.Errorf("the password is printed: %s", text)
			}
		})
	}
}
