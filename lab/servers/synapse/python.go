package synapse

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// Oldest and Newest are the versions that run beside each other where no others are asked for: one that does not name its
// homeserver, and the newest.
const (
	Oldest = "1.96.1"
	Newest = "1.163.2"
)

//go:embed requirements/*.txt
var requirements embed.FS

// release is a version of Synapse that can be installed, and what pip needs for it.
type release struct {
	version      string
	requirements []byte
}

// releaseOf finds the requirements of a version.
func releaseOf(version string) (release, error) {
	list, err := requirements.ReadFile("requirements/" + version + ".txt")
	if err != nil {
		files, _ := requirements.ReadDir("requirements")
		var known []string
		for _, file := range files {
			known = append(known, strings.TrimSuffix(file.Name(), ".txt"))
		}
		return release{}, fmt.Errorf("Synapse %s can't be installed: there are requirements for %s only", version, strings.Join(known, ", ")) //nolint:staticcheck // a name
	}
	return release{version, list}, nil
}

// ErrUnavailable says that this machine lacks something that the pair needs and that we can't bring along.
var ErrUnavailable = errors.New("the real Synapse servers need Python 3.10 to 3.12 with its venv module, and PyPI")

// versionProbe leaves out newer versions of Python: the dependencies of the oldest Synapse have no wheels for them.
const versionProbe = `import sys, venv, ensurepip; sys.exit(0 if (3, 10) <= sys.version_info < (3, 13) else 1)`

// findPython returns the first Python on PATH that can make a virtual environment for Synapse.
func findPython(ctx context.Context) (string, error) {
	for _, name := range []string{"python3", "python3.12", "python3.11", "python3.10", "python"} {
		path, err := exec.LookPath(name)
		if err == nil && exec.CommandContext(ctx, path, "-c", versionProbe).Run() == nil {
			return path, nil
		}
	}
	return "", ErrUnavailable
}

// ensureBoth returns the Python of each homeserver.
func ensureBoth(ctx context.Context, versions [2]string, progress servers.Progress) (pythons [2]string, err error) {
	for i, standard := range [2]string{Oldest, Newest} {
		wanted, err := releaseOf(cmp.Or(versions[i], standard))
		if err != nil {
			return pythons, err
		}
		if pythons[i], err = ensureSynapse(ctx, wanted, progress); err != nil {
			return pythons, err
		}
	}
	return pythons, nil
}

// ensureSynapse returns the Python of a virtual environment with Synapse in it, made once per set of requirements and
// kept in the user's cache folder. It is built beside its place and renamed, so that what is in place is complete.
func ensureSynapse(ctx context.Context, r release, progress servers.Progress) (string, error) {
	home, err := r.home()
	if err != nil {
		return "", err
	}
	if installed(ctx, home) {
		progress.Say("Synapse " + r.version + " is in " + home)
		return pythonIn(home), nil
	}
	system, err := findPython(ctx)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(home), 0o755); err != nil {
		return "", err
	}
	draft, err := os.MkdirTemp(filepath.Dir(home), "draft-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(draft)
	if err := r.install(ctx, system, draft, progress); err != nil {
		return "", err
	}
	_ = os.RemoveAll(home) // left by an interrupted or outdated installation
	if err := os.Rename(draft, home); err != nil {
		return "", fmt.Errorf("put Synapse into the cache folder: %w", err)
	}
	return pythonIn(home), nil
}

// home is where the virtual environment of these requirements is kept.
func (r release) home() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	sum := sha256.Sum256(r.requirements)
	return filepath.Join(cache, "matrix-synapse-datasource", "synapse-"+r.version+"-"+hex.EncodeToString(sum[:4])), nil
}

func pythonIn(home string) string { return filepath.Join(home, "bin", "python") }

func installed(ctx context.Context, home string) bool {
	return exec.CommandContext(ctx, pythonIn(home), "-c", "import synapse, psycopg2").Run() == nil
}

func (r release) install(ctx context.Context, system, draft string, progress servers.Progress) error {
	list := filepath.Join(draft, "requirements.txt")
	progress.Say("making a virtual environment with " + system)
	if err := run(ctx, system, "-m", "venv", draft); err != nil {
		return err
	}
	if err := os.WriteFile(list, r.requirements, 0o644); err != nil {
		return err
	}
	progress.Say("installing Synapse " + r.version + " from PyPI (about half a minute)")
	pip := []string{"-I", "-m", "pip", "--disable-pip-version-check"}
	err := run(ctx, pythonIn(draft), append(pip, "install", "--quiet", "--prefer-binary", "-r", list)...)
	if err == nil || ctx.Err() != nil {
		return err
	}
	if run(ctx, pythonIn(draft), append(pip, "index", "versions", "matrix-synapse")...) != nil {
		return fmt.Errorf("%w, which pip does not reach: %w", ErrUnavailable, err)
	}
	return err // the package index answers: what we ask of it is wrong
}

// run runs a command to its end; what it printed is in the error.
func run(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, tail(out, 2000))
	}
	return nil
}

func tail(text []byte, limit int) string {
	if len(text) > limit {
		text = text[len(text)-limit:]
	}
	return strings.TrimSpace(string(text))
}
