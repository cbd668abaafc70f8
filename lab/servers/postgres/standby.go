package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNoStandby says what a standby needs: the PostgreSQL that is downloaded where none is installed can't copy a server.
var ErrNoStandby = errors.New("a standby needs an installed PostgreSQL with pg_basebackup")

// StartStandby copies a running server and starts the copy as a hot standby that streams from it. It is a server of its
// own, to be stopped before its primary. Its settings are the primary's, with those of options above them.
func (s *Server) StartStandby(ctx context.Context, options Options) (*Server, error) {
	if !has(s.bin, "pg_basebackup") {
		return nil, ErrNoStandby
	}
	return launch(options, func(standby *Server) error {
		standby.bin, standby.Version = s.bin, s.Version
		options.Progress.Say("starting a standby of it")
		if err := standby.tool(ctx, "pg_basebackup", "--pgdata", standby.data(), "--host", s.Host(), "--port", strconv.Itoa(s.port),
			"--username", Superuser, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"); err != nil {
			return err
		}
		if err := standby.set(options.Settings); err != nil {
			return err
		}
		return standby.run(ctx)
	})
}

// CatchUp waits until a standby has replayed all that its primary has written so far.
func (s *Server) CatchUp(ctx context.Context, primary *Server) error {
	written, err := primary.flush(ctx)
	if err != nil {
		return err
	}
	connection, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	return s.process.Wait(ctx, time.Minute, func(ctx context.Context) error {
		var replayed string
		var enough bool
		const sql = "SELECT pg_last_wal_replay_lsn()::text, pg_last_wal_replay_lsn() >= $1::pg_lsn"
		if err := connection.QueryRow(ctx, sql, written).Scan(&replayed, &enough); err != nil || enough {
			return err
		}
		return fmt.Errorf("the standby is at %s, its primary at %s", replayed, written)
	})
}

// flush writes the log to the disk, from where it is sent, and tells how far it goes.
func (s *Server) flush(ctx context.Context) (lsn string, err error) {
	connection, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return "", err
	}
	defer func() { _ = connection.Close(ctx) }()
	// A commit that waits takes all that was written before it along; it needs something to commit.
	for _, sql := range []string{"SET synchronous_commit = on", "SELECT pg_logical_emit_message(true, 'lab', '')"} {
		if _, err := connection.Exec(ctx, sql); err != nil {
			return "", err
		}
	}
	err = connection.QueryRow(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&lsn)
	return lsn, err
}
