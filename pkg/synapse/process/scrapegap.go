package process

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// gapWindow is the time over which values are counted, at the end of the range.
	gapWindow = 10 * time.Minute
	// gapFactor is how much further apart than expected values may be before it is told: a rate needs two in its window.
	gapFactor = 1.5
)

// ScrapeGap finds out whether Prometheus scrapes Synapse less often than the data source believes, so that no window of
// a rate holds two values. Prometheus' own default is a minute.
type ScrapeGap struct {
	PromQL   string // asked at one time
	window   time.Duration
	expected time.Duration
}

// ScrapeGapOf asks about the processes that f selects.
func ScrapeGapOf(f query.Filters, scrapeInterval time.Duration) ScrapeGap {
	window := max(gapWindow, 20*scrapeInterval)
	return ScrapeGap{
		// Only processes that were there before tell how far apart their values are.
		PromQL: fmt.Sprintf("max(%s and %s)", marker.Over("count_over_time", f.Selector(), metrics.Window(window)),
			marker.Over("last_over_time", f.Selector(), "[5m]"+metrics.Offset(window))),
		window:   window,
		expected: scrapeInterval,
	}
}

// Sparse reads the answer: how far apart the values are, where that is too far.
func (s ScrapeGap) Sparse(answer model.Vector) (apart model.Duration, sparse bool) {
	if len(answer) == 0 || answer[0].Value < 2 { // one value is no distance
		return 0, false
	}
	found := time.Duration(float64(s.window) / float64(answer[0].Value)).Round(time.Second)
	return model.Duration(found), found > time.Duration(gapFactor*float64(s.expected))
}

// WarnScrapeGap is asked where a graph is empty. Where it told this reason, any other would be wrong.
func WarnScrapeGap(ctx context.Context, s *query.Session) (told bool, err error) {
	spacing := ScrapeGapOf(s.Filters, s.Settings.ScrapeInterval)
	var most model.Vector
	if err := s.Ask(ctx, query.At(spacing.PromQL, &most)); err != nil {
		return false, err
	}
	apart, sparse := spacing.Sparse(most)
	if sparse {
		s.Warn("Prometheus scrapes Synapse about every %s, but this data source is set to %s, so graphs are empty or have gaps. Set the scrape interval in the data "+
			"source settings to that of Prometheus.", words.Duration(time.Duration(apart)), words.Duration(s.Settings.ScrapeInterval))
	}
	return sparse, nil
}

// ExplainEmpty says why there is nothing to show: Prometheus scrapes too seldom, or what otherwise says.
func ExplainEmpty(ctx context.Context, s *query.Session, otherwise func()) error {
	told, err := WarnScrapeGap(ctx, s)
	if err == nil && !told {
		otherwise()
	}
	return err
}

// WarnAbsent says that Prometheus has nothing of a metric that every Synapse exports.
func WarnAbsent(s *query.Session, metric string) {
	s.Warn("Prometheus has no %s for this selection and time range. Check that Synapse is scraped and that the filter matches.", metric)
}
