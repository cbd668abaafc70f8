package plugin

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// failure turns an error into what Grafana shows. Only errors that were worded for people are shown as they are.
func failure(ctx context.Context, err error) backend.DataResponse {
	var (
		fault    *upstream.Fault
		bad      *query.BadRequest
		missing  *query.NotConfigured
		invalid  *settings.Invalid
		panicked *query.Panic
	)
	switch {
	case errors.As(err, &bad):
		return response(http.StatusBadRequest, backend.ErrorSourceDownstream, bad)
	case errors.As(err, &missing):
		return response(http.StatusBadRequest, backend.ErrorSourceDownstream, missing)
	case errors.As(err, &invalid):
		return response(http.StatusBadRequest, backend.ErrorSourceDownstream, invalid)
	case errors.As(err, &fault):
		return upstreamFailure(ctx, fault)
	case errors.As(err, &panicked):
		backend.Logger.FromContext(ctx).Error("A query panicked", "panic", panicked.Value, "stack", string(panicked.Stack))
		return response(http.StatusInternalServerError, backend.ErrorSourcePlugin, panicked)
	case errors.Is(err, context.DeadlineExceeded):
		return response(http.StatusGatewayTimeout, backend.ErrorSourceDownstream, errTimeout)
	case errors.Is(err, context.Canceled):
		return response(499, backend.ErrorSourceDownstream, errCanceled)
	}
	backend.Logger.FromContext(ctx).Error("A query failed", "error", err)
	return response(http.StatusInternalServerError, backend.ErrorSourcePlugin, errOurs)
}

var (
	errTimeout  = errors.New("The upstreams did not answer within the data source's query timeout. Choose a shorter time range, or raise the query timeout in the data source settings.") //nolint:staticcheck // shown to people as a sentence
	errCanceled = errors.New("The query was cancelled.")                                                                                                                                  //nolint:staticcheck // shown to people as a sentence
	errOurs     = errors.New("The plugin could not compute this answer; its log has the details. Please report it.")                                                                      //nolint:staticcheck // shown to people as a sentence
)

func upstreamFailure(ctx context.Context, fault *upstream.Fault) backend.DataResponse {
	if fault.Source == upstream.Plugin {
		backend.Logger.FromContext(ctx).Error("An upstream refused what the plugin asked", "kind", fault.Kind, "cause", fault.Err)
		return response(fault.Status, backend.ErrorSourcePlugin, fault)
	}
	backend.Logger.FromContext(ctx).Debug("An upstream failed", "kind", fault.Kind, "cause", fault.Err)
	return response(fault.Status, backend.ErrorSourceDownstream, fault)
}

// sendable makes a text that Grafana's protocol takes: one that is no UTF-8 would take the whole response with it.
func sendable(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

func response(status int, source backend.ErrorSource, err error) backend.DataResponse {
	return backend.DataResponse{Error: errors.New(sendable(err.Error())), Status: backend.Status(status), ErrorSource: source}
}
