package prometheus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// classify words a failure for the user. Typed errors decide; text is read only where Prometheus has no type for a
// limit of its own.
func (c *Client) classify(ctx context.Context, err error, status int) error {
	fault := c.fault(ctx, err, status)
	fault.Err = err
	return fault
}

func (c *Client) fault(ctx context.Context, err error, status int) *upstream.Fault {
	var apiErr *v1.Error
	switch {
	case errors.Is(err, context.Canceled):
		return &upstream.Fault{Kind: upstream.Canceled, Source: upstream.Downstream, Status: 499,
			Message: "The query was cancelled before Prometheus answered."}
	case isTimeout(ctx, err):
		return &upstream.Fault{Kind: upstream.Timeout, Source: upstream.Downstream, Status: http.StatusGatewayTimeout,
			Message: "Prometheus did not answer within the data source's query timeout.",
			Remedy:  "Choose a shorter time range, or raise the query timeout in the data source settings."}
	case errors.Is(err, httpclient.ErrResponseBodyTooLarge):
		return &upstream.Fault{Kind: upstream.Limit, Source: upstream.Downstream, Status: http.StatusBadGateway,
			Message: "Prometheus' answer is longer than 32 MiB and was cut off.",
			Remedy:  "Restrict the query to fewer homeservers or processes, or choose a shorter time range."}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &upstream.Fault{Kind: upstream.Auth, Source: upstream.Downstream, Status: status,
			Message: "Prometheus refused the credentials (" + http.StatusText(status) + ").",
			Remedy:  "Check user, password, token and tenant header in the data source settings."}
	case errors.As(err, &apiErr):
		return c.apiFault(apiErr, status)
	}
	return c.networkFault(err)
}

func (c *Client) apiFault(err *v1.Error, status int) *upstream.Fault {
	switch err.Type {
	case v1.ErrBadData:
		return &upstream.Fault{Kind: upstream.OwnMistake, Source: upstream.Plugin, Status: http.StatusInternalServerError,
			Message: "Prometheus rejected a query that this plugin wrote.",
			Remedy:  "Please report it with the query shown by the panel's inspector."}
	case v1.ErrTimeout:
		return &upstream.Fault{Kind: upstream.Timeout, Source: upstream.Downstream, Status: http.StatusGatewayTimeout,
			Message: "Prometheus gave up on the query: its own time limit passed.",
			Remedy:  "Choose a shorter time range, or raise --query.timeout in Prometheus."}
	case v1.ErrCanceled:
		return &upstream.Fault{Kind: upstream.Canceled, Source: upstream.Downstream, Status: http.StatusBadGateway,
			Message: "Prometheus cancelled the query.", Remedy: "It may be shutting down or overloaded; try again."}
	case v1.ErrExec:
		return executionFault(err)
	case v1.ErrServer:
		return &upstream.Fault{Kind: upstream.BadAnswer, Source: upstream.Downstream, Status: http.StatusBadGateway,
			Message: "Prometheus answered with an internal error" + statusText(status) + ".",
			Remedy:  "Look into the log of Prometheus, or of the proxy in front of it."}
	case v1.ErrClient:
		return &upstream.Fault{Kind: upstream.BadAnswer, Source: upstream.Downstream, Status: http.StatusBadGateway,
			Message: "The server refused the query" + statusText(status) + ".",
			Remedy:  "Check that the URL in the data source settings is the address of a Prometheus API, with its path prefix and without /api/v1."}
	}
	return c.unexpected()
}

// executionFault: limits of the server are the user's to raise, anything else is a query of ours that can't run.
func executionFault(err *v1.Error) *upstream.Fault {
	for _, sign := range []string{"too many", "limit", "exceed"} {
		if strings.Contains(err.Msg, sign) {
			return &upstream.Fault{Kind: upstream.Limit, Source: upstream.Downstream, Status: http.StatusUnprocessableEntity,
				Message: "Prometheus refused the query because of one of its limits (samples or series).",
				Remedy:  "Choose a shorter time range, restrict the query to fewer processes, or raise the limit in Prometheus (--query.max-samples)."}
		}
	}
	return &upstream.Fault{Kind: upstream.OwnMistake, Source: upstream.Plugin, Status: http.StatusInternalServerError,
		Message: "Prometheus could not evaluate a query that this plugin wrote.",
		Remedy:  "Please report it with the query shown by the panel's inspector."}
}

func (c *Client) networkFault(err error) *upstream.Fault {
	var dns *net.DNSError
	if isTLS(err) {
		return &upstream.Fault{Kind: upstream.TLS, Source: upstream.Downstream, Status: http.StatusBadGateway,
			Message: "The TLS connection to Prometheus failed: its certificate was not accepted, or it does not speak TLS on this port.",
			Remedy:  "Check the URL's scheme and the TLS section of the data source settings (CA certificate, server name)."}
	}
	if errors.As(err, &dns) {
		return &upstream.Fault{Kind: upstream.Unreachable, Source: upstream.Downstream, Status: http.StatusBadGateway,
			Message: "The host name of Prometheus could not be resolved.",
			Remedy:  "Check the URL in the data source settings; it must be reachable from the Grafana server, not from the browser."}
	}
	return &upstream.Fault{Kind: upstream.Unreachable, Source: upstream.Downstream, Status: http.StatusBadGateway,
		Message: "Prometheus can't be reached: the connection was refused or broke.",
		Remedy:  "Check that it runs and that the URL in the data source settings is reachable from the Grafana server."}
}

func (c *Client) unexpected() *upstream.Fault {
	return &upstream.Fault{Kind: upstream.BadAnswer, Source: upstream.Downstream, Status: http.StatusBadGateway,
		Message: "The server answered, but not as a Prometheus API does (no valid JSON, or only a part of it).",
		Remedy:  "Check that the URL in the data source settings is the address of a Prometheus API; a login page or a proxy may be in between."}
}

func isTimeout(ctx context.Context, err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

func isTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &alert) ||
		errors.As(err, &authority) || errors.As(err, &hostname) ||
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

func statusText(status int) string {
	if status == 0 {
		return ""
	}
	return " (" + http.StatusText(status) + ")"
}
