package ladder

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
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

// event is one line of `go test -json`.
type event struct {
	Action, Package, Test, Output string
}

// GoTest runs Go tests and counts their results; it prints what the failing ones printed, and a line per package.
func GoTest(ctx context.Context, report *Report, dir string, args ...string) error {
	cmd := command(ctx, dir, "go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = report
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	readErr := countGo(stdout, report)
	if err := errors.Join(readErr, cmd.Wait()); err != nil {
		return fmt.Errorf("go test: %w", err)
	}
	return nil
}

func countGo(from io.Reader, report *Report) error {
	printed := map[string][]string{}
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var e event
		if json.Unmarshal([]byte(line), &e) != nil {
			_, _ = io.WriteString(report, line)
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "output", "build-output":
			printed[key] = append(printed[key], e.Output)
		case "pass", "skip", "fail":
			count(e, printed[key], report)
			delete(printed, key)
		}
		// Compiler errors come under a key of their own that never ends.
		if e.Action == "build-output" {
			_, _ = io.WriteString(report, e.Output)
		}
	}
}

func count(e event, printed []string, report *Report) {
	if e.Test == "" { // a package
		if e.Action == "fail" {
			_, _ = io.WriteString(report, strings.Join(printed, ""))
			return
		}
		if e.Action == "pass" && len(printed) > 0 {
			_, _ = io.WriteString(report, printed[len(printed)-1])
		}
		return
	}
	switch e.Action {
	case "pass":
		report.Passed++
	case "skip":
		report.Skipped++
	case "fail":
		report.Failed++
		_, _ = io.WriteString(report, strings.Join(printed, ""))
	}
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
