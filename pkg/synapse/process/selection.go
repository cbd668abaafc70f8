package process

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// Selection writes PromQL about the series that a query selects, over one window.
type Selection struct {
	Filters query.Filters
	// Window is a range such as [900s], with an offset behind it where one is wanted.
	Window string
}

// OverRange is a query's selection over its whole time range, for one answer about all of it.
func OverRange(s *query.Session) Selection { return Selection{s.Filters, s.Range.Window()} }

// PerPoint is a query's selection over the window of one point of a series.
func PerPoint(s *query.Session) Selection { return Selection{s.Filters, s.Range.RateWindow()} }

// selector selects a metric's series: those of whole processes carry no server_name.
func (s Selection) selector(series metrics.Series, more []query.Matcher) string {
	if series.Metric.Scope == metrics.OfHomeserver {
		return s.Filters.Selector(more...)
	}
	return s.Filters.ProcessSelector(more...)
}

// Of is a metric's present value.
func (s Selection) Of(series metrics.Series, more ...query.Matcher) string {
	return series.Of(s.selector(series, more))
}

// Rate is the increase per second.
func (s Selection) Rate(series metrics.Series, more ...query.Matcher) string {
	return series.Rate(s.selector(series, more), s.Window)
}

// Increase is the increase within the window.
func (s Selection) Increase(series metrics.Series, more ...query.Matcher) string {
	return series.Increase(s.selector(series, more), s.Window)
}

// SumRate adds up the rates of the series that have the same values of these labels.
func (s Selection) SumRate(by string, series metrics.Series, more ...query.Matcher) string {
	return "sum by (" + by + ") (" + s.Rate(series, more...) + ")"
}

// Mean is that of a histogram's observations.
func (s Selection) Mean(by string, histogram *metrics.Metric, more ...query.Matcher) string {
	return s.SumRate(by, histogram.Sum(), more...) + " / " + s.SumRate(by, histogram.Count(), more...)
}

// Quantile is that of a histogram's observations.
func (s Selection) Quantile(q float64, by string, histogram *metrics.Metric, more ...query.Matcher) string {
	return fmt.Sprintf("histogram_quantile(%g, %s)", q, s.SumRate(by+", le", histogram.Bucket(), more...))
}

// UpTo matches the bucket of a histogram with this bound, in whichever way the server writes whole numbers.
func UpTo(bound float64) query.Matcher { return query.Matcher(fmt.Sprintf(`le=~"%g([.]0)?"`, bound)) }
