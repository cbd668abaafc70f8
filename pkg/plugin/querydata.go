package plugin

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"golang.org/x/sync/errgroup"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// concurrentQueries bounds how many queries of one request run at a time; Grafana's own default.
const concurrentQueries = 10

// QueryData answers every query of a request; each one fails alone.
func (i *Instance) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	_, fromAlert := req.Headers[backend.FromAlertHeaderName]
	ctx, asker := i.asker(ctx, req.PluginContext.User, req.GetHTTPHeaders(), fromAlert)

	answers := make([]backend.DataResponse, len(req.Queries))
	var group errgroup.Group
	group.SetLimit(concurrentQueries)
	for k, q := range req.Queries {
		group.Go(func() error {
			answers[k] = i.respond(ctx, q, asker)
			return nil
		})
	}
	err := group.Wait()
	response := backend.NewQueryDataResponse()
	for k, q := range req.Queries {
		answer := answers[k]
		if earlier, twice := response.Responses[q.RefID]; twice {
			answer = merged(earlier, answer)
		}
		response.Responses[q.RefID] = answer
	}
	return response, err
}

// merged keeps both answers, in their order, where a request has the same refId twice; of two errors the first one.
func merged(earlier, later backend.DataResponse) backend.DataResponse {
	frames := slices.Concat(earlier.Frames, later.Frames)
	if earlier.Error == nil {
		earlier = later
	}
	earlier.Frames = frames
	return earlier
}

func (i *Instance) respond(ctx context.Context, q backend.DataQuery, asker query.Asker) backend.DataResponse {
	var frames data.Frames
	err := query.CatchPanic(func() (err error) {
		frames, err = i.answer(ctx, q, asker)
		return err
	})
	if err != nil {
		return failure(ctx, err)
	}
	for _, frame := range frames {
		frame.RefID = q.RefID
	}
	return backend.DataResponse{Frames: frames, Status: http.StatusOK}
}

func (i *Instance) answer(ctx context.Context, q backend.DataQuery, asker query.Asker) (data.Frames, error) {
	if i.broken != nil {
		return nil, i.broken
	}
	t, err := queries.Find(q.QueryType)
	if err != nil {
		return nil, err
	}
	req, err := t.Decode(q.JSON)
	if err != nil {
		return nil, err
	}
	asked := untilNow(q.TimeRange, time.Now())
	tr := query.Align(asked.From, asked.To, q.Interval, i.settings.ScrapeInterval)
	return i.runner.Run(ctx, t, req, tr, asker)
}

// untilNow cuts off the part of a range that is still to come: "today" ends at midnight, and at midnight there are no
// values yet.
func untilNow(asked backend.TimeRange, now time.Time) backend.TimeRange {
	if asked.To.After(now) && asked.From.Before(now) {
		asked.To = now
	}
	return asked
}
