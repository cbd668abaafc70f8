package compare

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/api"
	prometheus "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

// Window is the time that is compared. Its ends are whole scrape intervals, so that the plugin, which aligns what it is
// asked, evaluates exactly there.
type Window struct{ From, To time.Time }

// NewWindow rounds a time range down to whole scrape intervals.
func NewWindow(from, to time.Time, scrape time.Duration) Window {
	return Window{from.Truncate(scrape), to.Truncate(scrape)}
}

// Seconds is the length.
func (w Window) Seconds() float64 { return w.To.Sub(w.From).Seconds() }

// promQL is the length as a range selector.
func (w Window) promQL() string { return fmt.Sprintf("[%ds]", int(w.Seconds())) }

// Truth is what the /metrics of one homeserver said at each scrape of a window.
type Truth struct {
	ServerName string
	Instance   string
	Window     Window
	scrapes    []scrape
}

// Truths are the truths of all homeservers by server_name.
type Truths map[string]*Truth

type scrape struct {
	at       time.Time
	families synapse.Families
}

// Connect makes a client of Prometheus' API.
func Connect(url string) (prometheus.API, error) {
	client, err := api.NewClient(api.Config{Address: url})
	if err != nil {
		return nil, err
	}
	return prometheus.NewAPI(client), nil
}

// ReadTruth asks Prometheus only for when it scraped, and takes what was said then from the recorder.
func ReadTruth(ctx context.Context, client prometheus.API, server *synapse.Server, window Window) (*Truth, error) {
	up := fmt.Sprintf("up{instance=%q}%s", server.Scrapes.Instance, window.promQL())
	value, _, _, err := client.Query(ctx, up, window.To)
	if err != nil {
		return nil, fmt.Errorf("ask Prometheus when it scraped: %w", err)
	}
	matrix, ok := value.(model.Matrix)
	if !ok || len(matrix) != 1 {
		return nil, fmt.Errorf("Prometheus answers %s with %v", up, value)
	}
	truth := &Truth{ServerName: server.ServerName, Instance: server.Scrapes.Instance, Window: window}
	for _, pair := range matrix[0].Values {
		if pair.Value != 1 {
			continue // a failed scrape leaves no samples
		}
		families, err := server.Scrapes.At(pair.Timestamp.Time())
		if err != nil {
			return nil, err
		}
		truth.scrapes = append(truth.scrapes, scrape{pair.Timestamp.Time(), families})
	}
	return truth, nil
}

// Series gives the samples of a metric by the value of one label.
func (t *Truth) Series(metric, label string, match map[string]string) map[string][]Sample {
	series := map[string][]Sample{}
	for _, scrape := range t.scrapes {
		for name, value := range scrape.families.By(metric, label, match) {
			series[name] = append(series[name], Sample{scrape.at, value})
		}
	}
	return series
}

// Increases gives the increase of a counter over the window by the value of one label.
func (t *Truth) Increases(metric, label string, match map[string]string) map[string]Span {
	increases := map[string]Span{}
	for name, samples := range t.Series(metric, label, match) {
		if span, known := Increase(samples, t.Window.From, t.Window.To); known {
			increases[name] = span
		}
	}
	return increases
}

// Last gives the values at the end of the window by the value of one label.
func (t *Truth) Last(metric, label string, match map[string]string) map[string]float64 {
	if len(t.scrapes) == 0 {
		return nil
	}
	return t.scrapes[len(t.scrapes)-1].families.By(metric, label, match)
}
