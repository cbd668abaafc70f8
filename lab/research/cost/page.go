package main

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"strconv"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

func heading(o options) string {
	against := "No dashboard was named to compare with: CONTRIB_DASHBOARD."
	if o.contrib != "" {
		against = "Synapse's own dashboard is contrib/grafana/synapse.json of its source."
	}
	return fmt.Sprintf(`# What the plugin costs

Written by `+"`go tool mage bench`"+` on a machine with %d CPUs. Times are for comparison within a row; requests, bytes and samples are the
same on every machine. The homeservers are simulated: their past lies in a Prometheus, which the built plugin asks through a proxy that counts. There
is no PostgreSQL. %s A pair of times is measured in turn %d times; ratios are the middle one of the pairs with the quartiles.

`, runtime.NumCPU(), against, o.repeats)
}

func reached(yes bool) string {
	if yes {
		return "reached"
	}
	return "missed"
}

func count(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func size(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.0f KiB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", 1000*d.Seconds()) }

// series is how many Prometheus has at the end of the past.
func (b *bench) series(ctx context.Context) (int64, error) {
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	c := call{path: "/api/v1/query", form: fmt.Sprintf("query=%s&time=%d", "count(%7B__name__!=%22%22%7D)", ends.Unix())}
	if _, err := c.send(ctx, b.tap.url, "", &answer); err != nil || len(answer.Data.Result) == 0 {
		return 0, cmp.Or(err, fmt.Errorf("no series in Prometheus at %s", ends))
	}
	text, _ := answer.Data.Result[0].Value[1].(string)
	return strconv.ParseInt(text, 10, 64)
}

// memory is what Prometheus held at most.
func (b *bench) memory() int64 {
	_, peak, _ := servers.Memory(b.prometheus.PID())
	return peak
}
