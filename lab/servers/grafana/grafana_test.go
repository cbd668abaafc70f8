package grafana

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

func TestServer(t *testing.T) {
	found, err := Find(t.Context())
	if errors.Is(err, ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if found.Home == "" {
		t.Skip("only Docker is here, which may fetch an image: left to the demo")
	}
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	server, err := Start(t.Context(), Options{Dir: dir, Dist: empty, Provisioning: empty, Progress: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	t.Log(server.Version)
	response, err := http.Get(server.URL + "/api/org")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("somebody who has not logged in gets %s", response.Status)
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
}
