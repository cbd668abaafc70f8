//go:build mage

// The project's tasks: go tool mage <task>.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/grafana/grafana-plugin-sdk-go/build"
	"github.com/magefile/mage/mg"

	"github.com/matrix-insight/synapse-datasource/internal/ladder"
	"github.com/matrix-insight/synapse-datasource/internal/steps"
)

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
	return build.Build{}.Custom(system, architecture)
}

// Frontend builds the front end into dist/.
func Frontend(ctx context.Context) error {
	mg.CtxDeps(ctx, Install)
	fmt.Println("building the front end")
	return ladder.Command(ctx, os.Stdout, ".", steps.Npm(), "run", "--silent", "build")
}

// Install installs the front end's packages where package-lock.json asks for other ones than are there.
func Install(ctx context.Context) error {
	return steps.Install(ctx, os.Stdout)
}

// Generate writes every file that is made from another one.
func Generate(ctx context.Context) error {
	mg.CtxDeps(ctx, Install)
	if err := ladder.Command(ctx, os.Stdout, ".", "go", "run", "./cmd/generate"); err != nil {
		return err
	}
	return ladder.Command(ctx, os.Stdout, ".", steps.Npm(), "run", "--silent", "generate:dashboards")
}

// Lint runs every linter: gofmt, vet, golangci-lint, eslint, prettier and the TypeScript compiler.
func Lint(ctx context.Context) error {
	return climb(ctx, steps.Lint())
}

// Test climbs the ladder of tests, from cheap to dear, and lists at the end what could not run here.
func Test(ctx context.Context) error {
	return climb(ctx, steps.Test(Build))
}

// Unit runs only what needs no server: minutes less.
func Unit(ctx context.Context) error {
	return climb(ctx, steps.Unit())
}

// Demo starts a simulated busy homeserver and shows what the plugin says about it. DEMO_ONCE=1 prints and exits.
func Demo(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	if runtime.GOOS != "linux" { // Grafana may come in a container
		if err := backend("linux", runtime.GOARCH); err != nil {
			return err
		}
	}
	return ladder.Terminal(ctx, "lab", "./demo")
}

// Real runs two real Synapse servers and compares the plugin's answers with what they say. KEEP=1 leaves them running.
func Real(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	return ladder.Terminal(ctx, "lab", "./real/cmd")
}

// E2e looks at the plugin in a real Grafana, in a real browser. Pictures of every dashboard go to test-results/.
func E2e(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	return ladder.Terminal(ctx, "lab", "./e2e")
}

// Bench runs the Go benchmarks.
func Bench(ctx context.Context) error {
	for _, module := range []string{".", "lab"} {
		if err := ladder.Command(ctx, os.Stdout, module, "go", "test", "-run=^$", "-bench=.", "-benchmem", "./..."); err != nil {
			return err
		}
	}
	return nil
}

// Package makes the zip for the catalogue, from a clean dist/.
func Package(ctx context.Context) error {
	if err := os.RemoveAll("dist"); err != nil {
		return err
	}
	mg.CtxDeps(ctx, BuildAll)
	return ladder.Zip("dist", "matrix-synapse-datasource")
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

func climb(ctx context.Context, list []ladder.Step) error {
	return (&ladder.Ladder{Out: os.Stdout, Verbose: mg.Verbose()}).Run(ctx, list)
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
