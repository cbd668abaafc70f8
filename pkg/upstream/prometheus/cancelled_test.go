package prometheus

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// counted counts what is read, as the SDK's metrics do; the race detector watches.
type counted struct{ http.Transport }

func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.Transport.RoundTrip(r)
	if err == nil {
		resp.Body = httpclient.CountBytesReader(resp.Body, func(int64) {})
	}
	return resp, err
}

func TestCancelledWithinTheAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, " ")
			_ = http.NewResponseController(w).Flush()
		}
	}))
	defer server.Close()
	transport := &counted{}
	defer transport.CloseIdleConnections()
	client := over(t, server.URL, "POST", transport)
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		started := time.Now()
		_, _, err := client.Instant(ctx, "up", time.Unix(0, 0))
		cancel()
		if passed := time.Since(started); passed > 3*time.Second {
			t.Errorf("it took %s", passed)
		}
		wantFault(t, err, upstream.Timeout, upstream.Downstream, 504, "Prometheus did not answer within the data source's query timeout.")
	}
}
