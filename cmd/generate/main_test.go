package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDeclarationsAreUpToDate(t *testing.T) {
	t.Chdir("../..")
	if err := generate(true); err != nil {
		t.Error(err)
	}
}

func TestGenerateAndCheck(t *testing.T) {
	panels, err := os.ReadFile("../../" + panelFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(filepath.Dir(declarations), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(panelFile, panels, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := generate(true); err == nil {
		t.Error("a missing file passes the check")
	}
	if err := generate(false); err != nil {
		t.Fatal(err)
	}
	if err := generate(true); err != nil {
		t.Errorf("just generated: %v", err)
	}
	if err := os.WriteFile(declarations, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := generate(true); err == nil || !strings.Contains(err.Error(), "run go tool mage generate") {
		t.Errorf("a file that is out of date: %v", err)
	}
	if raw, err := os.ReadFile(declarations); err != nil || string(raw) != "{}\n" {
		t.Errorf("a check changed the file: %s, %v", raw, err)
	}
}
