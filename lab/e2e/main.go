// Command e2e starts a simulated busy homeserver and a Grafana with the built plugin and the repository's provisioning,
// and runs the tests of tests/e2e against them in a real browser. The exit code is 77 where
// Grafana or the browser is missing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/rig"
	"github.com/matrix-insight/synapse-datasource/lab/rig/grafana"
	"github.com/matrix-insight/synapse-datasource/lab/rig/stack"
)

// root is the top of the repository, seen from the lab's module where the task runs us.
const root = ".."

var errNoBrowser = errors.New("no Chromium or Chrome found: install one, or set CHROMIUM_PATH")

func main() {
	flag.Parse()
	ctx, cancel := rig.Context()
	defer cancel()
	if missing := missing(ctx); missing != "" {
		fmt.Fprintln(os.Stderr, "the tests in the browser need "+missing)
		os.Exit(77)
	}
	if err := run(ctx, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// missing names what this machine lacks.
func missing(ctx context.Context) string {
	if _, err := grafana.Find(ctx); err != nil {
		return "Grafana (GRAFANA_HOME, an installed one, or Docker)"
	}
	if _, err := browser(); err != nil {
		return "Chromium or Chrome (CHROMIUM_PATH, or on the PATH)"
	}
	return ""
}

// browser finds Chromium or one of its kin.
func browser() (string, error) {
	if path := os.Getenv("CHROMIUM_PATH"); path != "" {
		return exec.LookPath(path)
	}
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}
	switch runtime.GOOS {
	case "darwin":
		names = append(names, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
			"/Applications/Chromium.app/Contents/MacOS/Chromium")
	case "windows":
		names = append(names, filepath.Join(os.Getenv("ProgramFiles"), "Google", "Chrome", "Application", "chrome.exe"))
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoBrowser
}

// run hands its arguments on to Playwright: a file, -g with a title, --headed.
func run(ctx context.Context, args []string) (err error) {
	chromium, err := browser()
	if err != nil {
		return err
	}
	space, err := rig.NewSpace("synapse-e2e")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, space.Close()) }()
	progress := func(sentence string) { fmt.Println(sentence) }
	lab, err := stack.Start(ctx, space, stack.Options{Seed: 1, Live: true, Progress: progress})
	if err != nil {
		return err
	}
	env := lab.Environment()
	env["GF_AUTH_ANONYMOUS_ENABLED"] = "true" // a viewer who has not signed in is one of those whom tests look at
	server, err := grafana.Start(ctx, grafana.Options{
		Dir: space.Dir, Dist: filepath.Join(root, "dist"), Provisioning: filepath.Join(root, "provisioning"),
		Env: env, Progress: progress,
	})
	if err != nil {
		return err
	}
	space.Own(server.Stop)
	cli := filepath.Join("node_modules", "@playwright", "test", "cli.js")
	config := filepath.Join("tests", "e2e", "playwright.config.ts")
	cmd := exec.CommandContext(ctx, "node", append([]string{cli, "test", "--config", config}, args...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GRAFANA_URL="+server.URL, "CHROMIUM_PATH="+chromium)
	for name, value := range lab.Environment() {
		cmd.Env = append(cmd.Env, name+"="+value) // what a data source made by hand is filled with
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = rig.Attributes(nil, os.Kill)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it closes its browsers
	cmd.WaitDelay = 20 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the tests in the browser: %w", err)
	}
	return nil
}
