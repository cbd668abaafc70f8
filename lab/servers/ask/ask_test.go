package ask

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// The smallest plugin that the SDK serves, in a process of its own: what we tell a plugin must arrive as Grafana's
// words would.
func TestEcho(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "echo")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", binary, "./testdata/echo").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	plugin, err := Start(t.Context(), binary, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = plugin.Stop() })
	source := Source{URL: "http://127.0.0.1:1", JSON: map[string]any{"httpMethod": "GET"}, Secure: map[string]string{"a": "b"}}

	response, err := plugin.QueryData(t.Context(), source.As(Viewer).Request(Span{From: started.Add(-time.Hour), To: started}, Query{"queryType": "x"}))
	if err != nil {
		t.Fatal(err)
	}
	if frames := response.Responses["A"].Frames; len(frames) != 1 || frames[0].Name != "x as Viewer" {
		t.Errorf("answer = %+v", response.Responses["A"])
	}

	health, err := plugin.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: source.Context()})
	if err != nil || health.Message != source.URL {
		t.Errorf("health = %+v, %v", health, err)
	}

	resource, err := plugin.CallResource(t.Context(), &backend.CallResourceRequest{
		PluginContext: source.Context(), Path: "settings", Method: http.MethodGet, URL: "settings",
	})
	if err != nil {
		t.Fatal(err)
	}
	var settings map[string]string
	if err := json.Unmarshal(resource.Body, &settings); err != nil || settings["httpMethod"] != "GET" {
		t.Errorf("settings = %s, %v", resource.Body, err)
	}

	if runtime.GOOS == "linux" {
		if now, peak, err := plugin.RSS(); err != nil || now < 1<<20 || peak < now {
			t.Errorf("memory = %d, at most %d, %v", now, peak, err)
		}
	}
	if err := plugin.Stop(); err != nil || plugin.Running() {
		t.Errorf("it runs on after Stop: %v", err)
	}
}
