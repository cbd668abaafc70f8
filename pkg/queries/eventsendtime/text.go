package eventsendtime

import (
	"context"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// explain says how much the answer rests on: no sends, few sends, sends beyond the last bucket; and why nothing is drawn.
func (c sends) explain(ctx context.Context, s *query.Session, drawn int) error {
	sparse := false
	if drawn == 0 {
		var err error
		if sparse, err = process.WarnScrapeGap(ctx, s); err != nil {
			return err
		}
	}
	if len(c.all) == 0 && !sparse {
		s.Warn("Prometheus has no sends for this selection and time range (%s of RoomSendEventRestServlet). Either no message was sent, or the processes that "+
			"serve clients are not scraped.", metrics.ResponseTime.Name)
	}
	inTime := query.ValuesBy(c.inTime, query.ServerOf)
	for _, sample := range c.all {
		server := query.ServerOf(sample.Metric)
		explainSends(s, server, float64(sample.Value), inTime[server])
	}
	return nil
}

func explainSends(s *query.Session, server string, sends, inTime float64) {
	server = query.SayServer(server)
	switch {
	case sends < 0.5:
		s.Inform("No message was sent on %s in this time range.", server)
	case sends < limits.EnoughSends.Value:
		s.Inform("About %s on %s in this time range: too few for reliable quantiles.", words.Count(sends, "send", "sends"), server)
	}
	// Fewer than one in a thousand reach none of the quantiles.
	if slow := sends - inTime; slow >= max(1, sends/1000) {
		limit := words.Seconds(metrics.ResponseTime.Highest)
		s.Inform("About %s on %s took more than %s, where the histogram ends. A quantile there is shown as "+
			"\">%s\".", words.Count(slow, "send", "sends"), server, limit, limit)
	}
}
