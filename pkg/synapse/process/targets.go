package process

import "github.com/matrix-insight/synapse-datasource/pkg/query"

// WithServerOfTarget labels what Prometheus itself writes about the addresses it scrapes (up, scrape_*) with the process
// and the homeserver that it found there within the last day. Such series have the labels of the target only: no
// server_name, and index where it was given to the target.
func (i Identity) WithServerOfTarget(f query.Filters, targets string) string {
	return i.SeenLastDay(f) + " * 0 + on (job, instance) group_left () (max by (job, instance) (" + targets + "))"
}

// SeenLastDay is one series per homeserver and process that was scraped within the last day: a process that is down now
// has a name all the same.
func (i Identity) SeenLastDay(f query.Filters) string { return i.Seen(f, "[1d]") }
