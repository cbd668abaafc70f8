package grafana

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// ErrNone says, in one line, how to get a Grafana.
var ErrNone = errors.New("no Grafana found: unpack one from https://grafana.com/grafana/download and set GRAFANA_HOME " +
	"to its folder, or install its package, or start Docker")

// image is what Docker runs where no Grafana is installed: the version that GRAFANA_VERSION names, or the oldest one that the
// plugin supports.
func image() string { return "grafana/grafana:" + cmp.Or(os.Getenv("GRAFANA_VERSION"), "12.2.0") }

// Installation is a Grafana that can be started.
type Installation struct {
	Binary string // the server, or docker
	Home   string // its home folder; empty with Docker
}

// Find looks for GRAFANA_HOME, then a packaged Grafana, then a Docker daemon that answers.
func Find(ctx context.Context) (*Installation, error) {
	if home := os.Getenv("GRAFANA_HOME"); home != "" {
		if found := inHome(home); found != nil {
			return found, nil
		}
	}
	for _, home := range []string{
		"/usr/share/grafana",
		"/opt/homebrew/opt/grafana/share/grafana",
		"/usr/local/opt/grafana/share/grafana",
	} {
		if found := inHome(home); found != nil {
			return found, nil
		}
	}
	if docker, err := exec.LookPath("docker"); err == nil && answers(ctx, docker) {
		return &Installation{Binary: docker}, nil
	}
	return nil, ErrNone
}

// inHome finds the server that belongs to a home folder: inside of it, as in the archives, or on the PATH, as packages
// put it.
func inHome(home string) *Installation {
	if _, err := os.Stat(filepath.Join(home, "conf", "defaults.ini")); err != nil {
		return nil
	}
	if binary, err := exec.LookPath(filepath.Join(home, "bin", "grafana")); err == nil {
		return &Installation{Binary: binary, Home: home}
	}
	if binary, err := exec.LookPath("grafana"); err == nil {
		return &Installation{Binary: binary, Home: home}
	}
	return nil
}

func answers(ctx context.Context, docker string) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return exec.CommandContext(ctx, docker, "info").Run() == nil
}
