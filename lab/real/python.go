package real

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/rig"
)

// SynapseVersion is the version that requirements.txt pins.
const SynapseVersion = "1.160.0"

//go:embed requirements.txt
var requirements []byte

// ErrUnavailable says that this machine lacks something that the pair needs and that we can't bring along.
var ErrUnavailable = errors.New("a real Synapse needs Python 3.10 or later with its venv module, and PyPI")

const versionProbe = `import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 10) else 1)`

// findPython returns the first Python on PATH that can make a virtual environment for Synapse.
func findPython(ctx context.Context) (string, error) {
	for _, name := range []string{"python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"} {
		path, err := exec.LookPath(name)
		if err == nil && exec.CommandContext(ctx, path, "-c", versionProbe).Run() == nil {
			return path, nil
		}
	}
	return "", ErrUnavailable
}

// ensureSynapse returns the Python of a virtual environment with Synapse in it, made once per set of requirements and
// kept in the user's cache folder. It is built beside its place and renamed, so that what is in place is complete.
func ensureSynapse(ctx context.Context, progress rig.Progress) (string, error) {
	home, err := synapseHome()
	if err != nil {
		return "", err
	}
	if installed(ctx, home) {
		progress.Say("Synapse " + SynapseVersion + " is in " + home)
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
	if err := install(ctx, system, draft, progress); err != nil {
		return "", err
	}
	_ = os.RemoveAll(home) // left by an interrupted or outdated installation
	if err := os.Rename(draft, home); err != nil {
		return "", fmt.Errorf("put Synapse into the cache folder: %w", err)
	}
	return pythonIn(home), nil
}

// synapseHome is where the virtual environment of these requirements is kept.
func synapseHome() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	sum := sha256.Sum256(requirements)
	return filepath.Join(cache, "matrix-synapse-datasource", "synapse-"+SynapseVersion+"-"+hex.EncodeToString(sum[:4])), nil
}

func pythonIn(home string) string { return filepath.Join(home, "bin", "python") }

func installed(ctx context.Context, home string) bool {
	return exec.CommandContext(ctx, pythonIn(home), "-c", "import synapse, psycopg2").Run() == nil
}

func install(ctx context.Context, system, draft string, progress rig.Progress) error {
	list := filepath.Join(draft, "requirements.txt")
	progress.Say("making a virtual environment with " + system)
	if err := run(ctx, system, "-m", "venv", draft); err != nil {
		return err
	}
	if err := os.WriteFile(list, requirements, 0o644); err != nil {
		return err
	}
	progress.Say("installing Synapse " + SynapseVersion + " from PyPI (about half a minute)")
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
