package checks

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Input is what was measured on one homeserver.
type Input struct {
	Server string
	// Now is the time of what Rows tells: PostgreSQL tells of now, whatever time range is looked at.
	Now     time.Time
	Where   Where
	Options query.Options
	// Warning and Critical are the thresholds in force: the check's own or the admin's.
	Warning, Critical float64
	vectors           map[string]model.Vector
	// Rows is what Read gave. It is nil where PostgreSQL is not configured, could not answer, or belongs to another
	// homeserver; RowsMissing then says which.
	Rows        any
	RowsMissing string
}

// NewInput makes an input from named vectors, which may hold several homeservers.
func NewInput(server string, now time.Time, where Where, options query.Options, check Check, vectors map[string]model.Vector) Input {
	in := Input{Server: server, Now: now, Where: where, Options: options, vectors: map[string]model.Vector{}}
	for name, vector := range vectors {
		for _, sample := range vector {
			if string(sample.Metric["server_name"]) == server {
				in.vectors[name] = append(in.vectors[name], sample)
			}
		}
	}
	in.Warning, in.Critical = thresholds(check, options)
	return in
}

// Has tells whether a measurement has any series: absent is not zero.
func (in Input) Has(name string) bool { return len(in.vectors[name]) > 0 }

// Total is the sum over a measurement's series: of rates and counts, never of ratios or quantiles.
func (in Input) Total(name string) float64 {
	total := 0.0
	for _, sample := range in.vectors[name] {
		total += float64(sample.Value)
	}
	return total
}

// Samples are a measurement's series, the largest first.
func (in Input) Samples(name string) []Sample {
	samples := make([]Sample, len(in.vectors[name]))
	for i, s := range in.vectors[name] {
		samples[i] = Sample{Value: float64(s.Value), metric: s.Metric, where: in.Where}
	}
	slices.SortStableFunc(samples, func(a, b Sample) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), strings.Compare(a.Process(), b.Process()))
	})
	return samples
}

// Processes are the names of a measurement's processes, for Finding.Processes.
func (in Input) Processes(name string) []string {
	var names []string
	for _, s := range in.Samples(name) {
		names = append(names, s.Process())
	}
	return names
}

// Of is a measurement's value for the same process as another sample's.
func (in Input) Of(name string, process Sample) (float64, bool) {
	for _, s := range in.vectors[name] {
		if sameProcess(s.Metric, process.metric) {
			return float64(s.Value), true
		}
	}
	return 0, false
}

func sameProcess(a, b model.Metric) bool {
	return a["job"] == b["job"] && a["index"] == b["index"] && a["instance"] == b["instance"]
}

// Grade compares a value with the thresholds in force.
func (in Input) Grade(value float64) Severity {
	switch {
	case value >= in.Critical:
		return Critical
	case value >= in.Warning:
		return Warning
	}
	return OK
}

// Sample is one series' value.
type Sample struct {
	Value  float64
	metric model.Metric
	where  Where
}

// Label is the value of a label, "" where it is absent.
func (s Sample) Label(name string) string { return string(s.metric[model.LabelName(name)]) }

// Process is how people read a process: job/index.
func (s Sample) Process() string {
	return s.where.ProcessName(s.Label)
}

// ProcessName joins job and index; without an index the instance tells processes apart.
func ProcessName(job, index, instance string) string {
	if index == "" {
		index = instance
	}
	return strings.Trim(job+"/"+index, "/")
}
