// Package synapse runs two federating Synapse servers on a real PostgreSQL, scraped by a real Prometheus, all on loopback
// ports and in a temporary folder, with traffic through the client API.
package synapse

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
)

// Options say how to run the pair.
type Options struct {
	Versions       [2]string // of those in requirements/; Oldest and Newest where empty
	Progress       servers.Progress
	ScrapeInterval time.Duration // whole seconds; 3 s if zero
	Crowd          Crowd         // a small one if zero
	GlobalFactor   float64       // of all caches; 0: the few of CacheFactors are small, the others Synapse's defaults
}

// Pair is the running whole.
type Pair struct {
	Servers        [2]*Server
	PrometheusURL  string
	ScrapeInterval time.Duration

	progress servers.Progress
	space    *servers.Space
	pythons  [2]string
	world    *world
}

// Start brings the pair up and makes its users and rooms. On an error nothing is left behind.
func Start(ctx context.Context, options Options) (*Pair, error) {
	if options.ScrapeInterval == 0 {
		options.ScrapeInterval = 3 * time.Second
	}
	pythons, err := ensureBoth(ctx, options.Versions, options.Progress)
	if err != nil {
		return nil, err
	}
	space, err := servers.NewSpace("synapse-pair")
	if err != nil {
		return nil, err
	}
	p := &Pair{space: space, progress: options.Progress, ScrapeInterval: options.ScrapeInterval, pythons: pythons}
	if err := p.start(ctx, options); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

func (p *Pair) start(ctx context.Context, options Options) error {
	if err := p.startServers(ctx, options.GlobalFactor); err != nil {
		return err
	}
	for _, server := range p.Servers {
		if err := p.watch(ctx, server); err != nil {
			return err
		}
	}
	if err := p.startPrometheus(ctx); err != nil {
		return err
	}
	p.progress.Say("making users and rooms that both servers share (ten seconds, more for a large crowd)")
	world, err := newWorld(ctx, p.Servers, options.Crowd)
	p.world = world
	return err
}

// startServers starts PostgreSQL and both homeservers on it, which then come up at the same time.
func (p *Pair) startServers(ctx context.Context, globalFactor float64) error {
	cluster, err := postgres.Start(ctx, postgres.Options{Dir: p.space.Dir, Progress: p.progress})
	if err != nil {
		return err
	}
	p.space.Own(cluster.Stop)
	databases, err := CreateDatabases(ctx, cluster)
	if err != nil {
		return err
	}
	for i, database := range databases {
		server, err := newServer(filepath.Join(p.space.Dir, database.Name), database, globalFactor, false)
		if err != nil {
			return err
		}
		if err := server.launch(p.pythons[i]); err != nil {
			return err
		}
		p.space.Own(server.stop)
		p.Servers[i] = server
	}
	return nil
}

// Restart ends both homeservers and starts them again, with empty caches and all counters at zero.
func (p *Pair) Restart(ctx context.Context) error {
	p.progress.Say("restarting both homeservers")
	for i, server := range p.Servers {
		if err := server.stop(); err != nil {
			return err
		}
		if err := server.launch(p.pythons[i]); err != nil {
			return err
		}
	}
	for _, server := range p.Servers {
		if err := server.ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// watch waits for a homeserver, gives it an admin, and puts the recorder in front of its metrics.
func (p *Pair) watch(ctx context.Context, server *Server) error {
	p.progress.Say("waiting for Synapse " + server.ServerName)
	if err := server.ready(ctx); err != nil {
		return err
	}
	admin, err := server.register(ctx, "admin", true)
	if err != nil {
		return fmt.Errorf("register the admin of %s: %w", server.ServerName, err)
	}
	server.AdminToken = admin.token
	said, err := ReadMetrics(ctx, server.MetricsURL)
	if err != nil {
		return err
	}
	_, server.named = said.By("synapse_util_caches_cache", "server_name", nil)[server.ServerName]
	server.Scrapes, err = startRecorder(server.MetricsURL)
	if err != nil {
		return err
	}
	p.space.Own(server.Scrapes.stop)
	return nil
}

// Stop ends what Start started, last things first, and removes the folder. A second call does nothing.
func (p *Pair) Stop() error { return p.space.Close() }
