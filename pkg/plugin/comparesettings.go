package plugin

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// compareSettings warns where a setting does not fit another one, or what Prometheus has.
func (i *Instance) compareSettings(ctx context.Context, now time.Time, metrics *upstream.Aspect) error {
	warn := func(message string) {
		metrics.Status = upstream.Warning
		metrics.Message += " " + message
	}
	for _, note := range checks.SwappedThresholds(checks.All, i.settings) {
		warn(note)
	}
	identity, err := process.Find(ctx, query.NewSession(query.Request{}, query.TimeRange{From: now.Add(-time.Hour), To: now}, now, i.settings, i.prometheus, nil))
	if err != nil {
		return err
	}
	for _, problem := range identity.Problems() {
		warn(problem)
	}
	spacing := process.ScrapeGapOf(query.Filters{}, i.settings.ScrapeInterval)
	most, _, err := i.prometheus.Instant(ctx, spacing.PromQL, now)
	if err != nil {
		return err
	}
	// Graphs would stay empty.
	if apart, sparse := spacing.Sparse(most); sparse {
		warn(fmt.Sprintf("Prometheus scrapes Synapse about every %s, but this data source is set to %s: graphs stay empty or have gaps.",
			apart, model.Duration(i.settings.ScrapeInterval)))
		metrics.Remedy = fmt.Sprintf("Set the scrape interval of this data source to %s.", apart)
	}
	return nil
}
