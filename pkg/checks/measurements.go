package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Measurements that several checks share. They are asked once, whoever reads them.

// shortWindow smooths bursts but follows what happens now. Source: ours.
const shortWindow = 15 * time.Minute

var (
	// uptime is the age of each process in seconds.
	uptime = measure("uptime", func(s Scope) string {
		return s.WithServer("time() - " + s.Now(metrics.ProcessStart.Series()))
	})
	// loopBusy is the share of time that each process's event loop was busy: ticks are timed without the wait for
	// something to do.
	loopBusy = measure("busy", func(s Scope) string {
		return s.WithServer(s.Rate(metrics.ReactorTick.Sum(), shortWindow))
	})
	// cpu is the cores that each process used.
	cpu = measure("cpu", func(s Scope) string {
		return s.WithServer(s.Rate(metrics.ProcessCPU.Series(), shortWindow))
	})
	// requestsScraped tells whether Prometheus has any process that answers requests.
	requestsScraped = measure("scraped", func(s Scope) string {
		return "count by (server_name) (" + s.Now(metrics.RequestsReceived.Series()) + ")"
	})
)

// upTo matches the bucket of a histogram with this bound, in whichever way the server writes whole numbers.
func upTo(bound string) query.Matcher { return query.Matcher(fmt.Sprintf(`le=~"%s([.]0)?"`, bound)) }

// subjectOfProcess names the process of a series.
func subjectOfProcess(s Sample) string { return s.Process() }

// subjectOfTransaction names the transaction of a series.
func subjectOfTransaction(s Sample) string { return s.Label("desc") }
