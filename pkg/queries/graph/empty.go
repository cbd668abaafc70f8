package graph

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/coverage"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// explainEmpty says why nothing is drawn: Prometheus scrapes too seldom, this version of Synapse does not tell, or nothing
// happened.
func (d drawn) explainEmpty(ctx context.Context, lines int) error {
	if lines > 0 {
		return nil
	}
	told, err := process.WarnScrapeGap(ctx, d.Session)
	if err != nil || told {
		return err
	}
	note, err := d.versionNote(ctx)
	switch {
	case err != nil:
		return err
	case note != "":
		d.Inform("Nothing to draw for %q. %s", d.Title, note)
	case d.optional():
		d.Inform("Prometheus has nothing for %q in this selection and time range. %s", d.Title, d.Metrics()[0].Meaning)
	default:
		d.Notice(d.severity(), "Prometheus has nothing for %q in this selection and time range. Either nothing of the kind happened, or the processes that do it "+
			"are not scraped.", d.Title)
	}
	return nil
}

// optional tells whether every metric of the graph depends on the platform or a setting, which its meaning names.
func (g Graph) optional() bool {
	for _, m := range g.Metrics() {
		if m.Exists != metrics.Optional {
			return false
		}
	}
	return true
}

// severity is that of a graph without lines: a warning only where every process should have its metrics.
func (g Graph) severity() data.NoticeSeverity {
	for _, m := range g.Metrics() {
		if m.Exists == metrics.Always || m.Exists == metrics.Extra {
			return data.NoticeSeverityWarning
		}
	}
	return data.NoticeSeverityInfo
}

// versionNote says which version of Synapse has the graph's metrics, if the newest that runs does not.
func (d drawn) versionNote(ctx context.Context) (string, error) {
	identity, err := process.Find(ctx, d.Session)
	if err != nil {
		return "", err
	}
	var found model.Vector
	if err := d.Ask(ctx, query.At(coverage.Versions(identity, d.Session.Filters), &found)); err != nil {
		return "", err
	}
	var versions []string
	for _, sample := range found {
		versions = append(versions, string(sample.Metric["version"]))
	}
	newest := metrics.Newest(versions)
	for _, m := range d.Metrics() {
		if note := coverage.VersionNote(m, newest); note != "" {
			return note, nil
		}
	}
	return "", nil
}
