package postgres

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// meters are what this plugin costs the database, over all data sources of the process. Grafana serves them with the plugin's own
// metrics (/api/plugins/matrix-synapse-datasource/metrics).
var meters = struct{ statements, seconds, rows, stopped, blocked, opened prometheus.Counter }{
	counter("statements_total", "Statements sent to PostgreSQL."),
	counter("seconds_total", "Seconds in transactions on PostgreSQL."),
	counter("rows_total", "Rows read from PostgreSQL."),
	counter("stopped_total", "Statements that PostgreSQL stopped because they reached their limit."),
	counter("blocked_total", "Statements that were not sent because they reached their limit before."),
	counter("circuits_opened_total", "How often a statement was put on hold because it reached its limit."),
}

// openCircuits is what an alert can watch: it falls when the statements are finished again, or their data source is saved or removed.
var openCircuits = promauto.NewGauge(prometheus.GaugeOpts{
	Namespace: "matrix_synapse_datasource", Subsystem: "postgres", Name: "circuits_open",
	Help: "Statements that reached their limit and have not been finished since.",
})

func counter(name, help string) prometheus.Counter {
	return promauto.NewCounter(prometheus.CounterOpts{Namespace: "matrix_synapse_datasource", Subsystem: "postgres", Name: name, Help: help})
}
