package plugin

import (
	"context"
	"net/http"
	"sync"

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

	response := backend.NewQueryDataResponse()
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(concurrentQueries)
	for _, q := range req.Queries {
		group.Go(func() error {
			answer := i.respond(ctx, q, asker)
			mu.Lock()
			defer mu.Unlock()
			if earlier, twice := response.Responses[q.RefID]; twice {
				answer = merged(earlier, answer)
			}
			response.Responses[q.RefID] = answer
			return nil
		})
	}
	return response, group.Wait()
}

// merged keeps both answers where a request has the same refId twice.
func merged(a, b backend.DataResponse) backend.DataResponse {
	if a.Error != nil {
		return a
	}
	b.Frames = append(a.Frames, b.Frames...)
	return b
}

func (i *Instance) respond(ctx context.Context, q backend.DataQuery, asker query.Asker) backend.DataResponse {
	var frames data.Frames
	err := query.Recovered(func() (err error) {
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
	tr := query.Align(q.TimeRange.From, q.TimeRange.To, q.Interval, i.settings.ScrapeInterval)
	return i.runner.Run(ctx, t, req, tr, asker)
}
