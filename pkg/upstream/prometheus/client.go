// Package prometheus is the only place that speaks to the Prometheus-compatible API. It turns every failure into an
// upstream.Fault with words for the user.
package prometheus

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
)

// Client reads one Prometheus, Thanos, Mimir or VictoriaMetrics. It implements query.Metrics. Prometheus' infos are
// dropped: they are hints to the author of a query ("metric might not be a counter"), wrong for Synapse's cache gauges.
type Client struct {
	api   v1.API
	queue *queue
}

// New makes a client of the API at an address over transport, which adds the address's credentials and query. method is
// POST or GET; places is how many requests may be under way at a time.
func New(address Address, method string, places int, transport http.RoundTripper) (*Client, error) {
	waiting := newQueue(places)
	own := &roundTripper{next: transport, get: method == http.MethodGet, address: address, large: waiting.large}
	client, err := api.NewClient(api.Config{Address: address.base.String(), RoundTripper: own})
	if err != nil {
		return nil, err
	}
	return &Client{api: v1.NewAPI(client), queue: waiting}, nil
}

// Instant evaluates promql at one time. The strings are the server's warnings about a partial answer.
func (c *Client) Instant(ctx context.Context, promql string, at time.Time) (model.Vector, []string, error) {
	leave, err := c.queue.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	ctx, status := withStatus(ctx)
	value, warnings, _, err := c.api.Query(ctx, promql, at)
	if err != nil {
		return nil, warnings, c.classify(ctx, err, *status)
	}
	switch v := value.(type) {
	case model.Vector:
		return v, warnings, nil
	case *model.Scalar:
		return model.Vector{{Metric: model.Metric{}, Value: v.Value, Timestamp: v.Timestamp}}, warnings, nil
	}
	return nil, warnings, c.unexpected()
}

// Range evaluates promql at each step from from to to.
func (c *Client) Range(ctx context.Context, promql string, from, to time.Time, step time.Duration) (model.Matrix, []string, error) {
	leave, err := c.queue.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	ctx, status := withStatus(ctx)
	value, warnings, _, err := c.api.QueryRange(ctx, promql, v1.Range{Start: from, End: to, Step: step})
	if err != nil {
		return nil, warnings, c.classify(ctx, err, *status)
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, warnings, c.unexpected()
	}
	return matrix, warnings, nil
}

// LabelValues lists the values of a label over the series that match, sorted, empty ones left out.
func (c *Client) LabelValues(ctx context.Context, label string, matches []string, from, to time.Time) ([]string, error) {
	leave, err := c.queue.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, status := withStatus(ctx)
	found, _, _, err := c.api.LabelValues(ctx, label, matches, from, to)
	if err != nil {
		return nil, c.classify(ctx, err, *status)
	}
	if found == nil { // client_golang takes any JSON object without an error for a success; without values it has a list
		return nil, c.unexpected()
	}
	values := make([]string, 0, len(found))
	for _, v := range found {
		if v != "" {
			values = append(values, string(v))
		}
	}
	slices.Sort(values)
	return values, nil
}
