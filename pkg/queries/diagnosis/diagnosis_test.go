package diagnosis

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// A threshold for a check that does not exist changes nothing, and is said to.
func TestMisspeltThreshold(t *testing.T) {
	request, err := Type().Decode(json.RawMessage(`{"checks": ["reactor-lag"]}`))
	if err != nil {
		t.Fatal(err)
	}
	one := 1.0
	options := query.Options{QueryTimeout: time.Minute, ScrapeInterval: 15 * time.Second, Thresholds: map[string]query.Threshold{
		"reactor_lag": {Warning: &one}, "reactor-lag": {Warning: &one}}}
	end := time.Unix(1e9, 0)
	frames, err := query.NewRunner(options, onTwo(0.2, 0.1), nil).
		Run(t.Context(), Type(), request, query.Align(end.Add(-time.Hour), end, time.Minute, 15*time.Second), query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, notice := range frames[0].Meta.Notices {
		if strings.Contains(notice.Text, "thresholds") {
			told = append(told, notice.Text)
		}
	}
	if len(told) != 1 || !strings.Contains(told[0], `"reactor_lag"`) {
		t.Errorf("%q", told)
	}
}

// Causes form chains: following them never leads back.
func TestNoCircles(t *testing.T) {
	causes := map[string][]string{}
	for _, c := range checks.All {
		causes[c.ID] = c.Causes
		if c.ID == "" || c.Title == "" || c.Judge == nil || c.Meaning == "" || c.Decides == "" || c.Source == "" || c.CannotKnow == "" {
			t.Errorf("%s lacks a part of its documentation", c.ID)
		}
	}
	var walk func(id string, path []string)
	walk = func(id string, path []string) {
		if slices.Contains(path, id) {
			t.Fatalf("a circle: %s → %s", strings.Join(path, " → "), id)
		}
		for _, cause := range causes[id] {
			if _, known := causes[cause]; !known {
				t.Errorf("%s is explained by %q, which is no check", id, cause)
			}
			walk(cause, append(slices.Clone(path), id))
		}
	}
	for id := range causes {
		walk(id, nil)
	}
}

func check(t *testing.T, id string) checks.Check {
	t.Helper()
	for _, c := range checks.All {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("no check %s", id)
	return checks.Check{}
}

func rowOf(t *testing.T, id, subject string, severity checks.Severity) row {
	t.Helper()
	return row{Finding: checks.Finding{Severity: severity, Subject: checks.Subject{Name: subject}}, check: check(t, id), server: "a.example"}
}

func TestExplained(t *testing.T) {
	rows := []row{
		rowOf(t, "event-send-time", "", checks.Critical),
		rowOf(t, "cpu-saturation", "synapse/1", checks.Critical),
		rowOf(t, "cpu-saturation", "synapse/2", checks.Critical),
		rowOf(t, "gc-pauses", "synapse/2", checks.Warning),
		rowOf(t, "state-resolution", "", checks.Info),
	}
	rows[0].NotCausedBy = []string{"gc-pauses"}
	for i, want := range []string{"cpu-saturation", "", "gc-pauses", "", ""} {
		if got := explained(slices.Clone(rows))[i].CausedBy; got != want {
			t.Errorf("%s %s is caused by %q, want %q", rows[i].check.ID, rows[i].Subject.Key(), got, want)
		}
	}
	// Only the cache before a transaction, and only what a finding can explain.
	chatty := rowOf(t, "database-chatty", "get_user_by_id", checks.Warning)
	chatty.CauseSubject = "get_user_by_id"
	left := rowOf(t, "extremities", "room-1", checks.Warning)
	left.Explains = []string{"table-growth"}
	others := []row{chatty, rowOf(t, "cache-undersized", "getEvent", checks.Warning), left, rowOf(t, "state-resolution", "synapse/1", checks.Warning), rowOf(t, "table-growth", "stream_ordering_to_exterm", checks.Warning)}
	for i, want := range []string{"", "", "", "", "extremities"} {
		if got := explained(slices.Clone(others))[i].CausedBy; got != want {
			t.Errorf("%s %s is caused by %q, want %q", others[i].check.ID, others[i].Subject.Key(), got, want)
		}
	}
	others[1].Subject.Name = "get_user_by_id"
	if got := explained(others)[0].CausedBy; got != "cache-undersized" {
		t.Errorf("the chatty transaction is caused by %q", got)
	}
	rows[0].CausedBy = "sync-time" // a check may know better
	if got := explained(rows)[0].CausedBy; got != "sync-time" {
		t.Errorf("caused by %q", got)
	}
}

func TestOrdered(t *testing.T) {
	rows := explained([]row{
		rowOf(t, "event-send-time", "", checks.Critical),
		rowOf(t, "memory", "", checks.Unknown),
		rowOf(t, "cpu-saturation", "synapse/1", checks.Warning),
		rowOf(t, "gc-pauses", "synapse/1", checks.Warning),
		rowOf(t, "table-growth", "", checks.Critical),
		rowOf(t, "workers", "", checks.OK),
	})
	var got []string
	for _, r := range ordered(rows) {
		got = append(got, r.check.ID)
	}
	want := []string{"gc-pauses", "cpu-saturation", "event-send-time", "table-growth", "workers", "memory"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCut(t *testing.T) {
	session := func(limit int) *query.Session {
		return query.NewSession(query.Request{Limit: limit}, query.TimeRange{}, time.Now(), query.Options{}, nil, nil)
	}
	var rows []row
	for range 7 {
		rows = append(rows, rowOf(t, "cpu-saturation", "p", checks.Warning))
	}
	other := rowOf(t, "memory", "", checks.OK)
	other.server = "b.example"
	rows = append(rows, other)
	if got := cut(session(100), rows); len(got) != 6 {
		t.Errorf("%d rows", len(got))
	}
	if got := cut(session(2), rows); len(got) != 3 || got[2].server != "b.example" {
		t.Errorf("the limit is for each homeserver: %d rows", len(got))
	}
}

// scoresOf gives the numbers of a query that found these rows.
func scoresOf(t *testing.T, rows []row, raw string) data.Frames {
	t.Helper()
	request, err := Type().Decode(json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	return newScores(query.NewSession(request, query.TimeRange{}, noon, query.Options{}, nil, nil), rows).Frames(query.View{})
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
		"a.example gc-pauses ": 3, "a.example gc-pauses the worst": 3, "a.example gc-pauses a": 1, "a.example gc-pauses d": 1,
	} {
		switch v, there := got[key]; {
		case !there:
			t.Errorf("%q is missing", key)
		case want < 0 != (v == nil) || v != nil && *v != want:
			t.Errorf("%q is %v, want %g", key, v, want)
		}
	}
	if len(got) != 4+2+1+5 {
		t.Errorf("%d numbers: %v", len(got), got)
	}
	if got := scored(scoresOf(t, rows, `{"format":"score","subjects":false}`)); len(got) != 4 {
		t.Errorf("without subjects: %v", got)
	}
	measured := scored(scoresOf(t, rows, `{"format":"measured"}`))
	if v := measured["a.example cpu-saturation synapse/2"]; v == nil || *v != value {
		t.Errorf("measured %v", v)
	}
}

// answering is Prometheus by the beginnings of its questions, the longest first.
type answering struct {
	vectors map[string]model.Vector
	lines   map[string]model.Matrix
	err     error
}

func longest[V any](of map[string]V, promql string) (found V) {
	at := -1
	for part, value := range of {
		if strings.Contains(promql, part) && len(part) > at {
			found, at = value, len(part)
		}
	}
	return found
}

func (a answering) Instant(_ context.Context, promql string, _ time.Time) (model.Vector, []string, error) {
	return longest(a.vectors, promql), nil, a.err
}

func (a answering) Range(_ context.Context, promql string, _, _ time.Time, _ time.Duration) (model.Matrix, []string, error) {
	return longest(a.lines, promql), nil, a.err
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ask(t *testing.T, on query.Metrics, raw string) data.Frames {
	t.Helper()
	request, err := Type().Decode(json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	frames, err := query.NewRunner(query.Options{QueryTimeout: time.Minute, ScrapeInterval: 15 * time.Second}, on, nil).
		Run(t.Context(), Type(), request, query.Align(noon.Add(-time.Hour), noon, time.Minute, 15*time.Second), query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

func words(frame *data.Frame, column string) []string {
	field, _ := frame.FieldByName(column)
	var all []string
	for i := range field.Len() {
		all = append(all, field.At(i).(string))
	}
	return all
}

// With nothing from Synapse every check says so; only those that report a lost source raise an alarm.
func TestNothingFromSynapse(t *testing.T) {
	for raw, server := range map[string]string{`{}`: "", `{"serverName":"a.example"}`: "a.example"} {
		frame := ask(t, answering{}, raw)[0]
		ids, severities, servers := words(frame, "check"), words(frame, "severity"), words(frame, "server_name")
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

func process(index string, value float64) *model.Sample {
	return &model.Sample{Value: model.SampleValue(value), Metric: model.Metric{
		"server_name": "a.example", "job": "synapse", "index": model.LabelValue(index), "instance": "host:" + model.LabelValue(index),
	}}
}

func processLine(index string, values ...float64) *model.SampleStream {
	stream := &model.SampleStream{Metric: process(index, 0).Metric}
	for i, v := range values {
		at := noon.Add(time.Duration(i-len(values)+1) * time.Minute)
		stream.Values = append(stream.Values, model.SamplePair{Timestamp: model.TimeFromUnix(at.Unix()), Value: model.SampleValue(v)})
	}
	return stream
}

const (
	servers = "count by (server_name) (last_over_time("
	cpu     = "rate(process_cpu_seconds_total{}[900s])"
	busy    = "rate(python_twisted_reactor_tick_time_sum{}[900s])"
	twice   = "count by (server_name, job, index)"
)

func onTwo(cpuOf1, cpuOf2 float64) answering {
	return answering{
		vectors: map[string]model.Vector{
			servers: {{Metric: model.Metric{"server_name": "a.example"}, Value: 2}},
			cpu:     {process("1", cpuOf1), process("2", cpuOf2)}, busy: {process("1", cpuOf1), process("2", cpuOf2)},
		},
		lines: map[string]model.Matrix{cpu: {processLine("1", 0.2, 0.97, 0.5, 0.96, 0.97), processLine("2", 0.2, 0.9, 0.3, 0.3, 0.3)}},
	}
}

func TestSinceAndHealed(t *testing.T) {
	frame := ask(t, onTwo(0.97, 0.3), `{"checks":["cpu-saturation"]}`)[0]
	if got := words(frame, "subject"); !slices.Equal(got, []string{"synapse/1"}) {
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
	on.vectors[twice] = model.Vector{process("1", 2)}
	frame := ask(t, on, `{"checks":["cpu-saturation"]}`)[0]
	if got := words(frame, "subject"); !slices.Equal(got, []string{"synapse/1/host:1"}) {
		t.Fatalf("subjects %v", got)
	}
	if since, _ := frame.FieldByName("since"); since.At(0).(*time.Time) == nil {
		t.Error("the history has another name for it")
	}
}

func TestErrorsAndUnknownChecks(t *testing.T) {
	run := func(on query.Metrics, raw string) error {
		request, err := Type().Decode(json.RawMessage(raw))
		if err != nil {
			return err
		}
		_, err = query.NewRunner(query.Options{QueryTimeout: time.Minute, ScrapeInterval: 15 * time.Second}, on, nil).
			Run(t.Context(), Type(), request, query.Align(noon.Add(-time.Hour), noon, time.Minute, 15*time.Second), query.Asker{})
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

// refusing is Prometheus with a limit that one kind of query exceeds.
type refusing struct {
	answering
	part string
	kind upstream.Kind
}

func (r refusing) fault(promql string) error {
	if strings.Contains(promql, r.part) {
		return &upstream.Fault{Kind: r.kind, Message: "Too many samples."}
	}
	return nil
}

func (r refusing) Instant(_ context.Context, promql string, _ time.Time) (model.Vector, []string, error) {
	return longest(r.vectors, promql), nil, r.fault(promql)
}

func (r refusing) Range(_ context.Context, promql string, _, _ time.Time, _ time.Duration) (model.Matrix, []string, error) {
	return longest(r.lines, promql), nil, r.fault(promql)
}

// A query that Prometheus refuses for its size blinds the checks that need it; a source that is lost is an error.
func TestRefusedQuery(t *testing.T) {
	heavy := "process_resident_memory_bytes{}[1d]"
	frame := ask(t, refusing{onTwo(0.97, 0.3), heavy, upstream.Limit}, `{"checks":["memory","cpu-saturation"]}`)[0]
	ids, severities, evidence := words(frame, "check"), words(frame, "severity"), words(frame, "evidence")
	for i, id := range ids {
		want := map[string]string{"memory": "unknown", "cpu-saturation": "critical"}[id]
		if severities[i] != want || id == "memory" && !strings.Contains(evidence[i], "Too many samples.") {
			t.Errorf("%s is %s: %s", id, severities[i], evidence[i])
		}
	}
	if len(ids) != 2 {
		t.Errorf("rows %v", ids)
	}
	request, err := Type().Decode(json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = query.NewRunner(query.Options{QueryTimeout: time.Minute, ScrapeInterval: 15 * time.Second}, refusing{onTwo(0.97, 0.3), heavy, upstream.Unreachable}, nil).
		Run(t.Context(), Type(), request, query.Align(noon.Add(-time.Hour), noon, time.Minute, 15*time.Second), query.Asker{})
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
	severities := words(frame, "severity")
	for i, advice := range words(frame, "advice") {
		if (severities[i] == "ok" || severities[i] == "unknown") && advice+words(frame, "remedy")[i] != "" {
			t.Errorf("%s is %s and advises: %s", words(frame, "check")[i], severities[i], advice)
		}
	}
}

// A finding names the processes that it is about; what is wrong with another one does not explain it.
func TestExplainedByTheSameProcess(t *testing.T) {
	rows := []row{rowOf(t, "event-send-time", "", checks.Critical), rowOf(t, "cpu-saturation", "media/1", checks.Critical), rowOf(t, "gc-pauses", "synapse/1", checks.Warning)}
	if got := explained(slices.Clone(rows))[0].CausedBy; got != "cpu-saturation" {
		t.Errorf("any process: caused by %q", got)
	}
	rows[0].Processes = []string{"synapse/1", "synapse/2"}
	if got := explained(slices.Clone(rows))[0].CausedBy; got != "gc-pauses" {
		t.Errorf("caused by %q", got)
	}
	rows[0].Processes = []string{"synapse/2"}
	if got := explained(slices.Clone(rows))[0].CausedBy; got != "" {
		t.Errorf("nothing is wrong there, but caused by %q", got)
	}
}

// More subjects than are shown are told of, in numbers as in the table.
func TestCutIsTold(t *testing.T) {
	on := onTwo(0.97, 0.97)
	for _, index := range []string{"3", "4", "5", "6", "7"} {
		on.vectors[cpu] = append(on.vectors[cpu], process(index, 0.97))
		on.vectors[busy] = append(on.vectors[busy], process(index, 0.97))
	}
	for format, frames := range map[string]int{"findings": 1, "score": 6, "measured": 6} {
		got := ask(t, on, `{"format":"`+format+`","checks":["cpu-saturation"]}`)
		notices := got[0].Meta.Notices
		if len(got) != frames || len(notices) != 1 || !strings.Contains(notices[0].Text, "more subjects on a.example that are not shown: 2 ") {
			t.Errorf("%s: %d frames, notices %v", format, len(got), notices)
		}
	}
}

// closed is a PostgreSQL that knows whose it is and answers nothing else.
type closed struct{}

func (closed) Owner(context.Context) (string, error) { return "a.example", nil }
func (closed) Read(context.Context, time.Duration, func(context.Context, query.Tx) error) error {
	return &upstream.Fault{Kind: upstream.Timeout, Message: "PostgreSQL took too long."}
}

// PostgreSQL knows only now: a diagnosis of an earlier time says so, and takes ages from now.
func TestPostgresTellsOfNow(t *testing.T) {
	request, err := Type().Decode(json.RawMessage(`{"checks":["partial-state"]}`))
	if err != nil {
		t.Fatal(err)
	}
	for ago, told := range map[time.Duration]bool{48 * time.Hour: true, time.Minute: false} {
		to := time.Now().Add(-ago)
		frames, err := query.NewRunner(query.Options{QueryTimeout: time.Minute, ScrapeInterval: 15 * time.Second}, onTwo(0.2, 0.1), closed{}).
			Run(t.Context(), Type(), request, query.Align(to.Add(-time.Hour), to, time.Minute, 15*time.Second), query.Asker{})
		if err != nil {
			t.Fatal(err)
		}
		if got := words(frames[0], "evidence"); len(got) != 1 || !strings.Contains(got[0], "PostgreSQL took too long.") {
			t.Errorf("evidence %q", got)
		}
		notices := frames[0].Meta.Notices
		if is := len(notices) == 1 && strings.Contains(notices[0].Text, "PostgreSQL tells of now, not of the end of the time range: partial-state."); is != told {
			t.Errorf("%s ago: notices %v", ago, notices)
		}
	}
	s := query.NewSession(request, query.Align(noon.Add(-time.Hour), noon, time.Minute, 15*time.Second), noon.Add(48*time.Hour), query.Options{}, nil, nil)
	if in := (measured{}).input(s, check(t, "partial-state"), "a.example"); !in.Now.Equal(s.Now) {
		t.Errorf("ages are taken from %s", in.Now)
	}
}
