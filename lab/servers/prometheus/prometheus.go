// Package prometheus starts a throw-away Prometheus on a free loopback port.
package prometheus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// Options say what to serve.
type Options struct {
	Dir      string // the log and the configuration go here; must exist
	Data     string // a TSDB folder, which may hold blocks already; default Dir/data
	Config   string // YAML; default: scrape nothing
	Progress servers.Progress
	Args     []string // further flags
	Binary   string   // default: what is installed or can be had
}

// Server is a running Prometheus.
type Server struct {
	URL     string
	process *servers.Process
}

// Start starts an installed Prometheus, else the system's package, else one built from its source, and waits until it
// answers queries.
func Start(ctx context.Context, options Options) (*Server, error) {
	binary := options.Binary
	if binary == "" {
		var err error
		if binary, err = find(ctx, "prometheus", options.Progress); err != nil {
			return nil, err
		}
	}
	if options.Data == "" {
		options.Data = filepath.Join(options.Dir, "data")
	}
	if options.Config == "" {
		options.Config = "scrape_configs: []\n"
	}
	config := filepath.Join(options.Dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte(options.Config), 0o644); err != nil {
		return nil, err
	}
	port, err := servers.FreePort()
	if err != nil {
		return nil, err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	options.Progress.Say("starting " + binary)
	process, err := servers.Start(servers.Command{
		Path: binary,
		Args: append([]string{
			"--config.file=" + config,
			"--storage.tsdb.path=" + options.Data,
			"--storage.tsdb.retention.time=10y", // history may be as old as a test likes
			"--web.listen-address=" + address,
			"--log.level=warn",
		}, options.Args...),
		Dir: options.Dir,
		Log: filepath.Join(options.Dir, "prometheus.log"),
	})
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + address, process: process}
	if err := process.WaitHTTP(ctx, s.URL+"/-/ready", 2*time.Minute); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// PID is the id of the server process.
func (s *Server) PID() int { return s.process.PID() }

// Stop ends the server. Its data stays: the folder is the caller's.
func (s *Server) Stop() error { return s.process.Stop() }
