package checks

import (
	"slices"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func TestSwappedThresholds(t *testing.T) {
	set := func(warning, critical float64) query.Threshold {
		return query.Threshold{Warning: &warning, Critical: &critical}
	}
	for name, c := range map[string]struct {
		check string
		set   query.Threshold
		want  []string
	}{
		"both set": {"cpu-saturation", set(0.9, 0.7), []string{
			"The thresholds of cpu-saturation have warning (0.9) above critical (0.7), so it becomes critical without having been a warning: " +
				"in the data source settings, set warning to 0.7 or less, or critical to 0.9 or more."}},
		"a critical below the default warning": {"cpu-saturation", query.Threshold{Critical: Threshold(0.5)}, []string{
			"The thresholds of cpu-saturation have warning (0.8, the default) above critical (0.5), so it becomes critical without having been a warning: " +
				"in the data source settings, set warning to 0.5 or less, or critical to 0.8 or more."}},
		"a warning above the default critical": {"device-lists", query.Threshold{Warning: Threshold(1234567)}, []string{
			"The thresholds of device-lists have warning (1234567) above critical (3600, the default), so it becomes critical without having been a warning: " +
				"in the data source settings, set warning to 3600 or less, or critical to 1234567 or more."}},
		"a critical where the check has none": {"workers", query.Threshold{Critical: Threshold(0.6)}, []string{
			"The thresholds of workers have warning (0.8, the default) above critical (0.6), so it becomes critical without having been a warning: " +
				"in the data source settings, set warning to 0.6 or less, or critical to 0.8 or more."}},
		"in order":                   {"cpu-saturation", set(0.7, 0.9), nil},
		"critical at once":           {"cpu-saturation", set(0.9, 0.9), nil},
		"shares of different things": {"event-send-time", set(0.1, 0.02), nil},
		"no number decides":          {"postgres-hygiene", set(2, 1), nil},
		"no such check":              {"cpu", set(2, 1), nil},
	} {
		options := query.Options{Thresholds: map[string]query.Threshold{c.check: c.set}}
		if got := SwappedThresholds(All, options); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}

// A check whose two thresholds are of one number has them in order.
func TestDefaultThresholdsAreInOrder(t *testing.T) {
	for _, note := range SwappedThresholds(All, query.Options{}) {
		t.Error(note)
	}
}
