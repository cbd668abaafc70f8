package postgres

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// A new connection that fails is typed; settings that can't be used are for the health check to tell.
func TestConnect(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	// 53300 and 57P03, as the server sends them before it lets anybody in.
	refusal := func(code string) []byte {
		body := "SFATAL\x00VFATAL\x00C" + code + "\x00Msorry\x00\x00"
		return append([]byte{'E', 0, 0, 0, byte(4 + len(body))}, body...)
	}
	for name, c := range map[string]struct {
		host string
		want upstream.Kind
	}{
		"nobody listens": {gone.Addr().String(), upstream.Unreachable},
		"used up":        {serve(t, refusal("53300")), upstream.Full},
		"starting":       {serve(t, refusal("57P03")), upstream.Starting},
		"password":       {serve(t, refusal("28P01")), upstream.Auth},
		"deaf":           {serve(t, nil), upstream.Timeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := New(settings.Postgres{MaxConnections: 2, StatementTimeout: 10 * time.Second, Host: c.host, Database: "d", User: "u", SSLMode: "disable"}, nil)
			defer db.Close()
			began := time.Now()
			err := db.Connect(t.Context())
			var fault *upstream.Fault
			if !errors.As(err, &fault) || fault.Kind != c.want || fault.Message == "" {
				t.Errorf("%v, want %s", err, c.want)
			}
			if took := time.Since(began); took > newConnection+time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}
