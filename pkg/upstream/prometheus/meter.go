package prometheus

import (
	"io"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// meters are what this plugin costs its Prometheus servers, over all data sources of the process. Grafana serves them with the
// plugin's own metrics (/api/plugins/matrix-synapse-datasource/metrics).
var meters = struct{ requests, seconds, bytes, failed, held prometheus.Counter }{
	counter("requests_total", "Requests sent to Prometheus."),
	counter("seconds_total", "Seconds until Prometheus began to answer."),
	counter("bytes_total", "Bytes of Prometheus' answers, decompressed."),
	counter("failed_total", "Requests without an answer, or with a status of 400 or more."),
	counter("held_total", "Requests that were not sent because Prometheus had asked to wait."),
}

func counter(name, help string) prometheus.Counter {
	return promauto.NewCounter(prometheus.CounterOpts{Namespace: "matrix_synapse_datasource", Subsystem: "prometheus", Name: name, Help: help})
}

// countedBody counts what is read of an answer.
type countedBody struct{ io.ReadCloser }

func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	meters.bytes.Add(float64(n))
	return n, err
}
