//go:build mage

// The project's tasks: go tool mage <task>.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/build"
	"github.com/grafana/grafana-plugin-sdk-go/build/buildinfo"
	"github.com/magefile/mage/mg"

	"github.com/matrix-insight/synapse-datasource/internal/pack"
	"github.com/matrix-insight/synapse-datasource/internal/steps"
)

const pluginID = "matrix-synapse-datasource"

// Default is what `go tool mage` does.
var Default = Build

// Build builds both halves of the plugin for this platform into dist/.
func Build(ctx context.Context) error {
	mg.CtxDeps(ctx, Frontend)
	return backend(runtime.GOOS, runtime.GOARCH)
}

// BuildAll builds the plugin for every platform of the catalogue.
func BuildAll(ctx context.Context) error {
	mg.CtxDeps(ctx, Frontend)
	for _, system := range []string{"linux", "darwin", "windows"} {
		for _, architecture := range []string{"amd64", "arm64"} {
			if err := backend(system, architecture); err != nil {
				return err
			}
		}
	}
	return nil
}

// backend builds with the SDK's tasks, which also write the manifest of all sources that the catalogue asks for.
func backend(system, architecture string) error {
	if err := checkLink(); err != nil {
		return err
	}
	fmt.Printf("building the backend for %s/%s\n", system, architecture)
	if err := build.SetBeforeBuildCallback(reproducible); err != nil {
		return err
	}
	return build.Build{}.Custom(system, architecture)
}

// reproducible takes the builder's clock and folders out of the binary.
func reproducible(config build.Config) (build.Config, error) {
	const buildInfo = "github.com/grafana/grafana-plugin-sdk-go/build/buildinfo.buildInfoJSON"
	info, err := json.Marshal(buildinfo.Info{Time: committed().UnixMilli(), PluginID: pluginID, Version: version()})
	config.CustomVars = map[string]string{buildInfo: string(info)}
	if config.Env == nil { // the SDK asks for its folders, too
		config.Env = map[string]string{}
	}
	config.Env["GOFLAGS"] = "-trimpath -buildvcs=false"
	return config, err
}

func version() string {
	text, err := os.ReadFile("package.json")
	var manifest struct{ Version string }
	if err == nil {
		err = json.Unmarshal(text, &manifest)
	}
	if err != nil {
		return ""
	}
	return manifest.Version
}

// Frontend builds the front end into dist/.
func Frontend(ctx context.Context) error {
	mg.CtxDeps(ctx, Install)
	fmt.Println("building the front end")
	return steps.Command(ctx, ".", steps.Npm("build")...)
}

// Install installs the front end's packages if package-lock.json has changed since.
func Install(ctx context.Context) error {
	return steps.Install(ctx)
}

// Generate writes every file that is made from another one.
func Generate(ctx context.Context) error {
	mg.CtxDeps(ctx, Install)
	if err := steps.Command(ctx, ".", "go", "run", "./cmd/generate"); err != nil {
		return err
	}
	return steps.Command(ctx, ".", steps.Npm("generate:dashboards")...)
}

// Lint runs every linter: golangci-lint with gofmt and vet, eslint, prettier and the TypeScript compiler.
func Lint(ctx context.Context) error {
	return steps.Run(ctx, os.Stdout, steps.Lint())
}

// Test runs the linters and every test, from cheap to expensive, and lists at the end what could not run here.
func Test(ctx context.Context) error {
	return steps.Run(ctx, os.Stdout, steps.Test(func(context.Context) error { return backend(runtime.GOOS, runtime.GOARCH) }))
}

// Unit runs the linters and the tests that need no server.
func Unit(ctx context.Context) error {
	return steps.Run(ctx, os.Stdout, steps.Unit())
}

// Demo starts a simulated busy homeserver and shows what the plugin says about it. DEMO_ONCE=1 prints and exits.
func Demo(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	if runtime.GOOS != "linux" { // Grafana may come in a container
		if err := backend("linux", runtime.GOARCH); err != nil {
			return err
		}
	}
	return steps.RunLab(ctx, "demo")
}

// Real runs two real Synapse servers, 1.96.1 and the newest, and compares the plugin's answers with what they say. KEEP=1
// leaves them running; SYNAPSE=1.160.0 runs that version twice.
func Real(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	return steps.RunLab(ctx, "tests/pair", "-keep="+strconv.FormatBool(os.Getenv("KEEP") == "1"), "-synapse="+os.Getenv("SYNAPSE"))
}

// EvaluateReal makes real Synapse servers sick by real means and writes what the plugin said first into docs/evaluation-real.md.
// ONLY=quiet,restart runs some of them, SYNAPSE=1.96.1 another version.
func EvaluateReal(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	return steps.RunLab(ctx, "research/sick", "-only="+os.Getenv("ONLY"), "-synapse="+os.Getenv("SYNAPSE"))
}

// E2e looks at the plugin in a real Grafana, in a real browser. Pictures of every dashboard go to test-results/.
func E2e(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	return steps.RunLab(ctx, "tests/e2e")
}

// Evaluate counts how often the diagnosis is right first on simulated homeservers, into docs/evaluation.md. It takes about
// half an hour.
func Evaluate(ctx context.Context) error { return steps.RunLab(ctx, "research/diagnosis") }

// Fuzz runs each fuzz target for the time that FUZZTIME names (a minute); their seeds run with the unit tests.
func Fuzz(ctx context.Context) error {
	for _, target := range []struct{ folder, name string }{
		{"settings", "FuzzLoad"}, {"queries", "FuzzQuery"}, {"upstream/prometheus", "FuzzAddress"}, {"upstream/prometheus", "FuzzAnswer"}, {"upstream/postgres", "FuzzEndpoint"},
	} {
		if err := steps.Command(ctx, ".", "go", "test", "./pkg/"+target.folder, "-run=^$", "-fuzz=^"+target.name+"$", "-fuzztime="+cmp.Or(os.Getenv("FUZZTIME"), "1m")); err != nil {
			return err
		}
	}
	return nil
}

// Parity evaluates Synapse's own dashboard (the file that CONTRIB_DASHBOARD names) beside the graphs that replace its panels, on the
// same series, and writes docs/graphs-measured.md.
func Parity(ctx context.Context) error { return steps.RunLab(ctx, "research/parity") }

// Load measures what our statements cost a large database, and Synapse beside them, into docs/reliability.md. It takes five minutes and 3 GB.
func Load(ctx context.Context) error { return steps.RunLab(ctx, "research/load") }

// Reliability breaks what the plugin depends on in every way of a long table, into docs/reliability.md. It takes 15 minutes.
func Reliability(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	return steps.RunLab(ctx, "research/reliability")
}

// Bench measures what the plugin costs its Prometheus, and its own time and memory, into docs/performance.md. CONTRIB_DASHBOARD
// names Synapse's own dashboard to compare with. It takes about ten minutes. Needs Linux.
func Bench(ctx context.Context) error {
	if err := backend(runtime.GOOS, runtime.GOARCH); err != nil {
		return err
	}
	return steps.RunLab(ctx, "research/cost")
}

// Compat asks the same of Prometheus of two versions and of VictoriaMetrics, which hold the same past, and writes the differences into
// docs/compatibility.md.
func Compat(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	return steps.RunLab(ctx, "research/compat")
}

// Package makes what a release consists of, from a clean dist/: the zip that people install, its checksums, the list of its
// components with their licences, and what the catalogue's validator says of it.
func Package(ctx context.Context) error {
	if err := os.RemoveAll("dist"); err != nil {
		return err
	}
	if err := os.Setenv("SOURCE_DATE_EPOCH", strconv.FormatInt(committed().Unix(), 10)); err != nil { // for the front end's build
		return err
	}
	mg.CtxDeps(ctx, BuildAll)
	const binary = "gpx_matrix_synapse_linux_amd64"
	if err := pack.Licences("dist", binary); err != nil {
		return err
	}
	if err := sign(ctx); err != nil {
		return err
	}
	name, err := pack.Zip("dist", pluginID, committed())
	if err != nil {
		return err
	}
	fmt.Println(name)
	components := strings.TrimSuffix(name, ".zip") + ".cdx.json"
	return errors.Join(
		pack.Sums(name),
		steps.Command(ctx, ".", steps.Tool(".", "sbom", "cyclonedx-gomod", "bin", "-json", "-licenses", "-noserial",
			"-version", "v"+version(), "-output", components, "dist/"+binary)...),
		pack.CheckLicences(components),
		validate(ctx, name))
}

// sign has Grafana Labs sign dist/ where the environment has the token for it. Without a signature, Grafana loads the plugin
// only if it is told to.
func sign(ctx context.Context) error {
	if os.Getenv("GRAFANA_ACCESS_POLICY_TOKEN") == "" {
		fmt.Println("not signed: GRAFANA_ACCESS_POLICY_TOKEN is not set")
		return nil
	}
	return steps.Command(ctx, ".", "npx", "--yes", "@grafana/sign-plugin@3.3.3")
}

// validate asks the catalogue's own validator. An error ends the task, a warning is printed.
func validate(ctx context.Context, name string) error {
	sources, err := os.CreateTemp("", "sources-*.zip")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(sources.Name()) }()
	return errors.Join(sources.Close(),
		steps.Command(ctx, ".", "git", "archive", "--prefix=sources/", "--output="+sources.Name(), "HEAD"),
		steps.Command(ctx, ".", steps.Tool(".", "validator", "plugincheck2", "-config", "tools/validator/config.yaml", "-sourceCodeUri", sources.Name(), name)...))
}

// committed is when the sources were committed, which is the time of everything that is built from them: SOURCE_DATE_EPOCH
// where there is no git.
func committed() time.Time {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		out, err := exec.Command("git", "log", "-1", "--format=%ct").Output()
		if err != nil {
			return time.Now()
		}
		text = strings.TrimSpace(string(out))
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Now()
	}
	return time.Unix(seconds, 0)
}

// Clean removes what the build and the tests left.
func Clean() error {
	for _, path := range []string{"dist", "coverage", "playwright-report", "test-results"} {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// checkLink says what to do where git wrote the link as a text file.
func checkLink() error {
	manifest, err := os.ReadFile("plugin.json")
	if err != nil {
		return err
	}
	linked, err := os.ReadFile(filepath.Join("src", "plugin.json"))
	if err != nil || string(linked) != string(manifest) {
		return fmt.Errorf("src/plugin.json must be a symbolic link to ../plugin.json: " +
			`run "git config core.symlinks true" (on Windows with developer mode on) and "git checkout -- src/plugin.json"`)
	}
	return nil
}
