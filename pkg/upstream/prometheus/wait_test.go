package prometheus

import (
	"net/http"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

func TestWait(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		status int
		header string
		want   time.Duration
	}{
		"seconds":           {http.StatusTooManyRequests, "20", 20 * time.Second},
		"a date":            {http.StatusServiceUnavailable, now.Add(30 * time.Second).Format(http.TimeFormat), 30 * time.Second},
		"far too long":      {http.StatusTooManyRequests, "86400", longestWait},
		"in the past":       {http.StatusTooManyRequests, now.Add(-time.Minute).Format(http.TimeFormat), 0},
		"no header":         {http.StatusTooManyRequests, "", 0},
		"nonsense":          {http.StatusTooManyRequests, "soon", 0},
		"of another status": {http.StatusBadGateway, "20", 0},
	} {
		t.Run(name, func(t *testing.T) {
			var w wait
			w.obey(&http.Response{StatusCode: c.status, Header: http.Header{"Retry-After": {c.header}}}, now)
			if held := w.over(now) != nil; held != (c.want > 0) {
				t.Errorf("held: %t", held)
			}
			if c.want > 0 && (w.over(now.Add(c.want-time.Millisecond)) == nil || w.over(now.Add(c.want)) != nil) {
				t.Errorf("not held for %s", c.want)
			}
		})
	}
}

// A server that asks to wait is not asked again meanwhile.
func TestServerThatAsksToWait(t *testing.T) {
	asked := 0
	client := serve(t, "", http.MethodPost, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Retry-After", "20")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, _, err := client.Instant(t.Context(), "up", time.Now())
	wantFault(t, err, upstream.Limit, upstream.Downstream, http.StatusTooManyRequests, "Prometheus refused the query")
	_, _, err = client.Instant(t.Context(), "up", time.Now())
	wantFault(t, err, upstream.Limit, upstream.Downstream, http.StatusTooManyRequests, "Prometheus, or a proxy before it, refused requests and asked to wait: for 20 s more")
	if asked != 1 {
		t.Errorf("%d requests were sent", asked)
	}
}
