package checks

import (
	"cmp"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// youngerThan tells whether a process is known to have started more recently.
func (in Input) youngerThan(p Sample, age limits.Limit) bool {
	runs, known := in.ValueFor(uptime, p)
	return known && runs < age.Value
}

// settled are a measurement's samples of the processes that are not younger, the largest first.
func (in Input) settled(m *Measurement, age limits.Limit) []Sample {
	return slices.DeleteFunc(in.Samples(m), func(p Sample) bool { return in.youngerThan(p, age) })
}

// valuesBy are a measurement's values by what names a sample.
func (in Input) valuesBy(m *Measurement, name func(Sample) string) map[string]float64 {
	values := map[string]float64{}
	for _, s := range in.Samples(m) {
		values[name(s)] = s.Value
	}
	return values
}

// byLabel names a sample by one of its labels.
func byLabel(label string) func(Sample) string {
	return func(s Sample) string { return s.Label(label) }
}

// judgeEach is what is wrong with things, one by one.
func judgeEach[T any](things []T, judge func(T) Finding) (found []Finding) {
	for _, thing := range things {
		if f := judge(thing); f.Severity > OK {
			found = append(found, f)
		}
	}
	return found
}

// orOK is what was found, or an "ok" with its evidence.
func orOK(found []Finding, evidence string) []Finding {
	if len(found) > 0 {
		return found
	}
	return okFinding(evidence)
}

// worstFirst sorts findings; equally bad ones stay as they are.
func worstFirst(found []Finding) []Finding {
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return found
}

// namesOf are the processes of samples, as people read them.
func namesOf(samples []Sample) []string {
	names := make([]string, len(samples))
	for i, s := range samples {
		names[i] = s.Process()
	}
	return names
}
