package resources

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

func TestJudge(t *testing.T) {
	v := func(x float64) *float64 { return &x }
	day := v(86400)
	for name, c := range map[string]struct {
		row             row
		verdict, advice string
	}{
		"fine":                 {row{uptime: day, busy: v(0.3), stalls: v(1), gc: v(0.01), fds: v(0.2)}, fine, ""},
		"full":                 {row{uptime: day, busy: v(0.95)}, full, "before you add a worker"},
		"full of collections":  {row{uptime: day, busy: v(0.95), gc: v(0.3)}, full, "takes 30% of its time"},
		"full, doing it all":   {row{uptime: day, busy: v(0.95), roles: []string{"main", "sync"}}, full, "move that one"},
		"near its limit":       {row{uptime: day, busy: v(0.75)}, busy, "Close to saturation"},
		"stands still":         {row{uptime: day, busy: v(0.3), stalls: v(30)}, stalling, "30 times per hour"},
		"collects":             {row{uptime: day, busy: v(0.3), gc: v(0.08)}, collecting, "8% of its time"},
		"runs out of files":    {row{uptime: day, busy: v(0.95), fds: v(0.9)}, files, "90% of the files"},
		"just started":         {row{uptime: v(300), busy: v(0.99), stalls: v(300)}, starting, "15 min ago"},
		"a whole core":         {row{uptime: day, busy: v(0.75), cpu: v(0.97)}, full, "before you add a worker"},
		"full, and at work":    {row{uptime: day, busy: v(0.95), cpu: v(0.6)}, full, ""},
		"waits for the CPU":    {row{uptime: day, busy: v(0.95), cpu: v(0.3)}, starved, "busy 95% of the time, but the process got only 0.3 cores"},
		"idle, no CPU":         {row{uptime: day, busy: v(0.3), cpu: v(0.05)}, fine, ""},
		"nothing known":        {row{}, unknown, "nothing tells"},
		"CPU only":             {row{uptime: day, cpu: v(0.4)}, unknown, "nothing tells"},
		"CPU beside the loop":  {row{uptime: day, busy: v(0.2), cpu: v(1.8)}, fine, ""},
		"uptime is not known":  {row{busy: v(0.95)}, full, ""},
		"a single slow minute": {row{uptime: day, busy: v(0.3), stalls: v(9)}, fine, ""},
	} {
		verdict, advice := c.row.judge(thresholdsOf(settings.Settings{}))
		if verdict != c.verdict || !strings.Contains(advice, c.advice) {
			t.Errorf("%s: %s, %q", name, verdict, advice)
		}
	}
}

func sample(server, index string, value float64, more ...string) *model.Sample {
	m := model.Metric{"server_name": model.LabelValue(server), "job": "synapse", "index": model.LabelValue(index), "instance": model.LabelValue("host:" + index)}
	for i := 0; i < len(more); i += 2 {
		m[model.LabelName(more[i])] = model.LabelValue(more[i+1])
	}
	return &model.Sample{Metric: m, Value: model.SampleValue(value)}
}

func TestRows(t *testing.T) {
	a := answers{
		identity: process.NewIdentity("job", "index"),
		present:  model.Vector{sample("b", "1", 1), sample("a", "1", 1), sample("a", "2", 1)},
		busy:     model.Vector{sample("a", "1", 0.2), sample("a", "2", 0.9)},
		version:  model.Vector{sample("", "2", 1, "version", "1.160.0")},
		roles:    model.Vector{sample("a", "2", 5, "role", "sync"), sample("a", "2", 1, "role", "main")},
		fds:      model.Vector{sample("a", "1", 0.1)},
	}
	rows := a.rows(thresholdsOf(settings.Settings{}))
	var got []string
	for _, r := range rows {
		got = append(got, r.server+" "+r.name)
	}
	if !slices.Equal(got, []string{"a synapse/2", "a synapse/1", "b synapse/1"}) {
		t.Fatalf("%v", got)
	}
	first := rows[0]
	if first.version != "1.160.0" || !slices.Equal(first.roles, []string{"main", "sync"}) || first.fds != nil || *first.busy != 0.9 || first.instance != "host:2" {
		t.Errorf("%+v", first)
	}
	if frame := query.TableFrame("", columns, rows, query.View{}); frame.Rows() != 3 || len(frame.Fields) != len(columns) {
		t.Errorf("%d rows of %d columns", frame.Rows(), len(frame.Fields))
	} else if tick, _ := frame.FieldByName("reactor_tick_p99"); tick.Config.Mappings[0].(data.ValueMapper)["5"].Text != ">5 s" {
		t.Errorf("a tick beyond the last bucket reads as %v", tick.Config.Mappings)
	}
}

func TestLines(t *testing.T) {
	stream := func(server, index string, values ...float64) *model.SampleStream {
		s := &model.SampleStream{Metric: sample(server, index, 0).Metric}
		for i, v := range values {
			s.Values = append(s.Values, model.SamplePair{Timestamp: model.TimeFromUnix(int64(60 * i)), Value: model.SampleValue(v)})
		}
		return s
	}
	session := query.NewSession(query.Request{Limit: 2}, query.TimeRange{}, time.Now(), settings.Settings{}, nil, nil)
	whole := model.Matrix{stream("a", "1", 1, 1), stream("a", "2", 3), stream("a", "3", 2, 2), stream("b", "1", 0.5)}
	parts := map[string]*model.Matrix{
		" in use": {stream("a", "2", 1.5), stream("a", "1", 0.5)},
	}
	var got []string
	for _, line := range linesOf(session, process.NewIdentity("job", "index"), whole, parts) {
		got = append(got, line.Legend)
	}
	want := []string{"synapse/1 · b", "synapse/2 in use · a", "synapse/2 · a", "synapse/3 · a"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An admin's thresholds of the checks move the table as well.
func TestJudgeByTheAdminsThresholds(t *testing.T) {
	v := func(x float64) *float64 { return &x }
	process := row{uptime: v(86400), busy: v(0.93), cpu: v(0.97)}
	for want, own := range map[string]map[string]settings.Threshold{
		full: nil,
		busy: {"reactor-lag": {Critical: v(0.95)}, "cpu-saturation": {Critical: v(1.5)}},
		fine: {"reactor-lag": {Warning: v(0.95), Critical: v(0.99)}, "cpu-saturation": {Warning: v(1.2), Critical: v(1.5)}},
	} {
		if got, _ := process.judge(thresholdsOf(settings.Settings{Thresholds: own})); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
