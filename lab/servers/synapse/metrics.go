package synapse

import (
	"context"
	"fmt"
	"io"
	"net/http"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Families are the metrics of one scrape by name.
type Families map[string]*dto.MetricFamily

// ReadMetrics asks a Synapse directly.
func ReadMetrics(ctx context.Context, url string) (Families, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", url, response.Status)
	}
	return ParseMetrics(response.Body)
}

// ParseMetrics reads the text format.
func ParseMetrics(text io.Reader) (Families, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(text)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	return families, nil
}

// Value is the value of a counter, gauge or untyped sample.
func Value(m *dto.Metric) float64 {
	switch {
	case m.Counter != nil:
		return m.Counter.GetValue()
	case m.Gauge != nil:
		return m.Gauge.GetValue()
	default:
		return m.GetUntyped().GetValue()
	}
}

// By sums a family by one label, over the samples whose labels match.
func (f Families) By(name, label string, match map[string]string) map[string]float64 {
	sums := map[string]float64{}
	for _, m := range f[name].GetMetric() {
		labels := map[string]string{}
		for _, pair := range m.GetLabel() {
			labels[pair.GetName()] = pair.GetValue()
		}
		if matches(labels, match) {
			sums[labels[label]] += Value(m)
		}
	}
	return sums
}

// Sum is the sum of a whole family, 0 where it is absent.
func (f Families) Sum(name string) float64 {
	sum := 0.0
	for _, m := range f[name].GetMetric() {
		sum += Value(m)
	}
	return sum
}

func matches(labels, match map[string]string) bool {
	for name, want := range match {
		if labels[name] != want {
			return false
		}
	}
	return true
}
