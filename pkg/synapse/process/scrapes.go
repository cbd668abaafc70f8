package process

import "github.com/matrix-insight/synapse-datasource/pkg/query"

// WithServerOfTarget labels what Prometheus itself writes about the targets it scrapes (up, scrape_*) with the process and
// the homeserver that it found there within the last day. Such series have the labels of the target only: no server_name,
// and index where it was given to the target. Where they lack labels by which processes differ, those that can't be told apart
// get nothing, rather than what was found about another one.
func (i Identity) WithServerOfTarget(f query.Filters, targets string) string {
	on := i.ScrapedLabels()
	joined := i.SeenLastDay(f) + " * 0 + on (" + on + ") group_left () (max by (" + on + ") (" + targets + "))"
	if on == i.Labels() {
		return joined
	}
	processes := "count by (" + i.Labels() + ") (" + i.SeenLastDay(query.Filters{}) + ")"
	return "(" + joined + " unless on (" + on + ") count by (" + on + ") (" + processes + ") > 1)"
}

// SeenLastDay is one series per homeserver and process that was scraped within the last day: a process that is down now
// has a name all the same.
func (i Identity) SeenLastDay(f query.Filters) string { return i.Seen(f, "[1d]") }
