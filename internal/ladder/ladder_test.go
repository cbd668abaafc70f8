package ladder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	l := &Ladder{Out: &out}
	err := l.Run(t.Context(), []Step{
		{Name: "counts", Run: func(_ context.Context, r *Report) error {
			r.Passed, r.Skipped, r.Reasons = 3, 1, []string{"TestMoon: there is none"}
			return nil
		}},
		{Name: "tests", Run: func(_ context.Context, r *Report) error { r.Passed, r.Failed = 1, 2; return errors.New("two") }},
		{Name: "breaks", Run: func(_ context.Context, r *Report) error {
			_, _ = r.Write([]byte("why\n"))
			return errors.New("broken")
		}},
		{Name: "depends", After: "breaks", Run: func(context.Context, *Report) error { t.Error("ran"); return nil }},
		{Name: "lacks", Missing: func(context.Context) string { return "a moon" }},
		{Name: "tries", Run: func(context.Context, *Report) error { return fmt.Errorf("no: %w", Needs("the tide")) }},
	})
	if err == nil {
		t.Error("a failed step must fail the ladder")
	}
	for _, want := range []string{
		"✓ counts", "3 tests, 1 skipped", "why\n✗ breaks", "broken", `not run, because "breaks" failed`,
		"- lacks: skipped, needs a moon\n", "skipped: lacks: needs a moon\n", "skipped: tries: needs the tide\n",
		"skipped: counts: TestMoon: there is none\n", "failed: breaks\nfailed: depends\nfailed: tests\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
	if !strings.HasSuffix(out.String(), "\n4 passed, 4 failed, 3 skipped\n") {
		t.Errorf("the last line is not the count:\n%s", &out)
	}
}

func TestCountGo(t *testing.T) {
	events := `{"Action":"output","Package":"p","Test":"TestA","Output":"secret of a\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"b is wrong\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"=== RUN   TestC\n"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:12: no promtool: install Prometheus\n"}
{"Action":"output","Package":"p","Test":"TestC","Output":"--- SKIP: TestC (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Test":"TestD","Output":"    c_test.go:12: no promtool: install Prometheus\n"}
{"Action":"skip","Package":"p","Test":"TestD"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
{"ImportPath":"q","Action":"build-output","Output":"q.go:1: no\n"}
`
	var out bytes.Buffer
	report := &Report{Writer: &out}
	if err := countGo(strings.NewReader(events), report); err != nil {
		t.Fatal(err)
	}
	if report.Passed != 1 || report.Failed != 1 || report.Skipped != 2 {
		t.Errorf("counted %d passed, %d failed, %d skipped", report.Passed, report.Failed, report.Skipped)
	}
	if want := []string{"no promtool: install Prometheus (p: TestC, TestD)"}; !slices.Equal(report.Reasons, want) {
		t.Errorf("the reasons of skips are %q, want %q", report.Reasons, want)
	}
	if want := "b is wrong\nFAIL\tp\t0.1s\nq.go:1: no\n"; out.String() != want {
		t.Errorf("printed %q, want %q", &out, want)
	}
}
