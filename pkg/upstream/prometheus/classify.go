package prometheus

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
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
	if addressed := new(url.Error); errors.As(err, &addressed) {
		fault.Err = addressed.Err // the address may hold a token, and logs show the cause
	}
	return fault
}

func (c *Client) fault(ctx context.Context, err error, status int) *upstream.Fault {
	var apiErr *v1.Error
	var redirect *redirectError
	var waiting *waitError
	switch {
	case errors.As(err, &waiting):
		return waiting.fault()
	case errors.As(err, &redirect):
		return redirect.fault()
	case errors.Is(err, context.Canceled):
		return &upstream.Fault{Kind: upstream.Canceled, Source: upstream.Downstream, Status: 499,
			Message: "The query was cancelled before Prometheus answered."}
	case isDialTimeout(err):
		return &upstream.Fault{Kind: upstream.Unreachable, Source: upstream.Downstream, Status: http.StatusBadGateway,
			Message: "Prometheus can't be reached: nothing answered when the connection was opened.",
			Remedy:  "Check the address in the data source settings and the firewalls between it and the Grafana server."}
	case isTimeout(ctx, err):
		return &upstream.Fault{Kind: upstream.Timeout, Source: upstream.Downstream, Status: http.StatusGatewayTimeout,
			Message: "Prometheus did not answer within the data source's query timeout.",
			Remedy:  "Choose a shorter time range, or raise the query timeout in the data source settings."}
	case errors.Is(err, httpclient.ErrResponseBodyTooLarge):
		return &upstream.Fault{Kind: upstream.Limit, Source: upstream.Downstream, Status: http.StatusBadGateway,
			Message: "Prometheus' answer is longer than 8 MiB and was cut off.",
			Remedy:  "Restrict the query to fewer homeservers or processes, or choose a shorter time range."}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &upstream.Fault{Kind: upstream.Auth, Source: upstream.Downstream, Status: status,
			Message: "Prometheus refused the credentials" + statusText(status) + ".",
			Remedy:  "Check user, password, token and tenant header in the data source settings."}
	case status == http.StatusTooManyRequests:
		return &upstream.Fault{Kind: upstream.Limit, Source: upstream.Downstream, Status: http.StatusTooManyRequests,
			Message: "Prometheus refused the query: too many queries at a time, or too much data for its limits" + statusText(status) + ".",
			Remedy:  "Choose a shorter time range, refresh less often, or raise the limit of the server or of its tenant."}
	case errors.As(err, &apiErr):
		return c.apiFault(withBody(apiErr), status)
	}
	return c.networkFault(err)
}

// withBody gives an error the type that its body tells: client_golang reads bodies of 400 and 422 only, and Prometheus
// sends its own time limit as 503.
func withBody(err *v1.Error) *v1.Error {
	var body struct {
		ErrorType v1.ErrorType `json:"errorType"`
		Error     string       `json:"error"`
	}
	if json.Unmarshal([]byte(err.Detail), &body) != nil || body.ErrorType == "" {
		return err
	}
	return &v1.Error{Type: body.ErrorType, Msg: body.Error, Detail: err.Detail}
}

func (c *Client) apiFault(err *v1.Error, status int) *upstream.Fault {
	switch err.Type {
	case v1.ErrBadData, "400":
		if strings.Contains(err.Msg, "exceed") {
			return limitFault() // Mimir's limits of the time range
		}
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
	case v1.ErrExec, "422": // VictoriaMetrics writes the HTTP status as the type
		return executionFault(err)
	case v1.ErrClient:
		if strings.Contains(err.Detail, "HTTP request to an HTTPS server") || strings.Contains(err.Detail, "sent to HTTPS port") {
			return tlsFault()
		}
		if status == http.StatusRequestURITooLong || status == http.StatusRequestEntityTooLarge {
			return &upstream.Fault{Kind: upstream.Limit, Source: upstream.Downstream, Status: http.StatusBadGateway,
				Message: "The server found the query too long" + statusText(status) + ".",
				Remedy:  "Set the HTTP method of the data source to POST, or raise the limit of the proxy in front of Prometheus."}
		}
		return &upstream.Fault{Kind: upstream.BadAnswer, Source: upstream.Downstream, Status: http.StatusBadGateway,
			Message: "The server refused the query" + statusText(status) + ".",
			Remedy:  "Check that the URL in the data source settings is the address of a Prometheus API, with its path prefix and without /api/v1."}
	}
	if status/100 == 5 {
		return &upstream.Fault{Kind: upstream.BadAnswer, Source: upstream.Downstream, Status: http.StatusBadGateway,
			Message: "Prometheus, or a proxy in front of it, answered with a server error" + statusText(status) + ".",
			Remedy:  "Look into the log of Prometheus and of the proxy; right after a start it may not be ready yet."}
	}
	return c.unexpected()
}

// executionFault: limits of the server are the user's to raise, anything else is a query of ours that can't run.
func executionFault(err *v1.Error) *upstream.Fault {
	for _, sign := range []string{"too many", "limit", "exceed"} {
		if strings.Contains(err.Msg, sign) {
			return limitFault()
		}
	}
	return &upstream.Fault{Kind: upstream.OwnMistake, Source: upstream.Plugin, Status: http.StatusInternalServerError,
		Message: "Prometheus could not evaluate a query that this plugin wrote.",
		Remedy:  "Please report it with the query shown by the panel's inspector."}
}

func limitFault() *upstream.Fault {
	return &upstream.Fault{Kind: upstream.Limit, Source: upstream.Downstream, Status: http.StatusUnprocessableEntity,
		Message: "Prometheus refused the query because of one of its limits (samples, series or length of the time range).",
		Remedy:  "Choose a shorter time range, restrict the query to fewer processes, or raise the limit in Prometheus (--query.max-samples)."}
}

func tlsFault() *upstream.Fault {
	return &upstream.Fault{Kind: upstream.TLS, Source: upstream.Downstream, Status: http.StatusBadGateway,
		Message: "The TLS connection to Prometheus failed: a certificate was not accepted, or only one side speaks TLS on this port.",
		Remedy:  "Check the URL's scheme (http or https) and the TLS section of the data source settings (CA certificate, server name)."}
}

func (c *Client) networkFault(err error) *upstream.Fault {
	var dns *net.DNSError
	if isTLS(err) {
		return tlsFault()
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

// isDialTimeout: the connection's own limit passed, before the query's.
func isDialTimeout(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" && op.Timeout()
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
	return " (" + strings.TrimSpace(fmt.Sprintf("HTTP %d %s", status, http.StatusText(status))) + ")"
}
