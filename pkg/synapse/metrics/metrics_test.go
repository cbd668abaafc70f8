package metrics

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryMetricIsDeclaredOnceAndWhole(t *testing.T) {
	version := regexp.MustCompile(`^(1[.][0-9]+)?$`)
	seen := map[string]bool{}
	for _, m := range All() {
		for _, suffix := range m.suffixes() {
			for _, name := range m.part(suffix).Names() {
				if seen[name] {
					t.Errorf("%s is declared twice", name)
				}
				seen[name] = true
			}
		}
		if !strings.HasSuffix(m.Meaning, ".") || m.Aggregate == "" {
			t.Errorf("%s lacks its meaning or how it aggregates", m.Name)
		}
		if !version.MatchString(m.Since) || !version.MatchString(m.Until) {
			t.Errorf("%s: since %q, until %q are no versions", m.Name, m.Since, m.Until)
		}
		if m.Unit != "" && !slices.Contains([]string{"s", "ms", "bytes"}, m.Unit) {
			t.Errorf("%s: unit %q", m.Name, m.Unit)
		}
		if !slices.IsSorted(m.Labels) {
			t.Errorf("%s: labels %q are not sorted", m.Name, m.Labels)
		}
		if len(m.Labels) == 0 && m.Sample != "" {
			t.Errorf("%s has no label to take a sample by", m.Name)
		}
	}
}

func TestFind(t *testing.T) {
	for series, want := range map[string]*Metric{
		"synapse_storage_schedule_time_count":          ScheduleTime,
		"synapse_storage_schedule_time_bucket":         ScheduleTime,
		"synapse_storage_schedule_time":                nil, // a histogram has no series of its own name
		"synapse_storage_schedule_time_gcount":         nil,
		"synapse_forward_extremities_gcount":           ForwardExtremities,
		"synapse_forward_extremities_count":            nil,
		"synapse_util_caches_cache":                    CacheRequests,
		"synapse_util_caches_cache_hits":               CacheHits,
		"synapse_util_caches_cache_":                   nil,
		"synapse_storage_transaction_time_count_total": TransactionCount,
		"synapse_storage_transaction_time_count":       TransactionCount,
		"synapse_storage_transaction_time_sum":         TransactionTime,
		"up":                                           Up,
		"up_time":                                      nil,
	} {
		if got, ok := Find(series); ok != (want != nil) || got != want {
			t.Errorf("Find(%q) = %v, %t", series, got, ok)
		}
	}
}

func TestIn(t *testing.T) {
	got := In(`sum(rate(synapse_storage_schedule_time_sum{x="synapse_build_info"}[5m])) / sum(rate(synapse_storage_schedule_time_count[5m])) and up == 1`)
	if want := []*Metric{ScheduleTime, Up}; !slices.Equal(got, want) {
		t.Errorf("In found %v", got)
	}
}

func TestSeriesAskForOlderNames(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{
			TransactionTime.Series().Rate(`{job="a"}`, "[5m]"),
			`(rate(synapse_storage_transaction_time_sum_total{job="a"}[5m]) or rate(synapse_storage_transaction_time_sum{job="a"}[5m]))`,
		},
		{ScheduleTime.Count().Increase("", "[5m]"), `increase(synapse_storage_schedule_time_count[5m])`},
		{ForwardExtremities.Marker().Of("{}"), `synapse_forward_extremities_gcount{}`},
	} {
		if c.got != c.want {
			t.Errorf("got  %s\nwant %s", c.got, c.want)
		}
	}
}
