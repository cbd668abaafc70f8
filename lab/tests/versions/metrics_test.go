// Package versions_test compares what the plugin says about Synapse's metrics with what real versions expose.
package versions_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// newest is the version whose labels and kinds the declarations describe.
const newest = "1.163.2"

func TestDeclaredMetricsAreInEveryVersionThatShouldHaveThem(t *testing.T) {
	for _, s := range servers(t) {
		for _, m := range metrics.All() {
			if m.Scope == metrics.OfTarget {
				continue
			}
			found := foundAs(s, m)
			exists := !before(s.version, m.Since) && (m.Until == "" || before(s.version, m.Until))
			switch {
			case found != "" && !exists:
				t.Errorf("%s has %s, which is declared since %q and until %q", s.name, found, m.Since, m.Until)
			case found == "" && exists && m.Exists == metrics.Always:
				t.Errorf("%s lacks %s, which is declared to be there always", s.name, m.Name)
			}
		}
	}
}

func TestNewestVersionHasTheDeclaredLabelsAndKinds(t *testing.T) {
	for _, s := range servers(t) {
		if s.version != newest {
			continue
		}
		for _, m := range metrics.All() {
			found := foundAs(s, m)
			if m.Scope == metrics.OfTarget || found == "" {
				continue
			}
			if found != m.Marker().Name {
				t.Errorf("%s has %s and not %s", s.name, found, m.Marker().Name)
			}
			if has := slices.Sorted(maps.Keys(s.labels[found])); !slices.Equal(has, m.Labels) {
				t.Errorf("%s: %s has the labels %q, declared are %q", s.name, m.Name, has, m.Labels)
			}
			if kind := s.types[m.Name]; m.Kind == metrics.Gauge && kind != "gauge" {
				t.Errorf("%s: %s is a %q, declared is a gauge", s.name, m.Name, kind)
			}
		}
	}
}

// A metric that no version ever showed is only believed where the laboratory can't make it appear.
func TestEveryDeclaredMetricWasSeen(t *testing.T) {
	never := map[*metrics.Metric]string{
		metrics.IntrospectionTime: "needs an authentication service", metrics.AppserviceFailed: "needs a bridge that fails",
		metrics.RateLimitRejects: "needs a flood of requests", metrics.CacheSizeBytes: "needs caches.track_memory_usage",
		metrics.LastReceivedPDU: "needs federation_metrics_domains", metrics.LastSentPDU: "needs federation_metrics_domains",
		metrics.KnownServers: "needs metrics_flags.known_servers", metrics.MonthlyActiveUsersByService: "needs mau_stats_only",
		metrics.StateDAGExtremitiesPersisted: "needs a room of the experiment MSC4242", metrics.Accounts: "first counted hours after the start",
		metrics.InvalidLoginTokens: "needs single sign-on", metrics.ThreepidTries: "needs a mail server",
	}
	all := servers(t)
	for _, m := range metrics.All() {
		if m.Scope == metrics.OfTarget {
			continue
		}
		seen := slices.ContainsFunc(all, func(s *server) bool { return foundAs(s, m) != "" })
		if reason := never[m]; seen == (reason != "") {
			t.Errorf("%s: seen %t, reason why not %q", m.Name, seen, reason)
		}
	}
}

// foundAs is the name under which a homeserver has the metric; "" where it lacks it.
func foundAs(s *server, m *metrics.Metric) string {
	for _, name := range m.Marker().Names() {
		if s.labels[name] != nil {
			return name
		}
	}
	return ""
}

// before tells whether a version is older than another; nothing is older than "".
func before(version, other string) bool {
	return other != "" && slices.Compare(numbers(version), numbers(other)) < 0
}

func numbers(version string) []int {
	var all []int
	for part := range strings.SplitSeq(version, ".") {
		number, _ := strconv.Atoi(part)
		all = append(all, number)
	}
	return all
}
