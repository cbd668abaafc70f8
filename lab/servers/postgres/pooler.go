package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// ErrNoPooler says what a pooler needs.
var ErrNoPooler = errors.New("a pooler needs an installed PgBouncer")

// StartPooler starts a PgBouncer in front of the server, with one connection to it per role and database, so that each
// client gets the session that the one before it had. The role's clients need no password there. To be stopped before
// the server.
func (s *Server) StartPooler(ctx context.Context, mode, role, password string) (port int, stop func() error, err error) {
	bouncer, err := exec.LookPath("pgbouncer")
	if err != nil {
		if bouncer = "/usr/sbin/pgbouncer"; !has("/usr/sbin", "pgbouncer") {
			return 0, nil, ErrNoPooler
		}
	}
	if port, err = servers.FreePort(); err != nil {
		return 0, nil, err
	}
	dir, err := os.MkdirTemp(s.dir, "pooler-"+mode+"-")
	if err != nil {
		return 0, nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // it is read by PostgreSQL's account
		return 0, nil, err
	}
	for name, text := range map[string]string{
		"users.txt": fmt.Sprintf("%q %q\n", role, password),
		"pgbouncer.ini": fmt.Sprintf("[databases]\n* = host=%s port=%d\n[pgbouncer]\nlisten_addr = %s\nlisten_port = %d\nunix_socket_dir =\n"+
			"auth_type = trust\nauth_file = %s\npool_mode = %s\ndefault_pool_size = 1\n", s.Host(), s.port, s.Host(), port, filepath.Join(dir, "users.txt"), mode),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return 0, nil, err
		}
	}
	process, err := servers.Start(servers.Command{
		Path: bouncer, Args: []string{filepath.Join(dir, "pgbouncer.ini")}, Env: environment(dir), Dir: dir,
		Log: filepath.Join(dir, "log"), User: s.user,
	})
	if err != nil {
		return 0, nil, err
	}
	return port, process.Stop, process.Wait(ctx, time.Minute, func(ctx context.Context) error {
		conn, err := pgx.Connect(ctx, fmt.Sprintf("postgres://%s@%s:%d/postgres?sslmode=disable", role, s.Host(), port))
		if err != nil {
			return err
		}
		return conn.Close(ctx)
	})
}
