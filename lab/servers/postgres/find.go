package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	embedded "github.com/fergusstrange/embedded-postgres"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// downloads are the servers that can be downloaded, by their major version.
var downloads = map[string]embedded.PostgresVersion{"10": embedded.V10, "13": "13.23.0", "16": embedded.V16, "18": embedded.V18}

// ErrDownload says what a version that is not installed needs.
var ErrDownload = errors.New("PostgreSQL can't be downloaded: it needs Maven Central or a mirror")

// Versions are the major versions that can be downloaded, oldest first.
func Versions() []string { return slices.Sorted(maps.Keys(downloads)) }

// find names a folder with initdb and postgres: installed ones, else downloaded below dir.
func find(ctx context.Context, dir string, options Options) (string, error) {
	wanted := embedded.V16
	if options.Version != "" {
		var known bool
		if wanted, known = downloads[options.Version]; !known {
			return "", fmt.Errorf("PostgreSQL %q can't be downloaded: it is one of %s", options.Version, strings.Join(Versions(), ", "))
		}
	} else {
		for _, candidate := range candidates(ctx) {
			if complete(candidate) {
				return candidate, nil
			}
		}
	}
	return download(filepath.Join(dir, "postgresql"), wanted, options.Progress)
}

func candidates(ctx context.Context) []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(target))
		}
	}
	// Debian keeps the servers of all versions off the PATH.
	packaged, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(packaged, func(a, b string) int { return major(b) - major(a) })
	dirs = append(dirs, packaged...)
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	return dirs
}

func major(bin string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	if err != nil {
		return 0
	}
	return n
}

func complete(bin string) bool {
	return has(bin, "initdb") && has(bin, "postgres")
}

func has(bin, program string) bool {
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	_, err := os.Stat(filepath.Join(bin, program))
	return err == nil
}

// download has embedded-postgres fetch and unpack its server. It offers no way to do only that, and it can't start the
// server as another user, which root must: so it is given an encoding that stops it right after unpacking.
func download(dir string, version embedded.PostgresVersion, progress servers.Progress) (string, error) {
	progress.Say("downloading PostgreSQL " + string(version) + " (about 25 MB, kept for the next time)")
	port, err := servers.FreePort()
	if err != nil {
		return "", err
	}
	before := leftovers()
	err = embedded.NewDatabase(embedded.DefaultConfig().
		Version(version).
		Port(uint32(port)).
		RuntimePath(filepath.Join(dir, "runtime")).
		BinariesPath(dir).
		Encoding("stop-here").
		Logger(io.Discard)).Start()
	for _, log := range leftovers() {
		if !slices.Contains(before, log) {
			_ = os.Remove(log)
		}
	}
	bin := filepath.Join(dir, "bin")
	if !complete(bin) {
		return "", fmt.Errorf("%w: %w", ErrDownload, err)
	}
	// The archive's folders are unpacked as ours; the server only has to read them.
	return bin, openUp(dir)
}

// leftovers are the logs that embedded-postgres forgets in the temporary folder when it fails.
func leftovers() []string {
	logs, _ := filepath.Glob(filepath.Join(os.TempDir(), "embedded_postgres_log*"))
	return logs
}

func openUp(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.Type()&os.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() | 0o044
		if entry.IsDir() || mode&0o100 != 0 {
			mode |= 0o011
		}
		return os.Chmod(path, mode)
	})
}

func version(ctx context.Context, bin string) (string, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s does not run: %w", filepath.Join(bin, "postgres"), err)
	}
	return strings.TrimSpace(string(out)), nil
}
