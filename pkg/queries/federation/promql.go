package federation

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// The counters. Outgoing PDUs count an event once for each federation sender that has a destination for it, so with
// several senders the largest of them is nearest to the number of events; all others add up over processes.
const (
	pdusIn     = "synapse_federation_server_received_pdus_total"
	edusIn     = "synapse_federation_server_received_edus_total"
	pdusOut    = "synapse_federation_client_sent_pdu_destinations_count_total"
	edusOut    = "synapse_federation_client_sent_edus_total"
	edusByType = "synapse_federation_client_sent_edus_by_type_total"
	lagByEvent = "synapse_event_processing_lag_by_event"
)

func sum(metric string, f query.Filters, _ synapse.Identity, window string) string {
	return "sum by (server_name) (rate(" + metric + f.Selector() + window + "))"
}

// busiest is the rate of the process that counts most; one that was replaced within the window counts with its successor.
func busiest(metric string, f query.Filters, identity synapse.Identity, window string) string {
	return "max by (server_name) (" + perProcess(metric, f, identity, window) + ")"
}

func perProcess(metric string, f query.Filters, identity synapse.Identity, window string) string {
	return "sum by (" + identity.By() + ") (rate(" + metric + f.Selector() + window + "))"
}

func byType(f query.Filters, window string, types ...string) string {
	return "sum by (server_name, type) (rate(" + edusByType + f.Selector(query.OneOf("type", types)) + window + "))"
}

func lag(q float64, f query.Filters, window string) string {
	return fmt.Sprintf("histogram_quantile(%g, sum by (server_name, le) (rate(%s_bucket%s%s)))", q, lagByEvent,
		f.Selector(query.Equal("name", "federation_sender")), window)
}

// senders counts the processes that send events to other homeservers.
func senders(f query.Filters, identity synapse.Identity, window string) string {
	return "count by (server_name) (" + perProcess(pdusOut, f, identity, window) + " > 0)"
}
