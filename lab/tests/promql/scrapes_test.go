package promql

import (
	"fmt"
	"strings"
	"testing"
)

// downAtTheEnd answers until ten minutes before the end.
func downAtTheEnd() string { return fmt.Sprintf("1+0x%d 0+0x10", fiveDays-11) }

// What Prometheus says of its targets is joined on the labels that it has: with the process where that is certain, with no
// process where it is not.
func TestScrapesOfProcesses(t *testing.T) {
	worker := func(index, instance string, series map[string]string) string {
		return livingProcess{"a.example", "worker", index, instance, series}.load()
	}
	up := func(labels, values string) string { return "  up{job=\"worker\"," + labels + "} " + values + "\n" }
	withoutUp := map[string]string{"up": ""}
	for name, c := range map[string]struct {
		series string
		down   string // the processes that are found to be down
		dead   bool   // an address that never answered is told of
	}{
		"one instance for all": {worker("1", "my.server", nil) + worker("2", "my.server", map[string]string{"up": downAtTheEnd()}) + worker("3", "my.server", nil), "worker/2", false},
		"a worker of them that never ran": {worker("1", "my.server", nil) + worker("2", "my.server", nil) +
			up(`index="9",instance="my.server"`, always(0)), "", true},
		"up without index": {worker("1", "h:1", withoutUp) + worker("2", "h:2", withoutUp) + up(`instance="h:1"`, always(1)) + up(`instance="h:2"`, downAtTheEnd()), "worker/2", false},
		"up with another instance": {worker("1", "my.server", withoutUp) + worker("2", "my.server", withoutUp) +
			up(`index="1",instance="h:1"`, always(1)) + up(`index="2",instance="h:2"`, downAtTheEnd()), "worker/2", false},
		"up that says nothing of either": {worker("1", "my.server", withoutUp) + worker("2", "my.server", withoutUp) + up(`instance="my.server"`, downAtTheEnd()), "", false},
	} {
		var down []string
		dead := false
		for _, f := range diagnoseDays(t, c.series, `"scrape-health"`) {
			switch {
			case f.severity == "critical":
				down = append(down, f.subject)
			case f.severity == "warning":
				t.Errorf("%s: %+v", name, f)
			}
			dead = dead || f.check == "scrape-health" && f.severity == "info"
		}
		if got := strings.Join(down, ", "); got != c.down || dead != c.dead {
			t.Errorf("%s: %q are down, want %q; dead addresses: %v", name, got, c.down, dead)
		}
	}
}
