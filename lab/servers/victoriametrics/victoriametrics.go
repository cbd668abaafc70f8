// Package victoriametrics starts a throw-away VictoriaMetrics on a free loopback port.
package victoriametrics

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// Version is the one that the module beside this package names; a test compares them.
const Version = "1.148.9"

// Server is a running VictoriaMetrics, a single node.
type Server struct {
	URL     string
	process *servers.Process
}

// Start builds it if no earlier run did, starts it with its data below dir, and waits until it answers. What is imported may be
// of any age.
func Start(ctx context.Context, dir string, progress servers.Progress) (*Server, error) {
	binary, err := built(ctx, progress)
	if err != nil {
		return nil, err
	}
	port, err := servers.FreePort()
	if err != nil {
		return nil, err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	process, err := servers.Start(servers.Command{
		Path: binary, Dir: dir, Log: filepath.Join(dir, "victoriametrics.log"),
		Args: []string{"-httpListenAddr=" + address, "-storageDataPath=" + filepath.Join(dir, "victoriametrics"), "-retentionPeriod=100y", "-search.latencyOffset=0s"},
	})
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + address, process: process}
	if err := process.WaitHTTP(ctx, s.URL+"/health", time.Minute); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// Stop ends the server.
func (s *Server) Stop() error { return s.process.Stop() }

// built gives the path of the program, which the module beside this package names.
func built(ctx context.Context, progress servers.Progress) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	binary := filepath.Join(cache, "matrix-synapse-datasource", "victoria-metrics")
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	progress.Say("building VictoriaMetrics (a few minutes, kept for the next time)")
	here, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "github.com/matrix-insight/synapse-datasource/lab/servers/victoriametrics").Output()
	if err != nil {
		return "", fmt.Errorf("find the lab's source: %w", err)
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics")
	build.Dir = filepath.Join(strings.TrimSpace(string(here)), "build")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build VictoriaMetrics: %w\n%s", err, out)
	}
	return binary, nil
}
