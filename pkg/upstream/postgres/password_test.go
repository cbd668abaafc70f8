package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// thief takes whoever connects for a client that will show its password, and gives what it hears.
func thief(t *testing.T, certificate *tls.Certificate) (DialFunc, <-chan string) {
	heard := make(chan string, 1)
	return func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			defer there.Close() //nolint:errcheck // the test is over
			conn := there
			if certificate != nil {
				_, _ = there.Read(make([]byte, 8)) // the request for TLS
				_, _ = there.Write([]byte("S"))
				conn = tls.Server(there, &tls.Config{Certificates: []tls.Certificate{*certificate}})
			}
			server := pgproto3.NewBackend(conn, conn)
			if _, err := server.ReceiveStartupMessage(); err != nil {
				heard <- ""
				return
			}
			server.Send(&pgproto3.AuthenticationCleartextPassword{})
			_ = server.Flush()
			message, _ := server.Receive()
			if password, ok := message.(*pgproto3.PasswordMessage); ok {
				heard <- password.Password
				return
			}
			heard <- ""
		}()
		return here, nil
	}, heard
}

func TestClearTextPassword(t *testing.T) {
	ours := newAuthority(t)
	cert, key := ours.issue(t, "db")
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		host, mode, ca string
		shown          bool
	}{
		"no TLS":                          {"db", "disable", "", false},
		"the far end's localhost":         {"localhost", "disable", "", false},
		"TLS that verifies nothing":       {"db", "require", "", false},
		"TLS that verifies the authority": {"db", "verify-ca", ours.pem, true},
		"require with a CA":               {"db", "require", ours.pem, true},
		"TLS that verifies the host, too": {"db", "verify-full", ours.pem, true},
	} {
		t.Run(name, func(t *testing.T) {
			certificate := &pair
			if c.mode == "disable" {
				certificate = nil
			}
			dial, heard := thief(t, certificate)
			db := New(settings.Postgres{MaxConnections: 2, StatementTimeout: 10 * time.Second, Host: c.host, Database: "d", User: "u", Password: "p4ss", SSLMode: c.mode, CACert: settings.Secret(c.ca)}, dial)
			defer db.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, err := db.Owner(ctx)
			if got := <-heard; (got == "p4ss") != c.shown {
				t.Errorf("the server heard %q: %v", got, err)
			}
			var fault *upstream.Fault
			if !c.shown && (!errors.As(err, &fault) || fault.Kind != upstream.Auth || !strings.Contains(fault.Message, "in clear text")) {
				t.Errorf("%v", err)
			}
		})
	}
	for host, want := range map[string]string{"localhost": "", "127.0.0.1": "", "::1": "", "/run/postgresql": "", "db": "!password", "10.0.0.1": "!password"} {
		config, err := poolConfig(settings.Postgres{Host: host, SSLMode: "disable"}, nil)
		if err != nil || config.ConnConfig.RequireAuth != want {
			t.Errorf("%s requires %q, %v", host, config.ConnConfig.RequireAuth, err)
		}
	}
}
