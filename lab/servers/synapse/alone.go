package synapse

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// Alone says how to run one homeserver without a partner.
type Alone struct {
	Dir      string
	Version  string
	Database Database
	Settings string   // YAML; each of its options replaces the one in homeserver.yaml
	Modules  string   // a folder in which Python finds modules
	Through  []string // the command that starts Synapse, such as prlimit with its options
	Redis    int      // the port of a Redis, by which the main process and workers speak; 0: there are no workers
	Progress servers.Progress
}

// withModules is what Python runs in isolated mode, where no variable names folders with modules.
const withModules = `import sys; sys.path.append(sys.argv.pop(1)); from synapse.app.%s import main; main()`

// command is how a process of Synapse starts, without its configuration.
func (a Alone) command(python, app string) []string {
	through := append([]string{}, a.Through...)
	if a.Modules == "" {
		return append(through, python, "-I", "-m", "synapse.app."+app)
	}
	return append(through, python, "-I", "-B", "-c", fmt.Sprintf(withModules, app), a.Modules)
}

// StartAlone starts one homeserver and waits until it answers.
func StartAlone(ctx context.Context, a Alone) (*Server, error) {
	wanted, err := releaseOf(a.Version)
	if err != nil {
		return nil, err
	}
	python, err := ensureSynapse(ctx, wanted, a.Progress)
	if err != nil {
		return nil, err
	}
	server, err := newServer(a.Dir, a.Database, 0.5, a.Redis != 0)
	if err != nil {
		return nil, err
	}
	server.alone, server.python = a, python
	if a.Redis != 0 {
		if err := server.addWorkers(); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(a.Dir, "more.yaml"), []byte(a.Settings), 0o600); err != nil {
		return nil, err
	}
	return server, server.Start(ctx)
}

// Start starts a homeserver, also again, and waits until it answers.
func (s *Server) Start(ctx context.Context) error {
	if err := s.launch(s.python); err != nil {
		return err
	}
	return s.ready(ctx)
}

// Launch starts a homeserver that may not come up.
func (s *Server) Launch() error { return s.launch(s.python) }

// Stop ends a homeserver as an admin does.
func (s *Server) Stop() error { return s.stop() }

// PID is the id of the homeserver's process.
func (s *Server) PID() int { return s.process.PID() }

// Register makes a user.
func (s *Server) Register(ctx context.Context, name string) (*Client, error) {
	return s.register(ctx, name, false)
}
