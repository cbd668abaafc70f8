package synapse

import (
	"maps"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Seen is one series per homeserver and process that was scraped within a window.
func (i Identity) Seen(f query.Filters, window string) string {
	return "count by (server_name, " + i.Labels() + ") (last_over_time(" + everyProcess + f.Selector() + window + "))"
}

// Homes are the homeservers that each process serves, in rare cases several. They label what PromQL refuses to join:
// several series of one process, as of its generations or versions.
type Homes struct {
	identity Identity
	of       map[model.Fingerprint][]model.Metric
}

// Homes reads the answer to Seen.
func (i Identity) Homes(seen model.Vector) Homes {
	h := Homes{i, map[model.Fingerprint][]model.Metric{}}
	for _, sample := range seen {
		at := i.Process(sample.Metric)
		h.of[at] = append(h.of[at], sample.Metric)
	}
	return h
}

// Labelled gives a series' labels once for each homeserver of its process.
func (h Homes) Labelled(m model.Metric) []model.Metric {
	var all []model.Metric
	for _, home := range h.of[h.identity.Process(m)] {
		labels := home.Clone()
		maps.Copy(labels, m)
		all = append(all, labels)
	}
	return all
}
