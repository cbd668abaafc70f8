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

// TellSparse is asked where a graph is empty: it says so where Prometheus scrapes less often than the data source
// believes, so that no window of a rate holds two values. Prometheus' own default is a minute.
func TellSparse(ctx context.Context, s *query.Session) error {
	window := max(sparseWindow, 20*s.Options.ScrapeInterval)
	seconds := int64(window.Seconds())
	process := everyProcess + s.Filters.Selector()
	var most model.Vector
	// Only processes that were there before tell how far apart their values are.
	promql := fmt.Sprintf("max(count_over_time(%s[%ds]) and last_over_time(%s[5m] offset %ds))", process, seconds, process, seconds)
	if err := s.Ask(ctx, query.At(promql, &most)); err != nil || len(most) == 0 {
		return err
	}
	apart := time.Duration(float64(window) / float64(most[0].Value)).Round(time.Second)
	if apart > time.Duration(sparseBy*float64(s.Options.ScrapeInterval)) {
		s.Warn("Prometheus has a value of Synapse's metrics about every %s only, but the scrape interval of this data source is %s: that leaves graphs empty or with gaps. "+
			"Set it to Prometheus' own in the data source settings.", apart, s.Options.ScrapeInterval)
	}
	return nil
}
