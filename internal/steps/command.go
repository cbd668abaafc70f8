package steps

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Command runs a program in a folder of the repository, with the task's terminal.
func Command(ctx context.Context, dir string, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the tasks name every command
	cmd.Dir = dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 2 * time.Minute // lab/ stops several servers, one after the other
	err := cmd.Run()
	if err == nil || cmd.ProcessState != nil && cmd.ProcessState.Success() { // Ctrl-C is how the demo ends
		return nil
	}
	return fmt.Errorf("%s: %w", strings.Join(command, " "), err)
}

// Lab names a program of lab/. "go tool" hands signals to it and exits with its code; "go run" does neither.
func Lab(program string, args ...string) []string {
	return append([]string{"go", "tool", "github.com/matrix-insight/synapse-datasource/lab/" + program}, args...)
}

// RunLab runs a program of lab/, in its folder.
func RunLab(ctx context.Context, program string, args ...string) error {
	return Command(ctx, "lab", Lab(program, args...)...)
}

// Npm names a script of package.json.
func Npm(script string, args ...string) []string {
	return append([]string{npm(), "run", "--silent", script}, args...)
}

func npm() string {
	if runtime.GOOS == "windows" {
		return "npm.cmd"
	}
	return "npm"
}

// Install installs the front end's packages, unless those of package-lock.json are installed: npm writes a file of its
// own when it has finished.
func Install(ctx context.Context) error {
	wanted, err := os.Stat("package-lock.json")
	if err != nil {
		return err
	}
	installed, err := os.Stat(filepath.Join("node_modules", ".package-lock.json"))
	if err == nil && !installed.ModTime().Before(wanted.ModTime()) {
		return nil
	}
	return Command(ctx, ".", npm(), "ci", "--no-audit", "--no-fund")
}
