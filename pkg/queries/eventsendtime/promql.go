package eventsendtime

import (
	"context"
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// The servlet that accepts messages. Only answers that succeeded count: refused and rate-limited sends are quick for
// reasons of their own. A client that hangs up counts as success, with the time until it did.
const metric = "synapse_http_server_response_time_seconds"

func selector(f query.Filters) string {
	return f.Selector(query.Equal("servlet", "RoomSendEventRestServlet"), `code=~"2.."`)
}

// highestBucket is the last bucket of the histogram, in seconds: a longer time is only known to be longer.
const highestBucket = 10.0

func quantile(q float64, by string, f query.Filters, window string) string {
	return fmt.Sprintf("histogram_quantile(%g, sum by (%s, le) (rate(%s_bucket%s%s)))", q, by, metric, selector(f), window)
}

func mean(by string, f query.Filters, window string) string {
	sum := func(part string) string {
		return fmt.Sprintf("sum by (%s) (rate(%s_%s%s%s))", by, metric, part, selector(f), window)
	}
	return sum("sum") + " / " + sum("count")
}

func perBand(f query.Filters, window string) string {
	return fmt.Sprintf("sum by (server_name, le) (rate(%s_bucket%s%s))", metric, selector(f), window)
}

// fewSends is the number of sends in the range below which quantiles say little. Source: ours, as the check
// event-send-time's floor.
const fewSends = 100

// sends are those of the whole range by homeserver, all of them and those within the last bucket.
type sends struct{ all, inTime model.Vector }

func (c *sends) ask(f query.Filters) query.Question {
	return func(ctx context.Context, s *query.Session) error {
		total := fmt.Sprintf("sum by (server_name) (increase(%s_count%s%s))", metric, selector(f), s.Range.Window())
		quick := fmt.Sprintf("sum by (server_name) (increase(%s_bucket%s%s))", metric,
			f.Selector(query.Equal("servlet", "RoomSendEventRestServlet"), `code=~"2.."`, `le=~"10([.]0)?"`), s.Range.Window())
		return s.Ask(ctx, query.At(total, &c.all), query.At(quick, &c.inTime))
	}
}

// explain says how much the answer rests on: no sends, few sends, sends beyond the last bucket; and why nothing is drawn.
func (c sends) explain(ctx context.Context, s *query.Session, drawn int) error {
	sparse := false
	if drawn == 0 {
		var err error
		if sparse, err = synapse.TellSparse(ctx, s); err != nil {
			return err
		}
	}
	if len(c.all) == 0 && !sparse {
		s.Warn("Prometheus has no sends of messages for this selection and time range (%s of RoomSendEventRestServlet): nobody sent one, or the processes that serve clients are not scraped.", metric)
	}
	inTime := map[model.LabelValue]float64{}
	for _, sample := range c.inTime {
		inTime[sample.Metric["server_name"]] = float64(sample.Value)
	}
	for _, sample := range c.all {
		tell(s, query.ServerOf(sample.Metric), float64(sample.Value), inTime[sample.Metric["server_name"]])
	}
	return nil
}

func tell(s *query.Session, server string, sends, inTime float64) {
	server = query.SayServer(server)
	switch {
	case sends < 0.5:
		s.Inform("Nobody sent a message on %s in this time range.", server)
	case sends < fewSends:
		s.Inform("Sends on %s in this time range: about %.0f, too few for the quantiles to say much.", server, sends)
	}
	// Fewer than one in a thousand reach none of the quantiles.
	if slow := sends - inTime; slow >= max(1, sends/1000) {
		s.Inform("Sends on %s that took longer than 10 s, where the histogram ends: about %.0f. A quantile of 10 s reads as \">10 s\".", server, slow)
	}
}
