//go:build mage

// The project's tasks: go tool mage <task>.
package main

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/grafana/grafana-plugin-sdk-go/build"
	"github.com/magefile/mage/mg"

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
	return steps.Command(ctx, "lab", steps.Lab("demo")...)
}

// Real runs two real Synapse servers and compares the plugin's answers with what they say. KEEP=1 leaves them running;
// SYNAPSE=1.163.2 runs another version. With 1.96.1 the two have no names, so that comparing them fails.
func Real(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	return steps.Command(ctx, "lab", steps.Lab("tests/pair", "-keep="+strconv.FormatBool(os.Getenv("KEEP") == "1"), "-synapse="+os.Getenv("SYNAPSE"))...)
}

// E2e looks at the plugin in a real Grafana, in a real browser. Pictures of every dashboard go to test-results/.
func E2e(ctx context.Context) error {
	mg.CtxDeps(ctx, Build)
	return steps.Command(ctx, "lab", steps.Lab("tests/e2e")...)
}

// Bench runs the Go benchmarks.
func Bench(ctx context.Context) error {
	for _, module := range []string{".", "lab"} {
		if err := steps.Command(ctx, module, "go", "test", "-run=^$", "-bench=.", "-benchmem", "./..."); err != nil {
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
	return pack("dist", "matrix-synapse-datasource")
}

// pack makes a zip as the catalogue wants it: one folder named like the plugin, executables executable. The file is
// named after the plugin and the version in its manifest.
func pack(dist, id string) (err error) {
	text, err := os.ReadFile(filepath.Join(dist, "plugin.json"))
	if err != nil {
		return err
	}
	var manifest struct {
		Info struct{ Version string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return err
	}
	staged, err := os.MkdirTemp("", "package-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(staged) }()
	if err := os.CopyFS(filepath.Join(staged, id), os.DirFS(dist)); err != nil {
		return err
	}
	file, err := os.Create(fmt.Sprintf("%s-%s.zip", id, manifest.Info.Version))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	fmt.Println(file.Name())
	writer := zip.NewWriter(file)
	return errors.Join(writer.AddFS(os.DirFS(staged)), writer.Close())
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
