package federation

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// tellAbsent names what there is nothing of: a counter exists from its first event on, in the processes that count it.
func tellAbsent(s *query.Session, there func(flow int) bool) {
	var missing []string
	for i, f := range flows {
		if !there(i) {
			missing = append(missing, f.legend+" ("+f.metric.Name+")")
		}
	}
	switch len(missing) {
	case 0:
	case len(flows):
		s.Warn("Prometheus has no federation metrics for this selection and time range: the homeserver does not federate, or it is not scraped.")
	default:
		s.Inform("Prometheus has none of these for this selection and time range: %s. Either none happened since the start, or the processes that "+
			"count them are not "+
			"scraped or not selected.", strings.Join(missing, ", "))
	}
}

// tellSenders: with several senders, events that go to destinations of more than one are counted by each.
func tellSenders(s *query.Session, senders model.Vector) {
	for _, sample := range senders {
		if sample.Value > 1 {
			s.Inform("%s has %.0f federation senders, and each counts an event that it sends. Outgoing PDUs are those of the busiest one.",
				query.SayServer(query.ServerOf(sample.Metric)), float64(sample.Value))
		}
	}
}

func tellNoEDUs(s *query.Session, ranked query.Ranking) {
	if ranked.Empty() {
		s.Warn("Prometheus has no %s for this selection and time range: no EDU was sent, or the federation sender is not scraped.", metrics.SentEDUsByType.Name)
	}
}

func tellNoLag(s *query.Session) {
	s.Inform("No event passed the federation sender in this time range, or it is not scraped (%s).", metrics.EventLag.Name)
}

func tellMoreBehind(s *query.Session) {
	s.Inform("More healthy destinations than shown miss events (limit %d); those that miss most come first.", s.Limit)
}

// tellNotLooked says why healthy destinations that miss events are not in the table.
func tellNotLooked(s *query.Session, why *upstream.Fault) {
	s.Warn("Healthy destinations that miss events are not listed. %s", why)
}

// tellNotCounted says why only healthy destinations are in the table.
func tellNotCounted(s *query.Session) {
	s.Warn("Destinations that can't be reached are neither listed nor counted: that reads all destinations, and the data source setting postgresWholeTable is none.")
}

// tellDestinations says what all destinations are like, and what the table leaves out; shown is the failing ones in it, looked that
// the healthy ones were checked.
func tellDestinations(s *query.Session, c counts, shown int, looked bool) {
	text := fmt.Sprintf("%s of %s known destinations can't be reached", words.Number(float64(c.Failing)), words.Number(float64(c.Everyone)))
	if c.Failing > 0 {
		text += fmt.Sprintf(": %d for less than an hour, %d for less than a day, %d for less than a week, %d for longer",
			c.Hour, c.Day-c.Hour, c.Week-c.Day, c.Failing-c.Week)
	}
	if c.Oldest != nil {
		text += ", the first since " + time.UnixMilli(*c.Oldest).UTC().Format(time.DateOnly)
	}
	s.Inform("%s. A third to two thirds is normal, because many homeservers are shut down.", text)
	if left := c.Failing - int64(max(0, shown)); left > 0 {
		s.Inform("Not shown: %s that can't be reached (limit %d).", words.Count(left, "more destination", "more destinations"), s.Limit)
	}
	if looked && c.Reached > behindLimit {
		s.Inform("Only the first %s of %s healthy destinations, by name, were checked for missing events.",
			words.Number(behindLimit), words.Number(float64(c.Reached)))
	}
}
