package diagnosis

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// Every point of the grid is there, unknown where nothing was measured; the line without a subject is the worst of all.
func TestHistory(t *testing.T) {
	frames := ask(t, onTwo(0.97, 0.3), `{"format":"history","checks":["cpu-saturation","database-connections"]}`)
	if len(frames) != 3 { // all, synapse/1, synapse/2, which was at 0.9 once
		t.Fatalf("%d frames", len(frames))
	}
	want := map[string]string{"": "0 3 0 3 3", "synapse/1": "0 3 0 3 3", "synapse/2": "0 2 0 0 0"}
	for subject, severities := range want {
		frame := frameOf(frames, subject)
		times, values := frame.Fields[0], frame.Fields[1]
		if times.Len() != 61 || !times.At(60).(time.Time).Equal(noon) || values.Name != "severity" || values.At(0).(*float64) != nil {
			t.Fatalf("%q: %d times to %v, first %v", subject, times.Len(), times.At(times.Len()-1), values.At(0))
		}
		var last []string
		for i := 56; i <= 60; i++ {
			text, _ := json.Marshal(values.At(i))
			last = append(last, string(text))
		}
		if got := strings.Join(last, " "); got != severities {
			t.Errorf("%q: %s, want %s", subject, got, severities)
		}
	}
	if notices := frames[0].Meta.Notices; len(notices) == 0 || !strings.Contains(notices[0].Text, "Without history") {
		t.Errorf("%v: database-connections has no signal", notices)
	}
}

func TestHistoryOfTheNumber(t *testing.T) {
	frame := frameOf(ask(t, onTwo(0.97, 0.3), `{"format":"history","checks":["cpu-saturation"],"measured":true}`), "")
	if field := frame.Fields[1]; field.Name != "measured" || *field.At(60).(*float64) != 0.97 || *field.At(58).(*float64) != 0.5 {
		t.Errorf("%s %v", field.Name, *field.At(60).(*float64))
	}
}

// A check without a number at any time has its line all the same: what is not measured is seen.
func TestHistoryWithoutData(t *testing.T) {
	frames := ask(t, answering{vectors: map[string]model.Vector{servers: {{Metric: model.Metric{"server_name": "a.example"}, Value: 2}}}}, `{"format":"history","checks":["cpu-saturation"]}`)
	if len(frames) != 1 || frames[0].Fields[1].At(60).(*float64) != nil {
		t.Errorf("%d frames", len(frames))
	}
}

// An override of a threshold moves the past as well.
func TestHistoryFollowsThresholds(t *testing.T) {
	low := 0.1
	frames, err := diagnose(t, onTwo(0.97, 0.3), nil, noon, `{"format":"history","checks":["cpu-saturation"]}`, func(o *settings.Settings) {
		o.Thresholds = map[string]settings.Threshold{"cpu-saturation": {Warning: &low}}
	})
	if err != nil {
		t.Fatal(err)
	}
	if v := frameOf(frames, "synapse/2").Fields[1].At(60).(*float64); *v != 2 {
		t.Errorf("%v", *v)
	}
}

func TestNext(t *testing.T) {
	frame := ask(t, onTwo(0.97, 0.3), `{"checks":["cpu-saturation"]}`)[0]
	var query map[string]any
	if err := json.Unmarshal([]byte(texts(frame, "next")[0]), &query); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"refId": "A", "queryType": "resources", "serverName": "a.example", "job": "synapse", "index": "1", "instance": "host:1"} {
		if query[key] != want {
			t.Errorf("%s: %v, want %v", key, query[key], want)
		}
	}
	if source := query["datasource"].(map[string]any); source["type"] != "matrix-synapse-datasource" {
		t.Error(source)
	}
}

// The address is what Explore reads once Grafana has filled in the row's query and the range.
func TestExploreURL(t *testing.T) {
	address := exploreURL(`odd "uid" & #`)
	query := `{"refId":"A","job":"a&b #+"}`
	filled := strings.NewReplacer("${__data.fields.next:percentencode}", url.QueryEscape(query), "${__from}", "1000", "${__to}", "2000").Replace(address)
	parsed, err := url.Parse(filled)
	if err != nil {
		t.Fatal(err)
	}
	var panes map[string]struct {
		Datasource string
		Queries    []map[string]string
		Range      struct{ From, To string }
	}
	if err := json.Unmarshal([]byte(parsed.Query().Get("panes")), &panes); err != nil {
		t.Fatal(err)
	}
	if pane := panes["a"]; pane.Datasource != `odd "uid" & #` || pane.Queries[0]["job"] != "a&b #+" || pane.Range.From != "1000" || pane.Range.To != "2000" {
		t.Errorf("%+v", panes)
	}
}
