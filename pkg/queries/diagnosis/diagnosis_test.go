package diagnosis

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// A threshold for a check that does not exist changes nothing, and is said to.
func TestMisspeltThreshold(t *testing.T) {
	low := 0.5
	told := toldOfThresholds(t, map[string]settings.Threshold{"reactor_lag": {Warning: &low}, "reactor-lag": {Warning: &low}})
	if len(told) != 1 || !strings.Contains(told[0], `"reactor_lag"`) {
		t.Errorf("%q", told)
	}
}

// A warning above critical is told of what was asked for and of what may explain it.
func TestSwappedThresholds(t *testing.T) {
	high := 9.0
	swapped := settings.Threshold{Warning: &high}
	told := toldOfThresholds(t, map[string]settings.Threshold{"reactor-lag": swapped, "cpu-saturation": swapped, "sync-time": swapped})
	if len(told) != 2 || !strings.Contains(told[0], "cpu-saturation") || !strings.Contains(told[1], "reactor-lag") {
		t.Errorf("%q", told)
	}
}

func toldOfThresholds(t *testing.T, set map[string]settings.Threshold) []string {
	t.Helper()
	frames, err := diagnose(t, onTwo(0.2, 0.1), nil, noon, `{"checks": ["reactor-lag"]}`, func(o *settings.Settings) { o.Thresholds = set })
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, notice := range frames[0].Meta.Notices {
		if strings.Contains(notice.Text, "thresholds") {
			told = append(told, notice.Text)
		}
	}
	return told
}

// With nothing from Synapse every check says so; only those that report a lost source raise an alarm.
func TestNothingFromSynapse(t *testing.T) {
	for raw, server := range map[string]string{`{}`: "", `{"serverName":"a.example"}`: "a.example"} {
		frame := ask(t, answering{}, raw)[0]
		ids, severities, servers := texts(frame, "check"), texts(frame, "severity"), texts(frame, "server_name")
		if len(ids) != len(checks.All) {
			t.Fatalf("%d rows", len(ids))
		}
		for i, id := range ids {
			want := "unknown"
			if id == "metric-coverage" {
				want = "critical"
			}
			if severities[i] != want || servers[i] != server {
				t.Errorf("%s: %s of %q", id, severities[i], servers[i])
			}
		}
	}
}

func TestSinceAndHealed(t *testing.T) {
	frame := ask(t, onTwo(0.97, 0.3), `{"checks":["cpu-saturation"]}`)[0]
	if got := texts(frame, "subject"); !slices.Equal(got, []string{"synapse/1"}) {
		t.Fatalf("subjects %v", got)
	}
	since, _ := frame.FieldByName("since")
	if at := since.At(0).(*time.Time); at == nil || !at.Equal(noon.Add(-time.Minute)) {
		t.Errorf("since %v", at)
	}
	got := scored(ask(t, onTwo(0.97, 0.3), `{"format":"score","checks":["cpu-saturation"]}`))
	if len(got) != 3 || *got["a.example cpu-saturation "] != 3 || *got["a.example cpu-saturation synapse/1"] != 3 || *got["a.example cpu-saturation synapse/2"] != 0 {
		t.Errorf("score %v", got)
	}
	// Where the check is blind, nobody has healed.
	blind := onTwo(0, 0)
	delete(blind.vectors, cpu)
	got = scored(ask(t, blind, `{"format":"score","checks":["cpu-saturation"]}`))
	if v, there := got["a.example cpu-saturation "]; len(got) != 1 || !there || v != nil {
		t.Errorf("blind: %v", got)
	}
}

// Where job and index do not tell processes apart, the instance is part of their names, in the history too.
func TestNamesOfProcesses(t *testing.T) {
	on := onTwo(0.97, 0.3)
	other := processLine("1", 1, 1, 1)
	other.Metric = other.Metric.Clone()
	other.Metric["instance"] = "host:2"
	on.lines["synapse_storage_schedule_time_count"] = model.Matrix{processLine("1", 1, 1, 1), other}
	frame := ask(t, on, `{"checks":["cpu-saturation"]}`)[0]
	if got := texts(frame, "subject"); !slices.Equal(got, []string{"synapse/1/host:1"}) {
		t.Fatalf("subjects %v", got)
	}
	if since, _ := frame.FieldByName("since"); since.At(0).(*time.Time) == nil {
		t.Error("the history has another name for it")
	}
}

func TestErrorsAndUnknownChecks(t *testing.T) {
	run := func(on query.Metrics, raw string) error {
		_, err := diagnose(t, on, nil, noon, raw, ordinary)
		return err
	}
	gone := errors.New("gone")
	if err := run(answering{err: gone}, `{}`); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
	var bad *query.BadRequest
	if err := run(answering{}, `{"checks":["cpu"]}`); !errors.As(err, &bad) || !strings.Contains(bad.Message, "cpu-saturation") {
		t.Errorf("%v", err)
	}
}

// A query that Prometheus refuses for its size blinds the checks that need it; a source that is lost is an error.
func TestRefusedQuery(t *testing.T) {
	heavy := "(process_resident_memory_bytes{})"
	on := onTwo(0.97, 0.3)
	frame := ask(t, refusing{on, heavy, upstream.Limit}, `{"checks":["memory","cpu-saturation"]}`)[0]
	ids, severities, evidence := texts(frame, "check"), texts(frame, "severity"), texts(frame, "evidence")
	for i, id := range ids {
		want := map[string]string{"memory": "unknown", "cpu-saturation": "critical"}[id]
		if severities[i] != want || id == "memory" && !strings.Contains(evidence[i], "Too many samples.") {
			t.Errorf("%s is %s: %s", id, severities[i], evidence[i])
		}
	}
	if len(ids) != 2 {
		t.Errorf("rows %v", ids)
	}
	_, err := diagnose(t, refusing{on, heavy, upstream.Unreachable}, nil, noon, `{}`, ordinary)
	var fault *upstream.Fault
	if !errors.As(err, &fault) || fault.Kind != upstream.Unreachable {
		t.Errorf("a lost source: %v", err)
	}
}

// What is well needs no advice, and no title that says the contrary.
func TestNothingToDoWhereNothingIsWrong(t *testing.T) {
	on := onTwo(0.2, 0.1)
	on.vectors["synapse_http_server_response_time_seconds"] = model.Vector{{Metric: model.Metric{"server_name": "a.example"}, Value: 1000}}
	frame := ask(t, on, `{}`)[0]
	severities := texts(frame, "severity")
	for i, advice := range texts(frame, "advice") {
		if (severities[i] == "ok" || severities[i] == "unknown") && advice+texts(frame, "remedy")[i] != "" {
			t.Errorf("%s is %s and advises: %s", texts(frame, "check")[i], severities[i], advice)
		}
	}
}

// Where no statement may read a whole table, the checks that need one are unknown and say why; others are asked.
func TestWholeTablesSwitchedOff(t *testing.T) {
	off := func(s *settings.Settings) { s.Postgres.WholeTable = settings.WholeTableNone }
	for id, want := range map[string]string{
		"federation-destinations": "postgresWholeTable is none", "extremities": "postgresWholeTable is none", "partial-state": "PostgreSQL took too long.",
	} {
		frames, err := diagnose(t, onTwo(0.2, 0.1), closed{}, noon, `{"checks":["`+id+`"]}`, off)
		if err != nil {
			t.Fatal(err)
		}
		if got := texts(frames[0], "evidence"); len(got) == 0 || !strings.Contains(got[0], want) {
			t.Errorf("%s: evidence %q", id, got)
		}
	}
}

// PostgreSQL knows only now: a diagnosis of an earlier time says so, and takes ages from now.
func TestPostgresTellsOfNow(t *testing.T) {
	for ago, told := range map[time.Duration]bool{48 * time.Hour: true, time.Minute: false} {
		frames, err := diagnose(t, onTwo(0.2, 0.1), closed{}, time.Now().Add(-ago), `{"checks":["partial-state"]}`, ordinary)
		if err != nil {
			t.Fatal(err)
		}
		if got := texts(frames[0], "evidence"); len(got) != 1 || !strings.Contains(got[0], "PostgreSQL took too long.") {
			t.Errorf("evidence %q", got)
		}
		notices := frames[0].Meta.Notices
		if is := len(notices) == 1 && strings.Contains(notices[0].Text, "PostgreSQL shows the present, not the end of the time range: Room joins."); is != told {
			t.Errorf("%s ago: notices %v", ago, notices)
		}
	}
	s := query.NewSession(query.Request{}, query.Align(noon.Add(-time.Hour), noon, time.Minute, 15*time.Second), noon.Add(48*time.Hour), settings.Settings{}, nil, nil)
	if in := (&measured{}).input(s, check(t, "partial-state"), "a.example"); !in.Now.Equal(s.Now) {
		t.Errorf("ages are taken from %s", in.Now)
	}
}
