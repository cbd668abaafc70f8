// Package steps lists what the tasks lint and test, from cheap to dear. A new step is one entry.
package steps

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/matrix-insight/synapse-datasource/internal/ladder"
)

const (
	packages = "front end: packages"
	built    = "build"
	bundled  = "front end: bundle, which its tests look into"
)

// Lint are all linters.
func Lint() []ladder.Step {
	return []ladder.Step{
		{Name: packages, Run: func(ctx context.Context, r *ladder.Report) error { return Install(ctx, r) }},
		{Name: "front end: eslint", After: packages, Run: npmRun("lint")},
		{Name: "front end: prettier", After: packages, Run: npmRun("format:check")},
		{Name: "front end: types", After: packages, Run: npmRun("typecheck")},
		{Name: "Go: gofmt", Run: gofmt},
		{Name: "Go: vet", Run: both("go", "vet", "./...")},
		{Name: "Go: golangci-lint", Run: golangci},
		{Name: "Go: generated files", Run: command("go", "run", "./cmd/generate", "-check")},
	}
}

// Unit are the linters and the tests that need no server.
func Unit() []ladder.Step {
	return append(Lint(),
		ladder.Step{Name: bundled, After: packages, Run: npmRun("build")},
		ladder.Step{Name: "front end: unit tests", After: bundled, Run: jest},
		ladder.Step{Name: "Go: unit tests", Run: func(ctx context.Context, r *ladder.Report) error {
			return ladder.GoTest(ctx, r, ".", "./...")
		}},
	)
}

// Test is the whole ladder. Build makes dist/, which the later steps ask.
func Test(build func(context.Context) error) []ladder.Step {
	return append(Unit(),
		ladder.Step{Name: built, Run: func(ctx context.Context, _ *ladder.Report) error { return build(ctx) }},
		ladder.Step{Name: "lab: tests", Run: lab},
		ladder.Step{Name: "lab: the built plugin, PostgreSQL and Prometheus", After: built, Run: integration},
		ladder.Step{Name: "lab: two real Synapse servers", After: built, Missing: needs("./real/cmd"), Run: realPair},
		ladder.Step{Name: "a real Grafana in a real browser", After: built, Missing: needs("./e2e"), Run: inBrowser},
	)
}

// lab are the laboratory's own tests, all but those that ask the plugin.
func lab(ctx context.Context, r *ladder.Report) error {
	all, err := ladder.Output(ctx, "lab", "go", "list", "./...")
	if err != nil {
		return err
	}
	var own []string
	for path := range strings.Lines(all) {
		if path = strings.TrimSpace(path); !strings.Contains(path, "/lab/integration") {
			own = append(own, path)
		}
	}
	return ladder.GoTest(ctx, r, "lab", own...)
}

func integration(ctx context.Context, r *ladder.Report) error {
	return ladder.GoTest(ctx, r, "lab", "-timeout=15m", "./integration/...")
}

// realPair keeps the traffic short: the comparison is exact however little there was. That PyPI is out of reach is known
// only once Synapse is to be installed.
func realPair(ctx context.Context, r *ladder.Report) error {
	err := ladder.Program(ctx, r, "lab", "./real/cmd", "REAL_TRAFFIC=45s", "KEEP=")
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() == unavailable {
		return ladder.Needs("PyPI, or a mirror of it that pip is configured for")
	}
	return err
}

// unavailable is the exit code of lab/real/cmd where a Synapse can't be installed.
const unavailable = 77

// inBrowser asserts what people see.
func inBrowser(ctx context.Context, r *ladder.Report) error {
	dir, err := os.MkdirTemp("", "e2e-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	results := filepath.Join(dir, "results.json")
	err = ladder.Program(ctx, r, "lab", "./e2e", "E2E_RESULTS="+results)
	return errors.Join(err, ladder.Playwright(results, r))
}

// needs asks a program of the laboratory what it lacks here.
func needs(path string) func(context.Context) string {
	return func(ctx context.Context) string {
		needs, err := ladder.Output(ctx, "lab", "go", "run", path, "-needs")
		if err != nil {
			return "" // the step itself says what is wrong
		}
		return needs
	}
}

func gofmt(ctx context.Context, _ *ladder.Report) error {
	wrong, err := ladder.Output(ctx, ".", "gofmt", "-l", "cmd", "internal", "lab", "pkg", "Magefile.go")
	if err != nil {
		return err
	}
	if wrong != "" {
		return errors.New("not formatted (gofmt -w): " + strings.ReplaceAll(wrong, "\n", " "))
	}
	return nil
}

// golangci runs the linter over both modules with one configuration.
func golangci(ctx context.Context, r *ladder.Report) error {
	root, err := filepath.Abs(".")
	if err != nil {
		return err
	}
	return both("go", "tool", "-modfile="+filepath.Join(root, ".config", "golangci", "go.mod"), "golangci-lint", "run",
		"--config", filepath.Join(root, ".golangci.yml"), "./...")(ctx, r)
}

func jest(ctx context.Context, r *ladder.Report) error {
	dir, err := os.MkdirTemp("", "jest-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	results := filepath.Join(dir, "results.json")
	err = ladder.Command(ctx, r, ".", Npm(), "test", "--silent", "--", "--ci", "--json", "--outputFile="+results)
	return errors.Join(err, ladder.Jest(results, r))
}

func command(name string, args ...string) func(context.Context, *ladder.Report) error {
	return func(ctx context.Context, r *ladder.Report) error { return ladder.Command(ctx, r, ".", name, args...) }
}

// both runs a command in the plugin's module and in the laboratory's.
func both(name string, args ...string) func(context.Context, *ladder.Report) error {
	return func(ctx context.Context, r *ladder.Report) error {
		return errors.Join(
			ladder.Command(ctx, r, ".", name, args...),
			ladder.Command(ctx, r, "lab", name, args...))
	}
}

func npmRun(script string) func(context.Context, *ladder.Report) error {
	return command(Npm(), "run", "--silent", script)
}

// Npm is npm's name here.
func Npm() string {
	if runtime.GOOS == "windows" {
		return "npm.cmd"
	}
	return "npm"
}
