package ladder

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// event is one line of `go test -json`.
type event struct {
	Action, Package, Test, Output string
}

const module = "github.com/matrix-insight/synapse-datasource/"

// spoken is a line that a test itself printed, after the place of it.
var spoken = regexp.MustCompile(`^\s+\S+\.go:\d+: (.*)`)

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
		report.skipped(e, printed)
	case "fail":
		report.Failed++
		_, _ = io.WriteString(report, strings.Join(printed, ""))
	}
}

// skipped keeps the reason of a skipped test; tests of one package that were skipped for the same reason share a line.
func (r *Report) skipped(e event, printed []string) {
	reason := "no reason given"
	for _, line := range printed {
		if said := spoken.FindStringSubmatch(line); said != nil {
			reason = said[1]
		}
	}
	begin := reason + " (" + strings.TrimPrefix(e.Package, module) + ": "
	for i, known := range r.Reasons {
		if strings.HasPrefix(known, begin) {
			r.Reasons[i] = strings.TrimSuffix(known, ")") + ", " + e.Test + ")"
			return
		}
	}
	r.Reasons = append(r.Reasons, begin+e.Test+")")
}
