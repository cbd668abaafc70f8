package prometheus

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// longestWait bounds what a server may ask for: a mistake in its header must not switch the data source off.
const longestWait = time.Minute

// wait is until when a server, or the proxy before it, asked not to be asked (the header Retry-After of a 429 or 503).
type wait struct{ until atomic.Int64 }

func (w *wait) obey(resp *http.Response, now time.Time) {
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return
	}
	asked := resp.Header.Get("Retry-After")
	var pause time.Duration
	if seconds, err := strconv.Atoi(asked); err == nil {
		pause = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(asked); err == nil {
		pause = at.Sub(now)
	}
	if pause > 0 {
		w.until.Store(now.Add(min(pause, longestWait)).UnixNano())
	}
}

// over says how long is still to be waited; nil: nothing.
func (w *wait) over(now time.Time) error {
	left := time.Duration(w.until.Load() - now.UnixNano())
	if left <= 0 {
		return nil
	}
	return &waitError{left}
}

// waitError is a request that was not sent.
type waitError struct{ left time.Duration }

func (e *waitError) Error() string { return "the server asked to wait for " + e.left.String() }

func (e *waitError) fault() *upstream.Fault {
	return &upstream.Fault{Kind: upstream.Limit, Source: upstream.Downstream, Status: http.StatusTooManyRequests,
		Message: fmt.Sprintf("Prometheus, or a proxy before it, refused requests and asked to wait: for %s more nothing is sent.", words.Duration(max(time.Second, e.left.Round(time.Second)))),
		Remedy:  "Refresh less often, or raise the limit of the server or of its tenant."}
}
