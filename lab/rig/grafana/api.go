package grafana

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
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
