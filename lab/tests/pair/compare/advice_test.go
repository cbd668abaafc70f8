package compare

import (
	"os"
	"path/filepath"
	"testing"
)

// A text is found in whichever file of a folder it stands, and all of them are needed.
func TestAllIn(t *testing.T) {
	folder := t.TempDir()
	for name, code := range map[string]string{"server.py": `config.get("idle_timeout")`, "deep/presence.py": `"presence"`, "notes.txt": "last_active_granularity"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]bool{"idle_timeout": true, "last_active_granularity": false} {
		if got, err := allIn(folder, []string{"presence", text}); err != nil || got != want {
			t.Errorf("%s: %t, %v", text, got, err)
		}
	}
}
