package steps

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	err := Run(t.Context(), &out, []Step{
		{Name: "lint", Run: func(context.Context, *Results) error { return nil }},
		{Name: "tests", Run: func(_ context.Context, r *Results) error {
			r.Passed, r.Failed = r.Passed+3, r.Failed+2
			r.skip("no moon", "TestMoon")
			return errors.New("two failed")
		}},
		{Name: "build", Run: func(context.Context, *Results) error { return errors.New("broken") }},
		{Name: "asks what was built", After: "build", Run: func(context.Context, *Results) error { t.Error("ran"); return nil }},
		{Name: "browser", Needs: "a browser", Run: command(".", "sh", "-c", "exit 77")},
		{Name: "last", After: "lint", Run: func(context.Context, *Results) error { return nil }},
	})
	if err == nil {
		t.Error("failed steps must be an error")
	}
	for _, want := range []string{
		"✓ lint  ", "✗ tests  ", ": two failed\n", "✓ last  ", "\nfailed: tests\nfailed: build\n",
		"\nskipped: browser (needs a browser)\n",
		"\nskipped: TestMoon (no moon)\n",
		"\nskipped: asks what was built (not run without \"build\")\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
	if !strings.HasSuffix(out.String(), "\n5 passed, 3 failed, 3 skipped\n") {
		t.Errorf("the last line is not the sum:\n%s", &out)
	}
}

// A step that hangs is stopped, and the steps after it run.
func TestRunStopsHangingStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		ran := false
		err := Run(t.Context(), &out, []Step{
			{Name: "hangs", Run: func(ctx context.Context, _ *Results) error { <-ctx.Done(); return nil }},
			{Name: "next", Run: func(context.Context, *Results) error { ran = true; return nil }},
		})
		if err == nil || !ran || !strings.Contains(out.String(), "✗ hangs  20m0s: stopped") {
			t.Errorf("err %v, next ran: %v\n%s", err, ran, &out)
		}
	})
}

func TestJUnitReport(t *testing.T) {
	var r Results
	err := r.addJUnit([]byte(`<testsuites><testsuite name="p">
		<testcase name="TestA"></testcase>
		<testcase name="TestB"><failure message="Failed" type="">b is wrong</failure></testcase>
		<testcase name="TestC"><skipped message="=== RUN   TestC&#xA;    c_test.go:12: install a moon&#xA;--- SKIP"></skipped></testcase>
		<testcase name="TestD"><skipped message="    d_test.go:7: install a moon"></skipped></testcase>
	</testsuite><testsuite name="q"><testcase name="TestE"/></testsuite></testsuites>`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Passed != 2 || r.Failed != 1 || r.Skipped != 2 {
		t.Errorf("%d passed, %d failed, %d skipped", r.Passed, r.Failed, r.Skipped)
	}
	if got := strings.Join(r.skipped["install a moon"], " "); got != "TestC TestD" {
		t.Errorf("skipped for want of a moon: %q", got)
	}
}
