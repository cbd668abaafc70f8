package postgres

import (
	"errors"
	"testing"
)

func TestStandby(t *testing.T) {
	ctx := t.Context()
	options := Options{Dir: t.TempDir(), Progress: func(s string) { t.Log(s) }, Settings: map[string]string{"max_connections": "70"}}
	primary, err := Start(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = primary.Stop() })
	standby, err := primary.StartStandby(ctx, Options{Dir: options.Dir, Progress: options.Progress, Settings: map[string]string{"work_mem": "1MB"}})
	if errors.Is(err, ErrNoStandby) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = standby.Stop() })
	if standby.Port() == primary.Port() {
		t.Fatal("both have one port")
	}
	if got := ask(t, standby, "postgres", "SELECT pg_is_in_recovery() || ' ' || current_setting('max_connections') || ' ' || current_setting('work_mem')"); got != "true 70 1MB" {
		t.Errorf("the standby is %s", got)
	}
	for _, text := range []string{"one", "two"} {
		ask(t, primary, "postgres", "DROP TABLE IF EXISTS words; CREATE TABLE words AS SELECT '"+text+"' AS word; SELECT 'done'")
		if err := standby.CatchUp(ctx, primary); err != nil {
			t.Fatal(err)
		}
		if got := ask(t, standby, "postgres", "SELECT word FROM words"); got != text {
			t.Errorf("the standby has %q, want %q", got, text)
		}
	}
	if err := errors.Join(standby.Stop(), primary.Stop()); err != nil {
		t.Error(err)
	}
}
