//go:build unix

package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
	"github.com/matrix-insight/synapse-datasource/lab/servers/prometheus"
	"github.com/matrix-insight/synapse-datasource/lab/servers/redis"
	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

// ward is one homeserver with all that it needs, so that several can be sick at once and none hears of the others.
type ward struct {
	space    *servers.Space
	cluster  *postgres.Server
	database synapse.Database // as Synapse sees it, through the proxy
	proxy    *proxy

	peerDatabase synapse.Database
	server       *synapse.Server
	peer         *synapse.Server // another homeserver, where a fault needs one
	redis        *redis.Server   // where there are workers
	prometheus   *prometheus.Server
	people       []*person
	running      sync.WaitGroup
}

const (
	scrapeEvery = 5 * time.Second
	reader      = "grafana_synapse" // whom the data source signs in as
)

// admit starts everything for one fault. Also on an error, what was started is the space's to end.
func (w *ward) admit(ctx context.Context, f fault, version string, seed uint64, progress servers.Progress) (err error) {
	if err := w.startDatabase(ctx, f, progress); err != nil {
		return err
	}
	settings, err := w.settingsOf(f)
	if err != nil {
		return err
	}
	modules, err := filepath.Abs("research/sick/modules")
	if err != nil {
		return err
	}
	alone := synapse.Alone{
		Dir: filepath.Join(w.space.Dir, "synapse"), Version: version, Database: w.database, Modules: modules, Through: f.through,
		Settings: fmt.Sprintf("modules: [{module: sick.Sick, config: {folder: %q}}]\n%s", w.space.Dir, settings), Progress: progress,
	}
	if f.workers {
		if err := w.startRedis(ctx, 0); err != nil {
			return err
		}
		alone.Redis = w.redis.Port
	}
	w.server, err = synapse.StartAlone(ctx, alone)
	if w.server != nil {
		w.space.Own(w.server.Stop)
	}
	if err != nil {
		return err
	}
	if err := w.startWorkers(ctx); err != nil {
		return err
	}
	w.people, err = settle(ctx, w.server, seed)
	if err != nil {
		return err
	}
	if f.peer {
		if err := w.invitePeer(ctx, version, progress); err != nil {
			return err
		}
	}
	w.prometheus, err = prometheus.Start(ctx, prometheus.Options{Dir: w.space.Dir, Config: w.scrapeConfig(), Progress: progress})
	if err != nil {
		return err
	}
	w.space.Own(w.prometheus.Stop)
	return nil
}

func (w *ward) startWorkers(ctx context.Context) error {
	for _, worker := range w.server.Workers {
		if err := worker.Start(ctx); err != nil {
			return err
		}
		w.space.Own(worker.Stop)
	}
	return nil
}

func (w *ward) startDatabase(ctx context.Context, f fault, progress servers.Progress) (err error) {
	w.cluster, err = postgres.Start(ctx, postgres.Options{Dir: w.space.Dir, Settings: f.postgres, Progress: progress})
	if err != nil {
		return err
	}
	w.space.Own(w.cluster.Stop)
	databases, err := synapse.CreateDatabases(ctx, w.cluster)
	if err != nil {
		return err
	}
	w.database, w.peerDatabase = databases[0], databases[1]
	w.proxy, err = startProxy(net.JoinHostPort(w.cluster.Host(), strconv.Itoa(w.cluster.Port())))
	if err != nil {
		return err
	}
	w.space.Own(w.proxy.stop)
	w.database.Port = w.proxy.port()
	return w.execute(ctx, `CREATE ROLE `+reader+` LOGIN PASSWORD '`+reader+`'`, `GRANT pg_read_all_data TO `+reader)
}

// settingsOf is the fault's YAML; two of them depend on the ward.
func (w *ward) settingsOf(f fault) (string, error) {
	switch f.settings {
	case "@pool":
		return w.pool(1), nil
	case "@bridge":
		return w.bridge()
	default:
		return f.settings, nil
	}
}

// scrapeConfig names the processes as Synapse's documentation does.
func (w *ward) scrapeConfig() string {
	config := fmt.Sprintf(`global: {scrape_interval: %[1]ds, scrape_timeout: %[1]ds}
scrape_configs:
  - job_name: synapse
    metrics_path: /_synapse/metrics
    static_configs:
`, int(scrapeEvery.Seconds()))
	add := func(url, job string) {
		target := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/_synapse/metrics")
		config += fmt.Sprintf("      - targets: [%q]\n        labels: {job: %q, index: \"1\"}\n", target, job)
	}
	if len(w.server.Workers) == 0 {
		add(w.server.MetricsURL, "synapse")
		return config
	}
	add(w.server.MetricsURL, "master")
	for _, worker := range w.server.Workers {
		add(worker.MetricsURL, strings.TrimSuffix(worker.Name, "1"))
	}
	return config
}

// execute runs statements as the superuser.
func (w *ward) execute(ctx context.Context, statements ...string) error {
	connection, err := pgx.Connect(ctx, w.cluster.DSN(w.database.Name))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close(ctx) }()
	for _, statement := range statements {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// until does something again and again until the context ends.
func (w *ward) until(ctx context.Context, every time.Duration, do func()) {
	w.running.Go(func() {
		for ctx.Err() == nil {
			do()
			select {
			case <-time.After(every):
			case <-ctx.Done():
			}
		}
	})
}

// source is the ward as an admin would have it in Grafana. The data source goes around the proxy.
func (w *ward) source(id string) ask.Source {
	return ask.Source{
		URL: w.prometheus.URL,
		UID: id,
		JSON: map[string]any{
			"scrapeInterval":   fmt.Sprintf("%ds", int(scrapeEvery.Seconds())),
			"cacheTTL":         "0s",
			"postgresHost":     fmt.Sprintf("%s:%d", w.cluster.Host(), w.cluster.Port()),
			"postgresDatabase": w.database.Name,
			"postgresUser":     reader,
			"postgresSslMode":  "disable",
		},
		Secure: map[string]string{"postgresPassword": reader, "pseudonymKey": "a key of the ward"},
		User:   ask.Admin,
	}
}
