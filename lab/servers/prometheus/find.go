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

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// Promtool returns the path of promtool, which unit-tests Prometheus' rules. It is found like the server itself.
func Promtool(ctx context.Context, progress servers.Progress) (string, error) {
	return find(ctx, "promtool", progress)
}

// Newest returns the path of a Prometheus of the version that the module beside this package names, whatever is installed.
func Newest(ctx context.Context, progress servers.Progress) (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	built := executable(cache, "prometheus-newest")
	if runs(ctx, built) {
		return built, nil
	}
	return built, buildFromSource(ctx, built, "prometheus", progress)
}

// find returns the path of a program of Prometheus: the installed one, else one that an earlier run has put into the
// cache folder, else the one in the system's package, else one built from source.
func find(ctx context.Context, program string, progress servers.Progress) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	cached := executable(cache, program)
	if runs(ctx, cached) {
		return cached, nil
	}
	packageErr := unpackPackage(ctx, cache, progress)
	if packageErr == nil && runs(ctx, cached) {
		return cached, nil
	}
	if err := buildFromSource(ctx, cached, program, progress); err != nil {
		return "", fmt.Errorf("install Prometheus: %s was not found, and fetching or building it failed: %w", program, errors.Join(packageErr, err))
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

func executable(dir, program string) string {
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	return filepath.Join(dir, program)
}

func runs(ctx context.Context, path string) bool {
	return exec.CommandContext(ctx, path, "--version").Run() == nil
}

// unpackPackage takes the server and promtool out of Debian's package without installing it: an installed server would
// be started as a service and stay.
func unpackPackage(ctx context.Context, cache string, progress servers.Progress) error {
	for _, tool := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			return err
		}
	}
	progress.Say("Prometheus is not installed: fetching the system's package (about 20 MB, kept for the next time)")
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
	for _, program := range []string{"prometheus", "promtool"} {
		if err := os.Rename(filepath.Join(dir, "usr", "bin", program), filepath.Join(cache, program)); err != nil {
			return err
		}
	}
	return nil
}

// buildFromSource builds a program from the module beside this package. Without service discovery it takes a minute or
// two; the web pages are left out.
func buildFromSource(ctx context.Context, output, program string, progress servers.Progress) error {
	progress.Say("building " + program + " (a few minutes, kept for the next time)")
	here, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}",
		"github.com/matrix-insight/synapse-datasource/lab/servers/prometheus").Output()
	if err != nil {
		return fmt.Errorf("find the lab's source: %w", err)
	}
	module := filepath.Join(strings.TrimSpace(string(here)), "build")
	return run(ctx, module, "go", "build", "-tags", "remove_all_sd,netgo", "-o", output,
		"github.com/prometheus/prometheus/cmd/"+program)
}

func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = servers.Attributes(nil, os.Kill)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return nil
}
