// Package real runs two federating Synapse servers on a real PostgreSQL, scraped by a real Prometheus, all on loopback
// ports and in a temporary folder, with traffic through the client API.
package real

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Options say how to run the pair.
type Options struct {
	Progress       func(string)  // told at every slow step; nil is silence
	ScrapeInterval time.Duration // 3 s if zero
}

// Pair is the running whole.
type Pair struct {
	Servers        [2]*Server
	PrometheusURL  string
	ScrapeInterval time.Duration

	progress func(string)
	world    *world
	stops    []func()
}

// Start brings the pair up and makes its users and rooms. On an error nothing is left behind.
func Start(ctx context.Context, options Options) (*Pair, error) {
	if options.Progress == nil {
		options.Progress = func(string) {}
	}
	if options.ScrapeInterval == 0 {
		options.ScrapeInterval = 3 * time.Second
	}
	p := &Pair{progress: options.Progress, ScrapeInterval: options.ScrapeInterval}
	if err := p.start(ctx); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

func (p *Pair) start(ctx context.Context) error {
	python, err := ensureSynapse(ctx, p.progress)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "synapse-pair-")
	if err != nil {
		return err
	}
	p.stops = append(p.stops, func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL may run as another user
		return err
	}
	if err := p.startServers(ctx, python, dir); err != nil {
		return err
	}
	if err := p.startPrometheus(ctx, filepath.Join(dir, "prometheus")); err != nil {
		return err
	}
	p.progress("making users and rooms that both servers share")
	p.world, err = newWorld(ctx, p.Servers)
	return err
}

func (p *Pair) startServers(ctx context.Context, python, dir string) error {
	databases, stop, err := startDatabases(ctx, filepath.Join(dir, "postgres"), p.progress)
	if err != nil {
		return err
	}
	p.stops = append(p.stops, stop)
	for i, database := range databases {
		server, err := newServer(filepath.Join(dir, database.Name), database)
		if err != nil {
			return err
		}
		if err := server.launch(python); err != nil {
			return err
		}
		p.stops = append(p.stops, server.process.stop)
		p.Servers[i] = server
	}
	for _, server := range p.Servers {
		p.progress("waiting for Synapse " + server.ServerName + " (about ten seconds)")
		if err := server.ready(ctx); err != nil {
			return err
		}
		admin, err := server.register(ctx, "admin", true)
		if err != nil {
			return fmt.Errorf("register the admin of %s: %w", server.ServerName, err)
		}
		server.AdminToken = admin.token
		server.Scrapes, err = startRecorder(server.MetricsURL)
		if err != nil {
			return err
		}
		p.stops = append(p.stops, server.Scrapes.stop)
		server.Instance = server.Scrapes.addr
	}
	return nil
}

// Stop ends what Start started, last things first, and removes the folder.
func (p *Pair) Stop() {
	for i := len(p.stops) - 1; i >= 0; i-- {
		p.stops[i]()
	}
	p.stops = nil
}

// errorsOf joins what concurrent workers sent, leaving out the end of the context.
func errorsOf(found []error) error {
	var kept []error
	for _, err := range found {
		if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
			kept = append(kept, err)
		}
	}
	return errors.Join(kept...)
}
