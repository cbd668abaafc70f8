package synapse

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	// sparseWindow is the time over which values are counted, at the end of the range.
	sparseWindow = 10 * time.Minute
	// sparseBy is how much further apart than expected values may be before it is told: a rate needs two in its window.
	sparseBy = 1.5
)

// Spacing finds out whether Prometheus scrapes Synapse less often than the data source believes, so that no window of
// a rate holds two values. Prometheus' own default is a minute.
type Spacing struct {
	PromQL   string // asked at one time
	window   time.Duration
	expected time.Duration
}

// SpacingOf asks about the processes that f selects.
func SpacingOf(f query.Filters, scrapeInterval time.Duration) Spacing {
	window := max(sparseWindow, 20*scrapeInterval)
	seconds := int64(window.Seconds())
	process := everyProcess + f.Selector()
	return Spacing{
		// Only processes that were there before tell how far apart their values are.
		PromQL:   fmt.Sprintf("max(count_over_time(%s[%ds]) and last_over_time(%s[5m] offset %ds))", process, seconds, process, seconds),
		window:   window,
		expected: scrapeInterval,
	}
}

// Sparse reads the answer: how far apart the values are, where that is too far.
func (s Spacing) Sparse(answer model.Vector) (apart model.Duration, sparse bool) {
	if len(answer) == 0 || answer[0].Value < 2 { // one value is no distance
		return 0, false
	}
	found := time.Duration(float64(s.window) / float64(answer[0].Value)).Round(time.Second)
	return model.Duration(found), found > time.Duration(sparseBy*float64(s.expected))
}

// TellSparse is asked where a graph is empty. Where it told this reason, any other would be wrong.
func TellSparse(ctx context.Context, s *query.Session) (told bool, err error) {
	spacing := SpacingOf(s.Filters, s.Options.ScrapeInterval)
	var most model.Vector
	if err := s.Ask(ctx, query.At(spacing.PromQL, &most)); err != nil {
		return false, err
	}
	apart, sparse := spacing.Sparse(most)
	if sparse {
		s.Warn("Prometheus has a value of Synapse's metrics about every %s only, but the scrape interval of this data source is %s: that leaves graphs empty or with gaps. "+
			"Set it to Prometheus' own in the data source settings.", apart, model.Duration(s.Options.ScrapeInterval))
	}
	return sparse, nil
}

// WarnAbsent says that Prometheus has nothing of a metric that every Synapse exports.
func WarnAbsent(s *query.Session, metric string) {
	s.Warn("Prometheus has no %s for this selection and time range. Is Synapse scraped, and does the filter match?", metric)
}
