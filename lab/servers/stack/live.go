package stack

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/simulate"
)

const scrapeInterval = 15 * time.Second

// serve answers for all processes on one port, each at a path of its own, and returns the configuration that scrapes
// them under the labels that the history has.
func serve(space *servers.Space, processes []*simulate.Process) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	var jobs []any
	for number, process := range processes {
		path := fmt.Sprintf("%s/%d", simulate.Path, number)
		mux.Handle(path, process.Handler())
		jobs = append(jobs, map[string]any{
			"job_name":     fmt.Sprintf("process-%d", number),
			"metrics_path": path,
			"static_configs": []any{map[string]any{
				"targets": []string{listener.Addr().String()},
				"labels":  process.Labels(),
			}},
		})
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with Close
	space.Own(server.Close)
	config, err := yaml.Marshal(map[string]any{
		"global":         map[string]any{"scrape_interval": scrapeInterval.String()},
		"scrape_configs": jobs,
	})
	return string(config), err
}
