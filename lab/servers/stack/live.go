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

// ScrapeInterval is that of the simulated homeserver.
const ScrapeInterval = 15 * time.Second

// serve answers for all processes on a port of its own, and returns the configuration that scrapes them.
func serve(space *servers.Space, processes []*simulate.Process) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: Metrics(processes), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // ends with Close
	space.Own(server.Close)
	return ScrapeConfig(processes, listener.Addr().String())
}

// Metrics answers for each process at a path of its own.
func Metrics(processes []*simulate.Process) http.Handler {
	mux := http.NewServeMux()
	for number, process := range processes {
		mux.Handle(metricsPath(number), process.Handler())
	}
	return mux
}

// ScrapeConfig is the configuration of a Prometheus that scrapes Metrics at an address, under the labels that the history has.
func ScrapeConfig(processes []*simulate.Process, address string) (string, error) {
	jobs := make([]any, len(processes))
	for number, process := range processes {
		jobs[number] = map[string]any{
			"job_name":     fmt.Sprintf("process-%d", number),
			"metrics_path": metricsPath(number),
			"static_configs": []any{map[string]any{
				"targets": []string{address},
				"labels":  process.Labels(),
			}},
		}
	}
	config, err := yaml.Marshal(map[string]any{
		"global":         map[string]any{"scrape_interval": ScrapeInterval.String()},
		"scrape_configs": jobs,
	})
	return string(config), err
}

func metricsPath(number int) string { return fmt.Sprintf("%s/%d", simulate.Path, number) }
