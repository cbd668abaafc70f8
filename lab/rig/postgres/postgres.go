// Package postgres starts a throw-away PostgreSQL on a free loopback port.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/rig"
)

// Superuser may do everything and needs no password, from loopback. All other roles need theirs, so that a test of
// wrong credentials means something.
const Superuser = "postgres"

// Options say where to keep the data. An empty Dir, or one that PostgreSQL's account could not reach, means a
// temporary folder that Stop removes.
type Options struct {
	Dir      string
	Progress rig.Progress
	// Settings are further lines of postgresql.conf, as name → value.
	Settings map[string]string

	download bool // even where a PostgreSQL is installed
}

// Server is a running PostgreSQL.
type Server struct {
	Version string // as `postgres --version` says it
	port    int
	process *rig.Process
	dir     string
	remove  bool
	once    sync.Once
	stopErr error
}

// Start makes a new cluster and starts it: an installed PostgreSQL, else a downloaded one.
func Start(ctx context.Context, options Options) (*Server, error) {
	s := &Server{}
	if err := s.makeDir(options.Dir); err != nil {
		return nil, err
	}
	if err := s.start(ctx, options); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) makeDir(dir string) (err error) {
	if dir == "" || (os.Geteuid() == 0 && !rig.Traversable(dir)) {
		s.remove = true
		s.dir, err = rig.TempDir("postgres")
		return err
	}
	s.dir, err = os.MkdirTemp(dir, "postgres-")
	return err
}

func (s *Server) start(ctx context.Context, options Options) error {
	user, err := account()
	if err != nil {
		return err
	}
	if user != nil {
		if err := os.Chown(s.dir, user.UID, user.GID); err != nil {
			return err
		}
	}
	bin, err := find(ctx, s.dir, options)
	if err != nil {
		return err
	}
	s.Version, err = version(ctx, bin)
	if err != nil {
		return err
	}
	options.Progress.Say("starting " + s.Version)
	data := filepath.Join(s.dir, "data")
	if err := initCluster(ctx, bin, s.dir, data, user); err != nil {
		return err
	}
	if s.port, err = rig.FreePort(); err != nil {
		return err
	}
	if err := configure(data, s.port, options.Settings); err != nil {
		return err
	}
	s.process, err = rig.Start(rig.Command{
		Path: filepath.Join(bin, "postgres"),
		Args: []string{"-D", data},
		Env:  environment(s.dir),
		Dir:  s.dir,
		Log:  filepath.Join(s.dir, "postgres.log"),
		User: user,
		End:  syscall.SIGINT, // "fast shutdown": it does not wait for clients to leave
	})
	if err != nil {
		return err
	}
	return s.process.Wait(ctx, time.Minute, func(ctx context.Context) error {
		connection, err := pgx.Connect(ctx, s.DSN("postgres"))
		if err != nil {
			return err
		}
		return connection.Close(ctx)
	})
}

// Host is the loopback address that it listens on.
func (s *Server) Host() string { return "127.0.0.1" }

// Port is the TCP port that it listens on.
func (s *Server) Port() int { return s.port }

// DSN connects the superuser to a database.
func (s *Server) DSN(database string) string {
	return s.UserDSN(Superuser, "", database)
}

// UserDSN connects a role to a database.
func (s *Server) UserDSN(user, password, database string) string {
	dsn := url.URL{
		Scheme: "postgres", User: url.UserPassword(user, password), Path: "/" + database,
		Host: net.JoinHostPort(s.Host(), strconv.Itoa(s.port)), RawQuery: "sslmode=disable",
	}
	return dsn.String()
}

// CreateDatabase makes a database as Synapse wants it: UTF8 in the C locale, from template0.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	connection, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	_, err = connection.Exec(ctx, fmt.Sprintf(
		"CREATE DATABASE %s ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0", pgx.Identifier{name}.Sanitize()))
	return err
}

// PID is the id of the server process.
func (s *Server) PID() int { return s.process.PID() }

// Stop ends the server and removes its folder. A second call does nothing.
func (s *Server) Stop() error {
	s.once.Do(func() {
		if s.process != nil {
			s.stopErr = s.process.Stop()
		}
		s.stopErr = errors.Join(s.stopErr, os.RemoveAll(s.dir))
	})
	return s.stopErr
}
