package prometheus

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestServer(t *testing.T) {
	server, err := Start(t.Context(), Options{Dir: t.TempDir(), Progress: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	response, err := http.Get(server.URL + "/api/v1/query?query=1%2B1")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), `"2"`) {
		t.Errorf("1+1 = %s", body)
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	if response, err := http.Get(server.URL); err == nil {
		_ = response.Body.Close()
		t.Error("it still answers after Stop")
	}
}

// A broken configuration must say so, and at once.
func TestBrokenConfig(t *testing.T) {
	_, err := Start(t.Context(), Options{Dir: t.TempDir(), Config: "nonsense: ["})
	if err == nil || !strings.Contains(err.Error(), "ended early") {
		t.Errorf("error = %v", err)
	}
}

// The ways to a Prometheus where none is installed need the network and minutes, so they are asked for: RIG_DOWNLOAD=1.
func TestWithoutInstalled(t *testing.T) {
	if os.Getenv("RIG_DOWNLOAD") == "" {
		t.Skip("RIG_DOWNLOAD=1 fetches and builds a Prometheus")
	}
	progress := func(s string) { t.Log(s) }
	t.Run("package", func(t *testing.T) {
		cache := t.TempDir()
		if err := unpackPackage(t.Context(), cache, progress); err != nil {
			t.Skip(err)
		}
		for _, program := range []string{"prometheus", "promtool"} {
			if !runs(t.Context(), executable(cache, program)) {
				t.Errorf("the package's %s does not run", program)
			}
		}
	})
	t.Run("source", func(t *testing.T) {
		cache := t.TempDir()
		for _, program := range []string{"prometheus", "promtool"} {
			if err := buildFromSource(t.Context(), executable(cache, program), program, progress); err != nil {
				t.Fatal(err)
			}
			if !runs(t.Context(), executable(cache, program)) {
				t.Errorf("the built %s does not run", program)
			}
		}
	})
}
