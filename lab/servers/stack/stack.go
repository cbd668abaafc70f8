// Package stack starts what the plugin asks: a PostgreSQL with a simulated homeserver's database and a Prometheus with
// its history, which goes on live where wanted.
package stack

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
	"github.com/matrix-insight/synapse-datasource/lab/servers/prometheus"
	"github.com/matrix-insight/synapse-datasource/lab/simulate"
)

// Options say what to simulate.
type Options struct {
	Seed     uint64
	Healthy  bool          // without the planted problems
	History  time.Duration // default 6h
	Live     bool          // Prometheus goes on scraping
	Progress servers.Progress
}

// Stack is what was started. Its parts stop when the space closes.
type Stack struct {
	Postgres   *postgres.Server
	Prometheus *prometheus.Server
	Source     ask.Source // how the plugin is to be configured
	History    ask.Span   // the written past
}

const (
	databaseName = "synapse"
	reader       = "grafana_synapse"
	password     = "a 'quoted' \\ secret" // what a configuration must survive
	pseudonymKey = "the laboratory's own key"
)

// Start starts everything within a space.
func Start(ctx context.Context, space *servers.Space, options Options) (*Stack, error) {
	if options.History == 0 {
		options.History = 6 * time.Hour
	}
	simulation, span, err := newSimulation(options)
	if err != nil {
		return nil, err
	}
	s := &Stack{History: span}
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.startPostgres(groupCtx, space, options) })
	group.Go(func() error { return s.startPrometheus(groupCtx, space, options, simulation) })
	if err := group.Wait(); err != nil {
		return nil, err
	}
	s.Source = ask.Source{
		URL: s.Prometheus.URL,
		JSON: map[string]any{
			"scrapeInterval":   ScrapeInterval.String(),
			"postgresHost":     fmt.Sprintf("%s:%d", s.Postgres.Host(), s.Postgres.Port()),
			"postgresDatabase": databaseName,
			"postgresUser":     reader,
			"postgresSslMode":  "disable",
		},
		Secure: map[string]string{"postgresPassword": password, "pseudonymKey": pseudonymKey},
		User:   ask.Admin,
	}
	return s, nil
}

// Environment is the same configuration as variables of the repository's provisioning.
func (s *Stack) Environment() map[string]string {
	return map[string]string{
		"SYNAPSE_PROMETHEUS_URL":    s.Prometheus.URL,
		"SYNAPSE_SCRAPE_INTERVAL":   ScrapeInterval.String(),
		"SYNAPSE_POSTGRES_HOST":     fmt.Sprintf("%s:%d", s.Postgres.Host(), s.Postgres.Port()),
		"SYNAPSE_POSTGRES_DATABASE": databaseName,
		"SYNAPSE_POSTGRES_USER":     reader,
		"SYNAPSE_POSTGRES_PASSWORD": password,
		"SYNAPSE_POSTGRES_SSLMODE":  "disable",
		"SYNAPSE_PSEUDONYM_KEY":     pseudonymKey,
	}
}

func newSimulation(options Options) (*simulate.Simulation, ask.Span, error) {
	end := time.Now().Truncate(ScrapeInterval)
	span := ask.Span{From: end.Add(-options.History), To: end}
	profile := simulate.Troubled
	if options.Healthy {
		profile = simulate.Healthy
	}
	simulated := simulate.Options{
		Seed: options.Seed, Profile: profile, Start: span.From, End: span.To, ScrapeInterval: ScrapeInterval,
	}
	if options.Live {
		simulated.Clock = time.Now
	}
	simulation, err := simulate.New(simulated)
	return simulation, span, err
}

func (s *Stack) startPostgres(ctx context.Context, space *servers.Space, options Options) error {
	var err error
	if s.Postgres, err = postgres.Start(ctx, postgres.Options{Dir: space.Dir, Progress: options.Progress}); err != nil {
		return err
	}
	space.Own(s.Postgres.Stop)
	if err := s.Postgres.CreateDatabase(ctx, databaseName); err != nil {
		return err
	}
	connection, err := pgx.Connect(ctx, s.Postgres.DSN(databaseName))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	options.Progress.Say("filling PostgreSQL with Synapse's tables and rooms")
	err = database.Fill(ctx, connection, database.Options{Seed: options.Seed, Now: s.History.To, Healthy: options.Healthy})
	return errors.Join(err, database.Role(ctx, connection, reader, password))
}

func (s *Stack) startPrometheus(ctx context.Context, space *servers.Space, options Options, from *simulate.Simulation) error {
	data := filepath.Join(space.Dir, "tsdb")
	options.Progress.Say(fmt.Sprintf("writing %s of metrics history", options.History))
	if err := from.WriteBlocks(ctx, data, options.Progress.Say); err != nil {
		return err
	}
	config := ""
	if options.Live {
		var err error
		if config, err = serve(space, from.Processes()); err != nil {
			return err
		}
	}
	var err error
	s.Prometheus, err = prometheus.Start(ctx, prometheus.Options{
		Dir: space.Dir, Data: data, Config: config, Progress: options.Progress,
	})
	if err != nil {
		return err
	}
	space.Own(s.Prometheus.Stop)
	return nil
}
