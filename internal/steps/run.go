// Package steps runs what the tasks lint and test, from cheap to expensive. The linters and test runners do the work;
// this package keeps their order, their time limits and the sum.
package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Step is a linter, a build or a test suite.
type Step struct {
	Name  string
	After string // the step without whose success this one can't run
	Needs string // what the machine may lack: the command then ends with the exit code unavailable
	Run   func(context.Context, *Results) error
}

const (
	unavailable = 77
	// CI stops everything after an hour. A step that hangs must leave time for the others and for the sum.
	stepLimit = 20 * time.Minute
	allLimit  = 50 * time.Minute
)

type runner struct {
	out    io.Writer
	total  Results
	passed map[string]bool
	failed []string
}

// Run runs all steps, also after one of them fails. The last line is the sum: a step that counts no tests, such as a
// linter, counts as one.
func Run(ctx context.Context, out io.Writer, list []Step) error {
	ctx, cancel := context.WithTimeoutCause(ctx, allLimit, fmt.Errorf("stopped: all steps together may take %s", allLimit))
	defer cancel()
	r := &runner{out: out, passed: map[string]bool{}}
	began := time.Now()
	for _, step := range list {
		r.run(ctx, step)
	}
	r.summarize(time.Since(began))
	if len(r.failed) > 0 {
		return fmt.Errorf("%d of %d steps failed", len(r.failed), len(list))
	}
	return nil
}

func (r *runner) run(ctx context.Context, step Step) {
	if step.After != "" && !r.passed[step.After] {
		r.skip(step, fmt.Sprintf("not run without %q", step.After))
		return
	}
	ctx, cancel := context.WithTimeoutCause(ctx, stepLimit, fmt.Errorf("stopped: a step may take %s", stepLimit))
	defer cancel()
	r.print("▸ %s", step.Name)
	began, before := time.Now(), r.total
	err := errors.Join(step.Run(ctx, &r.total), context.Cause(ctx))
	took := time.Since(began).Round(100 * time.Millisecond)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == unavailable:
		r.skip(step, "needs "+step.Needs)
	case err != nil:
		r.failed = append(r.failed, step.Name)
		r.total.Failed = max(r.total.Failed, before.Failed+1)
		r.print("✗ %s  %s: %v", step.Name, took, err)
	default:
		r.passed[step.Name] = true
		if r.total.Passed+r.total.Skipped == before.Passed+before.Skipped {
			r.total.Passed++
		}
		r.print("✓ %s  %s", step.Name, took)
	}
}

func (r *runner) skip(step Step, reason string) {
	r.total.skip(reason, step.Name)
	r.print("- %s: %s", step.Name, reason)
}

func (r *runner) summarize(took time.Duration) {
	r.print("")
	for _, reason := range slices.Sorted(maps.Keys(r.total.skipped)) {
		r.print("skipped: %s (%s)", strings.Join(r.total.skipped[reason], ", "), reason)
	}
	for _, name := range r.failed {
		r.print("failed: %s", name)
	}
	r.print("%s in all", took.Round(time.Second))
	r.print("%d passed, %d failed, %d skipped", r.total.Passed, r.total.Failed, r.total.Skipped)
}

func (r *runner) print(format string, args ...any) { _, _ = fmt.Fprintf(r.out, format+"\n", args...) }
