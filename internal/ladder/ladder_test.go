package ladder

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	l := &Ladder{Out: &out}
	err := l.Run(t.Context(), []Step{
		{Name: "counts", Run: func(_ context.Context, r *Report) error { r.Passed, r.Skipped = 3, 1; return nil }},
		{Name: "breaks", Run: func(_ context.Context, r *Report) error {
			_, _ = r.Write([]byte("why\n"))
			return errors.New("broken")
		}},
		{Name: "depends", After: "breaks", Run: func(context.Context, *Report) error { t.Error("ran"); return nil }},
		{Name: "lacks", Missing: func(context.Context) string { return "a moon" }},
	})
	if err == nil {
		t.Error("a failed step must fail the ladder")
	}
	for _, want := range []string{
		"✓ counts", "3 tests, 1 skipped", "why\n✗ breaks", "broken", `not run, because "breaks" failed`,
		"skipped: lacks: needs a moon\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
	if !strings.HasSuffix(out.String(), "\n3 passed, 2 failed, 1 skipped\n") {
		t.Errorf("the last line is not the count:\n%s", &out)
	}
}

func TestCountGo(t *testing.T) {
	events := `{"Action":"output","Package":"p","Test":"TestA","Output":"secret of a\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"b is wrong\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
{"ImportPath":"q","Action":"build-output","Output":"q.go:1: no\n"}
`
	var out bytes.Buffer
	report := &Report{Writer: &out}
	if err := countGo(strings.NewReader(events), report); err != nil {
		t.Fatal(err)
	}
	if report.Passed != 1 || report.Failed != 1 || report.Skipped != 1 {
		t.Errorf("counted %d passed, %d failed, %d skipped", report.Passed, report.Failed, report.Skipped)
	}
	if want := "b is wrong\nFAIL\tp\t0.1s\nq.go:1: no\n"; out.String() != want {
		t.Errorf("printed %q, want %q", &out, want)
	}
}
