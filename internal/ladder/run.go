package ladder

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Command runs a program from the top of the repository.
func Command(ctx context.Context, out io.Writer, dir, name string, args ...string) error {
	cmd := command(ctx, dir, name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

// Output runs a program and returns what it printed.
func Output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := command(ctx, dir, name, args...)
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

func command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	// Ours ends with the context; what the program started gets a moment to end in order.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

// Jest counts the results that jest writes with --json into a file.
func Jest(file string, report *Report) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var results struct {
		NumPassedTests, NumFailedTests, NumPendingTests int
	}
	if err := json.Unmarshal(text, &results); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	report.Passed += results.NumPassedTests
	report.Failed += results.NumFailedTests
	report.Skipped += results.NumPendingTests
	return nil
}

// Playwright counts the results that its JSON reporter writes into a file.
func Playwright(file string, report *Report) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var results struct {
		Stats struct{ Expected, Unexpected, Flaky, Skipped int }
	}
	if err := json.Unmarshal(text, &results); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	report.Passed += results.Stats.Expected + results.Stats.Flaky
	report.Failed += results.Stats.Unexpected
	report.Skipped += results.Stats.Skipped
	return nil
}
