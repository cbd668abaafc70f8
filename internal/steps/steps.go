package steps

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

const (
	packages = "front end: packages"
	bundle   = "front end: build"
	plugin   = "back end: build"
)

// Lint are all linters.
func Lint() []Step {
	return []Step{
		{Name: packages, Run: func(ctx context.Context, _ *Results) error { return Install(ctx) }},
		{Name: "front end: eslint", After: packages, Run: command(".", Npm("lint")...)},
		{Name: "front end: prettier", After: packages, Run: command(".", Npm("format:check")...)},
		{Name: "front end: types", After: packages, Run: command(".", Npm("typecheck")...)},
		{Name: "Go: generated files", Run: command(".", "go", "run", "./cmd/generate", "-check")},
		{Name: "Go: format", Run: command(".", golangci(".", "fmt", "--diff", "cmd", "internal", "lab", "pkg", "Magefile.go")...)},
		{Name: "Go: golangci-lint", Run: command(".", golangci(".", "run", "./...")...)},
		{Name: "lab: golangci-lint", Run: command("lab", golangci("lab", "run", "./...")...)},
	}
}

// Unit are the linters and the tests that need no server. Some of the front end's read what was built.
func Unit() []Step {
	const report = "test-results/jest.json"
	return append(Lint(),
		Step{Name: bundle, After: packages, Run: command(".", Npm("build")...)},
		Step{
			Name: "front end: unit tests", After: bundle,
			Run: suite(report, ".", Npm("test", "--", "--ci", "--silent", "--json", "--outputFile="+report)...),
		},
		Step{Name: "Go: unit tests", Run: goTest(".", "./...")},
	)
}

// Test are all steps. build builds the back end into dist/, which the last steps test.
func Test(build func(context.Context) error) []Step {
	return append(Unit(),
		Step{Name: plugin, After: bundle, Run: func(ctx context.Context, _ *Results) error { return build(ctx) }},
		Step{Name: "lab: tests of its own", Run: labTests},
		Step{Name: "lab: the plugin with PostgreSQL and Prometheus", After: plugin, Run: goTest("lab", "-timeout=15m", "./tests/integration/...")},
		Step{
			Name: "lab: PostgreSQL 10 to 18", Run: command("lab", Lab("tests/postgresversions")...),
			Needs: "Maven Central or a mirror, which has the servers of PostgreSQL",
		},
		Step{
			Name: "lab: two real Synapse servers", After: plugin,
			Run:   command("lab", Lab("tests/pair", "-traffic=45s")...), // the comparison is exact however little there was
			Needs: "Python 3.10 to 3.12 with its venv module, and PyPI or a mirror that pip is configured for",
		},
		Step{
			Name: "lab: a real Grafana in a real browser", After: plugin,
			Run:   suite("test-results/e2e.xml", "lab", Lab("tests/e2e")...), // as tests/e2e/playwright.config.ts says
			Needs: "Grafana (GRAFANA_HOME, an installed one, or Docker) and Chromium or Chrome (CHROMIUM_PATH, or on the PATH)",
		},
	)
}

// labTests are all but those that need the built plugin.
func labTests(ctx context.Context, r *Results) error {
	list := exec.CommandContext(ctx, "go", "list", "./...")
	list.Dir = "lab"
	all, err := list.Output()
	if err != nil {
		return err
	}
	own := slices.DeleteFunc(strings.Fields(string(all)), func(p string) bool { return strings.Contains(p, "/lab/tests/integration") })
	return goTest("lab", own...)(ctx, r)
}

func goTest(module string, args ...string) func(context.Context, *Results) error {
	const report = "test-results/go.xml"
	return suite(report, module, Tool(module, "gotestsum", append([]string{
		"gotestsum", "--format-hide-empty-pkg", "--hide-summary=skipped", "--junitfile=" + path.Join(top[module], report), "--",
	}, args...)...)...)
}

func golangci(module string, args ...string) []string {
	return Tool(module, "golangci", append([]string{"golangci-lint"}, args...)...)
}

// top is the way from a module to the top of the repository.
var top = map[string]string{".": ".", "lab": ".."}

// Tool names a Go program that has a go.mod of its own below tools/.
func Tool(module, folder string, args ...string) []string {
	return append([]string{"go", "tool", "-modfile=" + path.Join(top[module], "tools", folder, "go.mod")}, args...)
}

// suite runs tests and counts what their runner reports. An old report is removed: a runner that breaks leaves none.
func suite(report, dir string, args ...string) func(context.Context, *Results) error {
	return func(ctx context.Context, r *Results) error {
		if err := errors.Join(os.MkdirAll(path.Dir(report), 0o750), os.RemoveAll(report)); err != nil {
			return err
		}
		return errors.Join(Command(ctx, dir, args...), r.read(report))
	}
}

func command(dir string, args ...string) func(context.Context, *Results) error {
	return func(ctx context.Context, _ *Results) error { return Command(ctx, dir, args...) }
}
