package grafana

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"
)

// Get asks Grafana's API as its admin.
func (s *Server) Get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
	if err != nil {
		return err
	}
	request.SetBasicAuth("admin", "admin")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", path, response.Status, body)
	}
	return json.Unmarshal(body, into)
}

// Health asks what "Save & test" asks of a data source.
func (s *Server) Health(ctx context.Context, uid string) (string, error) {
	var answer struct{ Status, Message string }
	err := s.Get(ctx, "/api/datasources/uid/"+uid+"/health", &answer)
	return answer.Status + ": " + answer.Message, err
}

func (s *Server) version(ctx context.Context) (string, error) {
	var health struct{ Version string }
	err := s.Get(ctx, "/api/health", &health)
	return health.Version, err
}

// Dashboard is where to look at a provisioned dashboard.
type Dashboard struct{ Title, URL string }

// Dashboards lists what was provisioned.
func (s *Server) Dashboards(ctx context.Context) ([]Dashboard, error) {
	var found []Dashboard
	err := s.Get(ctx, "/api/search?type=dash-db", &found)
	for i := range found {
		found[i].URL = s.URL + found[i].URL
	}
	return found, err
}

// waitProvisioned waits for what the provisioning folder holds: Grafana answers before it has read it.
func (s *Server) waitProvisioned(ctx context.Context, folder string) error {
	for pattern, path := range map[string]string{
		"datasources/*.yaml":  "/api/datasources",
		"dashboards/*/*.json": "/api/search?type=dash-db",
	} {
		files, err := filepath.Glob(filepath.Join(folder, filepath.FromSlash(pattern)))
		if err != nil {
			return err
		}
		if len(files) == 0 {
			continue
		}
		err = s.process.Wait(ctx, time.Minute, func(ctx context.Context) error {
			var found []json.RawMessage
			if err := s.Get(ctx, path, &found); err != nil {
				return err
			}
			if len(found) < len(files) { // each file makes one at least
				return fmt.Errorf("%s has %d of %d of %s yet", path, len(found), len(files), pattern)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
