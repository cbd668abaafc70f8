package diagnosis

import (
	"encoding/json"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// scoresOf gives the numbers of a query that found these rows.
func scoresOf(t *testing.T, rows []row, raw string) data.Frames {
	t.Helper()
	request, err := Type().Decode(json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	return newScores(query.NewSession(request, query.TimeRange{}, noon, settings.Settings{}, nil, nil), rows).Frames(query.View{})
}

func scored(frames data.Frames) map[string]*float64 {
	got := map[string]*float64{}
	for _, frame := range frames {
		labels := frame.Fields[0].Labels
		if len(labels) != 3 {
			got["labels "+labels.String()] = nil
		}
		key := labels["server_name"] + " " + labels["check"] + " " + labels["subject"]
		if _, twice := got[key]; twice {
			key += " twice"
		}
		got[key] = frame.Fields[0].At(0).(*float64)
	}
	return got
}

func TestScore(t *testing.T) {
	value := 0.9
	rows := []row{
		rowOf(t, "cpu-saturation", "synapse/1", checks.Warning),
		rowOf(t, "cpu-saturation", "synapse/2", checks.Critical),
		rowOf(t, "cpu-saturation", "synapse/1", checks.Critical), // two processes of one name: one label, the worse number
		rowOf(t, "memory", "", checks.Unknown),
		rowOf(t, "restarts", "", checks.OK),
		{Finding: checks.Finding{Subject: checks.Subject{Name: "synapse/9"}}, check: check(t, "restarts"), server: "a.example"}, // healed
	}
	rows = append(rows, rowOf(t, "table-growth", "", checks.OK), rowOf(t, "table-growth", "dead rows", checks.Unknown)) // half seen
	rows[1].Value = &value
	for i := range 7 {
		rows = append(rows, rowOf(t, "gc-pauses", string(rune('a'+i)), checks.Info))
	}
	last := rowOf(t, "gc-pauses", "the worst", checks.Critical)
	rows = append(rows, last)
	got := scored(scoresOf(t, rows, `{"format":"score"}`))
	for key, want := range map[string]float64{
		"a.example cpu-saturation ": 3, "a.example cpu-saturation synapse/1": 3, "a.example cpu-saturation synapse/2": 3,
		"a.example memory ": -1, "a.example restarts ": 0, "a.example restarts synapse/9": 0,
		"a.example table-growth ": 0, "a.example table-growth dead rows": -1, "a.example gc-pauses ": 3, "a.example gc-pauses the worst": 3, "a.example gc-pauses a": 1, "a.example gc-pauses d": 1,
	} {
		switch v, there := got[key]; {
		case !there:
			t.Errorf("%q is missing", key)
		case want < 0 != (v == nil) || v != nil && *v != want:
			t.Errorf("%q is %v, want %g", key, v, want)
		}
	}
	if len(got) != 5+2+1+1+5 {
		t.Errorf("%d numbers: %v", len(got), got)
	}
	if got := scored(scoresOf(t, rows, `{"format":"score","subjects":false}`)); len(got) != 5 {
		t.Errorf("without subjects: %v", got)
	}
	measured := scored(scoresOf(t, rows, `{"format":"measured"}`))
	if v := measured["a.example cpu-saturation synapse/2"]; v == nil || *v != value {
		t.Errorf("measured %v", v)
	}
}
