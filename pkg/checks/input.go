package checks

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Input is what was measured on one homeserver.
type Input struct {
	Server string
	// Now is the time of what Rows tells: PostgreSQL tells of now, whatever time range is looked at.
	Now      time.Time
	Scope    Scope
	Settings settings.Settings
	// Levels are the thresholds in force: the check's own or the admin's.
	limits.Levels
	check   Check
	vectors map[*Measurement]model.Vector
	// asked holds the measurements that were asked for; nil: all were. reads is told what is read of them.
	asked map[*Measurement]model.Vector
	reads func(*Measurement)
	// Rows is what Read gave. It is nil where PostgreSQL is not configured, could not answer, or belongs to another
	// homeserver; RowsMissing then says which.
	Rows        any
	RowsMissing string
	// RowsLate: it is missing because PostgreSQL did not finish in time.
	RowsLate bool
	// Refusal is why PostgreSQL gave no new connection, for a check that Connects; nil where it did or was not asked.
	Refusal *Refusal
}

// NewInput makes an input from the answers to a check's measurements, which may hold several homeservers. What is not a
// number (a ratio without requests) is left out.
func NewInput(server string, now time.Time, scope Scope, options settings.Settings, check Check, answers map[*Measurement]model.Vector) Input {
	in := Input{Server: server, Now: now, Scope: scope, Settings: options, check: check, vectors: map[*Measurement]model.Vector{}}
	for _, m := range check.Measures {
		in.vectors[m] = nil
		for _, sample := range answers[m] {
			if query.ServerOf(sample.Metric) == server && !math.IsNaN(float64(sample.Value)) {
				in.vectors[m] = append(in.vectors[m], sample)
			}
		}
	}
	in.Levels = check.Thresholds.In(options.Thresholds)
	return in
}

// of gives a measurement's series; a check that reads what it does not declare is a mistake of ours.
func (in Input) of(m *Measurement) model.Vector {
	vector, declared := in.vectors[m]
	if !declared {
		panic(fmt.Sprintf("check %s reads the measurement %q, which it does not declare", in.check.ID, m.Name))
	}
	in.need(m)
	return vector
}

// Has tells whether a measurement has any series: absent is not zero.
func (in Input) Has(m *Measurement) bool { return len(in.of(m)) > 0 }

// Total is the sum over a measurement's series: of rates and counts, never of ratios or quantiles.
func (in Input) Total(m *Measurement) float64 {
	total := 0.0
	for _, sample := range in.of(m) {
		total += float64(sample.Value)
	}
	return total
}

// Samples are a measurement's series, the largest first.
func (in Input) Samples(m *Measurement) []Sample {
	samples := make([]Sample, len(in.of(m)))
	for i, s := range in.of(m) {
		samples[i] = Sample{Value: float64(s.Value), metric: s.Metric, identity: in.Scope.Identity}
	}
	slices.SortStableFunc(samples, func(a, b Sample) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), strings.Compare(a.Process(), b.Process()))
	})
	return samples
}

// Processes are the names of a measurement's processes, for Finding.Processes.
func (in Input) Processes(m *Measurement) []string {
	return namesOf(in.Samples(m))
}

// ValueFor is a measurement's value for the same process as another sample's.
func (in Input) ValueFor(m *Measurement, process Sample) (float64, bool) {
	for _, s := range in.of(m) {
		if process.sameProcess(s.Metric) {
			return float64(s.Value), true
		}
	}
	return 0, false
}

// SamplesFor are a measurement's series of the same process, the largest first: one per servlet or job.
func (in Input) SamplesFor(m *Measurement, process Sample) []Sample {
	return slices.DeleteFunc(in.Samples(m), func(s Sample) bool { return !process.sameProcess(s.metric) })
}

// Fill writes the numbers of the check into a text: {warning}, {critical} and the names of its limits.
func (in Input) Fill(text string) string { return words.Fill(text, in.check.texts(in.Levels)) }

// Texts are the check's numbers in words where an admin has set these thresholds.
func (c Check) texts(levels limits.Levels) map[string]string {
	texts := levels.Texts(c.Thresholds.Unit)
	for _, l := range c.Limits {
		texts[l.Name] = l.String()
	}
	return texts
}

// Filled gives one of the check's texts with its numbers, for the documentation: by default those of Thresholds.
func (c Check) Filled(text string) string {
	texts := c.texts(c.Thresholds.In(nil))
	return words.Fill(text, texts)
}
