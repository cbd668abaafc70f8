// Command homeserver is the simulated homeserver of docker-compose.yaml: it writes six hours of metrics into a Prometheus data
// folder, fills a PostgreSQL, and goes on as the processes that Prometheus scrapes. -check asks whether it is ready.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/stack"
	"github.com/matrix-insight/synapse-datasource/lab/simulate"
)

const history = 6 * time.Hour

type options struct {
	prometheus string // a folder that Prometheus sees too
	database   string // how a superuser of PostgreSQL connects
	address    string // where Prometheus finds us
}

func main() {
	var o options
	flag.StringVar(&o.prometheus, "prometheus", "/prometheus", "folder for prometheus.yml and the data folder tsdb")
	flag.StringVar(&o.database, "database", "", "connection string of a superuser of an empty database")
	flag.StringVar(&o.address, "address", "127.0.0.1:9000", "host and port at which Prometheus reaches this program")
	check := flag.Bool("check", false, "only ask whether a running one is ready")
	flag.Parse()
	ctx, cancel := servers.Context()
	defer cancel()
	run := serve
	if *check {
		run = ready
	}
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ready(ctx context.Context, o options) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+o.address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func serve(ctx context.Context, o options) error {
	end := time.Now().Truncate(stack.ScrapeInterval)
	simulation, err := simulate.New(simulate.Options{
		Seed: 1, Profile: simulate.Troubled, Start: end.Add(-history), End: end, ScrapeInterval: stack.ScrapeInterval, Clock: time.Now,
	})
	if err != nil {
		return err
	}
	if err := writeHistory(ctx, o, simulation); err != nil {
		return err
	}
	if err := fill(ctx, o.database, end); err != nil {
		return err
	}
	server := &http.Server{Addr: o.address, Handler: stack.Metrics(simulation.Processes()), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Println("ready; serving metrics at", o.address)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// writeHistory replaces what an earlier run left: the simulation begins anew, and so must its history.
func writeHistory(ctx context.Context, o options, from *simulate.Simulation) error {
	data := filepath.Join(o.prometheus, "tsdb")
	if err := os.RemoveAll(data); err != nil {
		return err
	}
	if err := from.WriteBlocks(ctx, data, func(sentence string) { fmt.Println(sentence) }); err != nil {
		return err
	}
	config, err := stack.ScrapeConfig(from.Processes(), o.address)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.prometheus, "prometheus.yml"), []byte(config), 0o644) //nolint:gosec // Prometheus has another user
}

func fill(ctx context.Context, dsn string, now time.Time) error {
	connection, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	return errors.Join(
		database.Fill(ctx, connection, database.Options{Seed: 1, Now: now}),
		database.Role(ctx, connection, "grafana_synapse", "grafana"))
}
