package diagnosis

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/changes"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

func TestChangesIn(t *testing.T) {
	began := noon
	of := func(id, subject string) row {
		r := rowOf(t, id, subject, checks.Warning)
		r.since = &began
		return r
	}
	change := func(hours float64, processes ...string) changes.Change {
		return changes.Change{Server: "a.example", Title: "Synapse 1.160.0", At: noon.Add(-time.Duration(hours * float64(time.Hour))), Processes: processes}
	}
	const process = "synapse/1"
	other := change(1)
	other.Server = "b.example"
	for name, c := range map[string]struct {
		row  row
		all  []changes.Change
		want int
	}{
		"hours before":            {of("cpu-saturation", process), []changes.Change{change(2)}, 1},
		"a restart of it":         {of("cpu-saturation", process), []changes.Change{change(2, process)}, 1},
		"a restart of another":    {of("cpu-saturation", process), []changes.Change{change(2, "synapse/2")}, 0},
		"of the homeserver":       {of("event-send-time", ""), []changes.Change{change(2, "synapse/2")}, 1},
		"the day before":          {of("cpu-saturation", process), []changes.Change{change(25)}, 0},
		"afterwards":              {of("cpu-saturation", process), []changes.Change{change(-0.5)}, 0},
		"of another homeserver":   {of("cpu-saturation", process), []changes.Change{other}, 0},
		"the latest two of three": {of("cpu-saturation", process), []changes.Change{change(3), change(2), change(1)}, 2},
	} {
		text := c.row.changesIn(c.all)
		if got := strings.Count(text, "1.160.0"); got != c.want {
			t.Errorf("%s: %q", name, text)
		}
	}
	if text := of("cpu-saturation", process).changesIn([]changes.Change{change(3), change(2), change(1)}); !strings.Contains(text, "(60 min before), Synapse 1.160.0 (2 h before)") {
		t.Errorf("the latest comes first: %s", text)
	}
}

// An upgrade stands in the evidence of what began after it, and nothing is asked about changes where nothing is wrong.
func TestUpgradeBeforeAProblem(t *testing.T) {
	on := onTwo(0.97, 0.3)
	version := func(name string, from, to int) *model.SampleStream {
		stream := processLine("1")
		stream.Metric = stream.Metric.Clone()
		stream.Metric["version"] = model.LabelValue(name)
		for minute := from; minute <= to; minute += 5 {
			stream.Values = append(stream.Values, model.SamplePair{Timestamp: model.TimeFromUnix(noon.Add(time.Duration(minute) * time.Minute).Unix()), Value: 1})
		}
		return stream
	}
	const builds = "synapse_build_info"
	on.lines[builds] = model.Matrix{version("1.159.0", -120, -35), version("1.160.0", -30, 0)}
	on.vectors["last_over_time(synapse_storage_schedule_time_count{}[90000s])"] = model.Vector{sampleOf("1", 1)}
	if evidence := texts(ask(t, on, `{"checks":["cpu-saturation"]}`)[0], "evidence")[0]; !strings.Contains(evidence, "Synapse 1.160.0 (29 min before)") {
		t.Errorf("%s", evidence)
	}
	for cores, fails := range map[float64]bool{0.3: false, 0.97: true} {
		unreachable := refusing{onTwo(cores, 0.3), ", version) (" + builds, upstream.Unreachable}
		if _, err := diagnose(t, unreachable, nil, noon, `{"checks":["cpu-saturation"]}`, ordinary); (err != nil) != fails {
			t.Errorf("%g cores: asked about changes: %t", cores, err != nil)
		}
	}
}
