package checks

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// known is the data source that rooms of tests belong to; viewer and editor are who looks.
var (
	known  = query.Options{DatasourceUID: "uid"}
	editor = query.View{ShowRooms: true}
	viewer = query.View{Keyed: true}
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// measuredOn is a check's input on one homeserver. Series are written "name" or "name label=value label=value".
type measuredOn struct {
	check   Check
	series  map[string]float64
	rows    any
	missing string
	options query.Options
}

func (m measuredOn) input() Input {
	vectors := map[string]model.Vector{}
	for key, value := range m.series {
		words := strings.Fields(key)
		metric := model.Metric{"server_name": "a.example"}
		for _, word := range words[1:] {
			label, text, _ := strings.Cut(word, "=")
			metric[model.LabelName(label)] = model.LabelValue(strings.ReplaceAll(text, "_", " "))
		}
		vectors[words[0]] = append(vectors[words[0]], &model.Sample{Metric: metric, Value: model.SampleValue(value)})
	}
	if m.options.DummyEventsThreshold == 0 {
		m.options.DummyEventsThreshold = 10
	}
	in := NewInput("a.example", noon, Where{Scrape: 15 * time.Second}, m.options, m.check, vectors)
	in.Rows, in.RowsMissing = m.rows, m.missing
	return in
}

// wanted is what the worst finding must be like; evidence and advice must hold every one of the texts.
type wanted struct {
	severity Severity
	subject  string
	value    float64 // 0: not looked at
	evidence []string
	advice   []string
	causedBy string
	count    int // of findings; 0: one
}

var (
	writingSQL = regexp.MustCompile(`(?i)\b(delete from|insert into|update \w+ set|truncate|drop table)\b`)
	aNumber    = regexp.MustCompile(`\d`)
)

func expect(t *testing.T, m measuredOn, w wanted) {
	t.Helper()
	found := m.check.Judge(m.input())
	if len(found) != max(w.count, 1) {
		t.Fatalf("%d findings: %+v", len(found), found)
	}
	f := found[0]
	if f.Severity != w.severity || f.CausedBy != w.causedBy {
		t.Fatalf("%s caused by %q, want %s by %q: %s", f.Severity, f.CausedBy, w.severity, w.causedBy, f.Evidence)
	}
	if got := f.Subject.Key(); got != w.subject {
		t.Errorf("subject %q, want %q", got, w.subject)
	}
	if w.value != 0 && (f.Value == nil || *f.Value < w.value*0.999 || *f.Value > w.value*1.001) {
		t.Errorf("value %v, want %g", f.Value, w.value)
	}
	for _, text := range w.evidence {
		if !strings.Contains(f.Told(editor), text) {
			t.Errorf("evidence lacks %q: %s", text, f.Told(editor))
		}
	}
	last := -1
	for _, text := range w.advice {
		at := strings.Index(f.Advice, text)
		if at <= last {
			t.Errorf("advice lacks %q, or not in this order: %s", text, f.Advice)
		}
		last = at
	}
	for _, f := range found {
		inOrder(t, f)
	}
}

// inOrder: what every finding must keep.
func inOrder(t *testing.T, f Finding) {
	t.Helper()
	for _, view := range []query.View{editor, viewer, {}} {
		if evidence := f.Told(view); strings.Contains(evidence, "!room") || strings.Contains(evidence, "%!") {
			t.Errorf("evidence for %+v: %s", view, evidence)
		}
	}
	f.Evidence = f.Told(editor)
	if writingSQL.MatchString(f.Advice + f.Remedy + f.Evidence) {
		t.Errorf("writing SQL: %s %s", f.Advice, f.Remedy)
	}
	if f.Severity >= Info && (f.Advice == "" || !aNumber.MatchString(f.Evidence)) {
		t.Errorf("%s without advice or numbers: %q, %q", f.Severity, f.Evidence, f.Advice)
	}
	if f.Severity == Unknown && f.Evidence == "" {
		t.Error("unknown without a reason")
	}
	if strings.Contains(f.Evidence+f.Advice+f.Remedy+f.Title, "!room") {
		t.Errorf("a room is named: %s", f.Evidence)
	}
	if strings.Contains(f.Evidence, "NaN") || strings.Contains(f.Evidence, "Inf") || strings.Contains(f.Evidence, "%!") {
		t.Errorf("evidence: %s", f.Evidence)
	}
}

const mainProcess = " job=synapse index=1 instance=host:9000"

func presenceOn(share, cpu, busy, uptime, updates, inbound float64) map[string]float64 {
	return map[string]float64{
		"share" + mainProcess: share, "cpu" + mainProcess: cpu, "busy" + mainProcess: busy, "uptime" + mainProcess: uptime,
		"jobs": 50, "updates": updates, "inbound": inbound, "edus": 40, "sent": 34,
	}
}

func TestFederationPresence(t *testing.T) {
	const day = 86400
	none := presenceOn(0.5, 0.9, 0.9, day, 9, 1)
	delete(none, "share"+mainProcess)
	off, dropped := presenceOn(0.01, 0.9, 0.9, day, 9, 1), presenceOn(0.5, 0.9, 0.9, day, 9, 1)
	delete(off, "updates")
	delete(dropped, "updates")
	noCPU := presenceOn(0.5, 0.9, 0.9, day, 9, 1)
	delete(noCPU, "cpu"+mainProcess)
	ladder := []string{"1.124", "rc_presence.per_user", "1.156", "last_active_granularity", "include_offline_users_on_sync", "stream_writers.presence",
		"enabled: false", "untracked", "Steps 1 to 3 do not reduce what other homeservers send"}
	for name, c := range map[string]struct {
		series map[string]float64
		want   wanted
	}{
		"a third of a full process": {presenceOn(0.38, 0.93, 0.95, day, 12, 2), wanted{severity: Critical, subject: "synapse/1", value: 0.38,
			evidence: []string{"0.93 cores", "38 %", "(0.35 cores)", "12 presence updates per second", "2 of them from other homeservers", "85 % of the EDUs"}, advice: ladder}},
		"a fifth":                          {presenceOn(0.2, 0.93, 0.95, day, 12, 2), wanted{severity: Warning, subject: "synapse/1", value: 0.2}},
		"a tenth":                          {presenceOn(0.1, 0.93, 0.95, day, 12, 2), wanted{severity: OK, value: 0.1}},
		"threads beside the loop":          {presenceOn(0.38, 0.93, 0.4, day, 12, 2), wanted{severity: OK}},
		"just started":                     {presenceOn(0.38, 0.93, 0.95, 600, 12, 2), wanted{severity: OK}},
		"most EDUs, and CPU left":          {none, wanted{severity: OK, evidence: []string{"No process", "85 % of the EDUs"}}},
		"quiet":                            {presenceOn(0.38, 0.93, 0.95, day, 0.4, 0.1), wanted{severity: OK, evidence: []string{"too few to judge"}}},
		"switched off":                     {off, wanted{severity: OK, evidence: []string{"switched off"}}},
		"updates are not kept":             {dropped, wanted{severity: Unknown, evidence: []string{"synapse_handler_presence_presence_updates_total"}}},
		"no process metrics":               {noCPU, wanted{severity: Unknown, evidence: []string{"process_cpu_seconds_total"}}},
		"metrics of whole processes only":  {map[string]float64{"cpu" + mainProcess: 0.9}, wanted{severity: Unknown, evidence: []string{"synapse_background_process"}}},
		"nothing is known of the loop yet": {map[string]float64{"share" + mainProcess: 0.2, "cpu" + mainProcess: 0.8, "jobs": 1, "updates": 5}, wanted{severity: Warning, subject: "synapse/1"}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, measuredOn{check: federationPresence, series: c.series}, c.want) })
	}
	in := measuredOn{check: federationPresence, series: presenceOn(0.38, 0.93, 0.95, day, 12, 9)}.input()
	if f := federationPresence.Judge(in); !strings.Contains(f[0].Remedy, "Most updates come from other homeservers") {
		t.Errorf("remedy where others send most: %s", f[0].Remedy)
	}
}
