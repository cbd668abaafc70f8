package checks

import (
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// Sample is one series' value.
type Sample struct {
	Value    float64
	metric   model.Metric
	identity process.Identity
}

// NewSample makes the sample of a series.
func NewSample(value float64, metric model.Metric, identity process.Identity) Sample {
	return Sample{value, metric, identity}
}

// Label is the value of a label, "" where it is absent.
func (s Sample) Label(name string) string { return string(s.metric[model.LabelName(name)]) }

// Process is how people read a process: job/index, with the instance only where these are not unique.
func (s Sample) Process() string { return s.identity.Name(s.metric) }

// sameProcess tells whether both are about one process.
func (s Sample) sameProcess(other model.Metric) bool {
	return s.identity.Process(s.metric) == s.identity.Process(other)
}
