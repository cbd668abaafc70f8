package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A dashboard with a panel that is right, one with a unit that differs, and one that asks for something else: the first two are equal,
// the third differs and nobody says why.
const dashboard = `{"panels": [{"type": "row", "title": "Overview", "panels": [
  {"type": "timeseries", "title": "Open FDs", "targets": [{"expr": "process_open_fds{job=~\"$job\"}"}]}]},
  {"type": "row", "title": "Process info", "panels": [
  {"type": "timeseries", "title": "Prometheus scrape time", "targets": [{"expr": "1000 * scrape_duration_seconds{job=~\"$job\"}"}]},
  {"type": "timeseries", "title": "Memory", "targets": [{"expr": "7 + process_resident_memory_bytes"}]}
]}]}`

func TestParity(t *testing.T) {
	file := filepath.Join(t.TempDir(), "synapse.json")
	if err := os.WriteFile(file, []byte(dashboard), 0o600); err != nil {
		t.Fatal(err)
	}
	panels, err := readOriginal(file)
	if err != nil || len(panels) != 3 {
		t.Fatalf("%d panels, %v", len(panels), err)
	}
	h, err := simulated(t.Context(), filepath.Join(t.TempDir(), "series"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.db.Close() }()
	results, err := compareAll(t.Context(), h, panels)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ kind, how string }{{equal, ""}, {equal, "in ms"}, {differs, ""}} {
		if kind, how := results[i].verdict(); kind != want.kind || how != want.how {
			t.Errorf("%s: %s %q, want %s %q", results[i].panel.title, kind, how, want.kind, want.how)
		}
	}
}

func TestWindowOf(t *testing.T) {
	for executed, want := range map[string]string{"rate(a[120s])": "120s", "topk(3, increase(a[3600s])) and rate(a[240s])": "240s", "a": "60s"} {
		if got := windowOf(executed); got != want {
			t.Errorf("%q: %s, want %s", executed, got, want)
		}
	}
}
