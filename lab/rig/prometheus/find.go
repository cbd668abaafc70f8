package prometheus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/rig"
)

// find names a Prometheus server: an installed one, else one that an earlier run has put into the cache folder, else
// the system's package, else one built from its source.
func find(ctx context.Context, progress rig.Progress) (string, error) {
	if path, err := exec.LookPath("prometheus"); err == nil {
		return path, nil
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	cached := filepath.Join(cache, executable())
	if runs(ctx, cached) {
		return cached, nil
	}
	packageErr := unpackPackage(ctx, cache, cached, progress)
	if packageErr == nil && runs(ctx, cached) {
		return cached, nil
	}
	if err := buildFromSource(ctx, cached, progress); err != nil {
		return "", fmt.Errorf("no Prometheus: none is installed, and none could be made: %w", errors.Join(packageErr, err))
	}
	return cached, nil
}

func cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(base, "matrix-synapse-datasource")
	return dir, os.MkdirAll(dir, 0o755)
}

func executable() string {
	if runtime.GOOS == "windows" {
		return "prometheus.exe"
	}
	return "prometheus"
}

func runs(ctx context.Context, path string) bool {
	return exec.CommandContext(ctx, path, "--version").Run() == nil
}

// unpackPackage takes the server out of Debian's package without installing it: an installed one would be started as a
// service and stay.
func unpackPackage(ctx context.Context, cache, target string, progress rig.Progress) error {
	for _, tool := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			return err
		}
	}
	progress.Say("no Prometheus is installed: fetching the system's package (about 20 MB, kept for the next time)")
	dir, err := os.MkdirTemp(cache, "package-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	err = run(ctx, dir, "apt-get", "download", "-q", "prometheus")
	if err != nil && os.Geteuid() == 0 { // a new machine has no package lists yet
		if err = run(ctx, dir, "apt-get", "update", "-q"); err == nil {
			err = run(ctx, dir, "apt-get", "download", "-q", "prometheus")
		}
	}
	if err != nil {
		return err
	}
	packages, _ := filepath.Glob(filepath.Join(dir, "prometheus_*.deb"))
	if len(packages) != 1 {
		return fmt.Errorf("apt-get download left %d packages", len(packages))
	}
	if err := run(ctx, dir, "dpkg-deb", "--extract", packages[0], "."); err != nil {
		return err
	}
	return os.Rename(filepath.Join(dir, "usr", "bin", "prometheus"), target)
}

// buildFromSource builds the server from the module beside this package. Without service discovery it takes a minute
// or two; the web pages are left out.
func buildFromSource(ctx context.Context, target string, progress rig.Progress) error {
	progress.Say("no Prometheus is installed: building one (a few minutes, kept for the next time)")
	here, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}",
		"github.com/matrix-insight/synapse-datasource/lab/rig/prometheus").Output()
	if err != nil {
		return fmt.Errorf("find the lab's source: %w", err)
	}
	module := filepath.Join(strings.TrimSpace(string(here)), "build")
	return run(ctx, module, "go", "build", "-tags", "remove_all_sd,netgo", "-o", target,
		"github.com/prometheus/prometheus/cmd/prometheus")
}

func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = rig.Attributes(nil, os.Kill)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return nil
}
