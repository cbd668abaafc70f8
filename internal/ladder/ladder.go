// Package ladder runs the steps of the test task, from cheap to dear: each with its duration, all of them even where
// one fails, and at the end what was skipped and what it needs.
package ladder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Step is one rung.
type Step struct {
	Name string
	// After names a step without whose success this one says nothing.
	After string
	// Missing tells what the machine lacks for this step, in words that follow "needs"; empty or nil: nothing.
	Missing func(context.Context) string
	Run     func(context.Context, *Report) error
}

// Report is where a step leaves what it prints, its count of real test results, and why some of them did not run.
type Report struct {
	io.Writer
	Passed, Failed, Skipped int
	Reasons                 []string
}

// Needs is the error of a step that found only on its way that it can't run here: what it needs, in words that follow
// that word.
type Needs string

func (n Needs) Error() string { return "needs " + string(n) }

// stepLimit is far beyond the longest step: a hanging one must not hold up the rest for ever.
const stepLimit = 20 * time.Minute

// Ladder runs steps and remembers what became of them.
type Ladder struct {
	Out     io.Writer
	Verbose bool // print what every step prints, not only the failing ones

	total  Report
	failed map[string]bool
	// skipped are the steps and the tests that did not run here, with what they need.
	skipped []string
}

// Run climbs. The error is nil where nothing failed.
func (l *Ladder) Run(ctx context.Context, steps []Step) error {
	l.failed = map[string]bool{}
	began := time.Now()
	for _, step := range steps {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.climb(ctx, step)
	}
	l.summary(time.Since(began))
	if len(l.failed) > 0 {
		return fmt.Errorf("%d of %d steps failed", len(l.failed), len(steps))
	}
	return nil
}

func (l *Ladder) climb(ctx context.Context, step Step) {
	if step.After != "" && l.failed[step.After] {
		// Not a skip: it could run here, and says nothing until the other step passes.
		l.fail(step, 0)
		l.print("✗ %s: not run, because %q failed", step.Name, step.After)
		return
	}
	if step.Missing != nil {
		if missing := step.Missing(ctx); missing != "" {
			l.skip(step, Needs(missing))
			return
		}
	}
	l.print("▸ %s", step.Name)
	var text bytes.Buffer
	report := &Report{Writer: &locked{Writer: &text}}
	if l.Verbose {
		report.Writer = &locked{Writer: l.Out}
	}
	began := time.Now()
	err := l.watched(ctx, step, report)
	took := time.Since(began).Round(100 * time.Millisecond)
	l.total.Passed += report.Passed
	l.total.Failed += report.Failed
	l.total.Skipped += report.Skipped
	var needs Needs
	if errors.As(err, &needs) {
		l.skip(step, needs)
		return
	}
	for _, reason := range report.Reasons {
		l.skipped = append(l.skipped, step.Name+": "+reason)
	}
	if err != nil {
		l.fail(step, report.Failed)
		l.print("%s", strings.TrimRight(text.String(), "\n"))
		l.print("✗ %s  %s: %v", step.Name, took, err)
		return
	}
	counts := ""
	if report.Passed+report.Skipped > 0 {
		counts = fmt.Sprintf(", %d tests", report.Passed)
	}
	if report.Skipped > 0 {
		counts += fmt.Sprintf(", %d skipped", report.Skipped)
	}
	l.print("✓ %s  %s%s", step.Name, took, counts)
}

// skip counts a step that did not run as one skipped test.
func (l *Ladder) skip(step Step, needs Needs) {
	l.total.Skipped++
	l.skipped = append(l.skipped, step.Name+": "+needs.Error())
	l.print("- %s: skipped, %s", step.Name, needs.Error())
}

// fail counts a step in which no test failed, such as a linter or a build, as one failed test.
func (l *Ladder) fail(step Step, tests int) {
	l.failed[step.Name] = true
	if tests == 0 {
		l.total.Failed++
	}
}

// watched runs a step and says every minute that it still does.
func (l *Ladder) watched(ctx context.Context, step Step, report *Report) error {
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	began, done := time.Now(), make(chan error, 1)
	go func() { done <- step.Run(ctx, report) }()
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		select {
		case err := <-done:
			return errors.Join(err, ctx.Err())
		case <-ticker.C:
			l.print("  … %s, %s", step.Name, time.Since(began).Round(time.Second))
		}
	}
}

func (l *Ladder) summary(took time.Duration) {
	l.print("")
	for _, name := range slices.Sorted(maps.Keys(l.failed)) {
		l.print("failed: %s", name)
	}
	for _, skip := range l.skipped {
		l.print("skipped: %s", skip)
	}
	l.print("%s in all", took.Round(time.Second))
	l.print("%d passed, %d failed, %d skipped", l.total.Passed, l.total.Failed, l.total.Skipped)
}

func (l *Ladder) print(format string, args ...any) {
	_, _ = fmt.Fprintf(l.Out, format+"\n", args...)
}

// locked lets several commands of one step print.
type locked struct {
	io.Writer
	mu sync.Mutex
}

func (w *locked) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Writer.Write(p)
}
