package synapse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// The further processes of a homeserver that has a Redis: one for clients, and one that alone stores events.
const (
	ClientWorker = "generic_worker1"
	EventWorker  = "event_persister1"
)

// Worker is a further process of a homeserver.
type Worker struct {
	Name       string
	ClientURL  string
	MetricsURL string

	server  *Server
	process *servers.Process
}

// PID is the id of the worker's process.
func (w *Worker) PID() int { return w.process.PID() }

// Stop ends a worker as an admin does.
func (w *Worker) Stop() error { return w.process.Stop() }

// Start starts a worker, also again, and waits until it answers.
func (w *Worker) Start(ctx context.Context) (err error) {
	file := filepath.Join(w.server.dir, w.Name+".yaml")
	if w.process, err = w.server.start(w.Name, "generic_worker", "--config-path", file); err != nil {
		return err
	}
	return w.process.WaitHTTP(ctx, w.ClientURL+"/health", 3*time.Minute)
}

// addWorkers writes the configuration of the workers, and what the main process has to know of them. The listeners of the
// main process stay.
func (s *Server) addWorkers() error {
	ports, err := freePorts(4)
	if err != nil {
		return err
	}
	events := ports[0]
	shared := fmt.Sprintf(`redis: {enabled: true, host: 127.0.0.1, port: %d}
worker_replication_secret: %q
instance_map:
  main: {host: 127.0.0.1, port: %d}
  %s: {host: 127.0.0.1, port: %d}
stream_writers: {events: [%[4]s]}
`, s.alone.Redis, s.secret, s.replicationPort, EventWorker, events)
	if err := os.WriteFile(filepath.Join(s.dir, "workers.yaml"), []byte(shared), 0o600); err != nil {
		return err
	}
	s.Workers = []*Worker{s.worker(ClientWorker, ports[1], ports[2]), s.worker(EventWorker, events, ports[3])}
	return errors.Join(s.Workers[0].configure(ports[1], ports[2]), s.Workers[1].configure(events, ports[3]))
}

func (s *Server) worker(name string, clients, metrics int) *Worker {
	return &Worker{
		Name: name, server: s, ClientURL: fmt.Sprintf("http://127.0.0.1:%d", clients), MetricsURL: fmt.Sprintf("http://127.0.0.1:%d/_synapse/metrics", metrics),
	}
}

func (w *Worker) configure(clients, metrics int) error {
	return os.WriteFile(filepath.Join(w.server.dir, w.Name+".yaml"), fmt.Appendf(nil, `worker_app: synapse.app.generic_worker
worker_name: %s
worker_log_config: %s/log.yaml
worker_listeners:
  - {port: %d, bind_addresses: ['127.0.0.1'], type: http, resources: [{names: [client, federation, replication]}]}
  - {port: %d, bind_addresses: ['127.0.0.1'], type: metrics}
`, w.Name, w.server.dir, clients, metrics), 0o600)
}
