package versions_test

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

var bucketLine = regexp.MustCompile(`(?m)^([a-z0-9_]+)_bucket\{.*le="([0-9.e+]+)"`)

// The last bound of a histogram is what the newest version says: a quantile there is only known to be above.
func TestHighestBoundsAreThoseOfTheNewestVersion(t *testing.T) {
	highest := map[string]float64{}
	for _, s := range servers(t) {
		if s.version != newest {
			continue
		}
		for _, process := range s.processes {
			for _, found := range bucketLine.FindAllStringSubmatch(process.Metrics, -1) {
				if bound, err := strconv.ParseFloat(found[2], 64); err == nil {
					highest[found[1]] = max(highest[found[1]], bound)
				}
			}
		}
	}
	for _, m := range metrics.All() {
		if bound, seen := highest[m.Name]; seen && m.Highest != 0 && m.Highest != bound {
			t.Errorf("%s ends at %g, declared is %g", m.Name, bound, m.Highest)
		}
	}
}
