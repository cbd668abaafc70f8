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

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// Superuser may do everything and needs no password, from loopback. All other roles need theirs, so that a test of
// wrong credentials means something.
const Superuser = "postgres"

// Options say where to keep the data. An empty Dir, or one that PostgreSQL's account could not reach, means a
// temporary folder that Stop removes.
type Options struct {
	Dir      string
	Progress servers.Progress
	// Settings are further lines of postgresql.conf, as name → value.
	Settings map[string]string
	// Version is the major version of a server to download; "": an installed one, else a downloaded one.
	Version string
}

// Server is a running PostgreSQL.
type Server struct {
	Version string // as `postgres --version` says it
	bin     string // where its programs are
	user    *servers.User
	port    int
	process *servers.Process
	dir     string
	once    sync.Once
	stopErr error
}

// Start makes a new cluster and starts it: an installed PostgreSQL, else a downloaded one.
func Start(ctx context.Context, options Options) (*Server, error) {
	return launch(options, func(s *Server) (err error) {
		if s.bin, err = find(ctx, s.dir, options); err != nil {
			return err
		}
		if s.Version, err = version(ctx, s.bin); err != nil {
			return err
		}
		options.Progress.Say("starting " + s.Version)
		if err := s.initCluster(ctx); err != nil {
			return err
		}
		if err := s.configure(options.Settings); err != nil {
			return err
		}
		return s.run(ctx)
	})
}

// launch gives a server its folder, account and port, and has it started; what fails leaves nothing behind.
func launch(options Options, start func(*Server) error) (*Server, error) {
	s := &Server{}
	if err := s.makeDir(options.Dir); err != nil {
		return nil, err
	}
	if err := s.settle(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	if err := start(s); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) makeDir(dir string) (err error) {
	if dir == "" || (os.Geteuid() == 0 && !servers.Traversable(dir)) {
		s.dir, err = servers.TempDir("postgres")
		return err
	}
	s.dir, err = os.MkdirTemp(dir, "postgres-")
	return err
}

func (s *Server) settle() (err error) {
	if s.port, err = servers.FreePort(); err != nil {
		return err
	}
	if s.user, err = account(); err != nil || s.user == nil {
		return err
	}
	return os.Chown(s.dir, s.user.UID, s.user.GID)
}

// data is the cluster's folder.
func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) run(ctx context.Context) (err error) {
	s.process, err = servers.Start(servers.Command{
		Path: filepath.Join(s.bin, "postgres"),
		Args: []string{"-D", s.data()},
		Env:  environment(s.dir),
		Dir:  s.dir,
		Log:  s.LogFile(),
		User: s.user,
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

// LogFile is what the server logs to.
func (s *Server) LogFile() string { return filepath.Join(s.dir, "postgres.log") }

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
