// Command load measures what the plugin's statements cost a large database, and Synapse beside them. It fills a PostgreSQL with as many
// forward extremities as -rows says, writes events as Synapse does, with and without the plugin in turn, and writes its section of
// docs/reliability.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	lab "github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream/postgres"
)

const (
	synapse = "synapse"
	role    = "grafana"
)

type options struct {
	rows, rounds int
	phase        time.Duration
	page         string
}

func main() {
	var o options
	flag.IntVar(&o.rows, "rows", 4_000_000, "forward extremities; a million takes about 0.4 GB of disk, and as much again while it is filled")
	flag.IntVar(&o.rounds, "rounds", 6, "rounds of phases: without the plugin, with it as usual, and with it without a break")
	flag.DurationVar(&o.phase, "phase", 5*time.Second, "how long a phase takes")
	flag.StringVar(&o.page, "page", "../docs/reliability.md", "the page that has the section")
	flag.Parse()
	ctx, stop := servers.Context()
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	began := time.Now()
	progress := func(sentence string) { fmt.Fprintf(os.Stderr, "%6.1f s  %s\n", time.Since(began).Seconds(), sentence) }
	server, err := lab.Start(ctx, lab.Options{Progress: progress, Settings: map[string]string{"max_wal_size": "512MB"}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	if err := server.CreateDatabase(ctx, synapse); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, server.DSN(synapse))
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // the server goes away
	progress(fmt.Sprintf("filling %d extremities", o.rows))
	if err := fill(ctx, conn, o.rows); err != nil {
		return err
	}
	db := postgres.New(settings.Postgres{
		Host: net.JoinHostPort(server.Host(), strconv.Itoa(server.Port())), Database: synapse, User: role, Password: "choose-a-password", SSLMode: "disable",
		MaxConnections: 3, StatementTimeout: 10 * time.Second, FullPassTimeout: 10 * time.Minute,
	}, nil)
	defer db.Close()
	r := report{options: o, version: server.Version}
	if err := conn.QueryRow(ctx, `SELECT pg_total_relation_size('event_forward_extremities')`).Scan(&r.bytes); err != nil {
		return err
	}
	progress("each statement once")
	if r.statements, err = each(ctx, db); err != nil {
		return err
	}
	progress("the ranking alone")
	if r.ranking, err = rank(ctx, db); err != nil {
		return err
	}
	for n := range o.rounds {
		progress(fmt.Sprintf("round %d of %d", n+1, o.rounds))
		measured, err := measure(ctx, conn, db, o.phase, n)
		if err != nil {
			return err
		}
		r.measured = append(r.measured, measured)
	}
	return r.write()
}
