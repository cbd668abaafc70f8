package checks

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

var update = flag.Bool("update", false, "rewrite the snapshots of sentences")

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// known is the data source that rooms of tests belong to; editor and viewer are who looks.
var (
	known  = settings.Settings{DatasourceUID: "uid"}
	editor = query.View{ShowRooms: true}
	viewer = query.View{Keyed: true}
)

// judged is what was measured on one homeserver and what the first finding must be.
type judged struct {
	// series are written "name" or "name label=value label=value", name being the measurement's; "~" in a value is a space.
	series  map[string]float64
	rows    any
	missing string
	late    bool
	refusal *Refusal
	options settings.Settings

	want     limits.Severity
	subject  string
	value    float64 // 0: not looked at
	unit     string  // of the value, where it is not the check's
	causedBy string
	count    int // of findings; 0: one
	// free are the check's causes that may explain the finding; nil: not looked at.
	free []string
}

func (j judged) input(t *testing.T, check Check) Input {
	t.Helper()
	named := map[string]*Measurement{}
	for _, m := range check.Measures {
		named[m.Name] = m
	}
	answers := map[*Measurement]model.Vector{}
	for key, value := range j.series {
		words := strings.Fields(key)
		m, ok := named[words[0]]
		if !ok {
			t.Fatalf("%s measures no %q", check.ID, words[0])
		}
		metric := model.Metric{"server_name": "a.example"}
		for _, word := range words[1:] {
			label, text, _ := strings.Cut(word, "=")
			metric[model.LabelName(label)] = model.LabelValue(strings.ReplaceAll(text, "~", " "))
		}
		answers[m] = append(answers[m], &model.Sample{Metric: metric, Value: model.SampleValue(value)})
	}
	j.options.Homeserver.DummyEventsThreshold = cmp.Or(j.options.Homeserver.DummyEventsThreshold, 10)
	scope := Scope{Scrape: 15 * time.Second, Identity: process.NewIdentity("job", "index")}
	in := NewInput("a.example", noon, scope, j.options, check, answers)
	in.Rows, in.RowsMissing, in.RowsLate, in.Refusal = j.rows, j.missing, j.late, j.refusal
	return in
}

// judgeCases judges each case, compares what decided, and keeps what is said in testdata/sentences: a new wording is a
// diff to read there (go test ./pkg/checks -update).
func judgeCases(t *testing.T, check Check, cases map[string]judged) {
	t.Helper()
	var said strings.Builder
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(name, func(t *testing.T) {
			found := cases[name].judge(t, check)
			fmt.Fprintf(&said, "## %s\n", name)
			for _, f := range found {
				fmt.Fprintf(&said, "%s: %s [%s]\n%s\n", f.Severity, cmp.Or(f.Title, "-"), f.Subject.Key(), f.EvidenceIn(editor))
				for _, step := range f.Steps {
					fmt.Fprintf(&said, "- %s\n", step)
				}
			}
			said.WriteString("\n")
		})
	}
	compareSnapshot(t, filepath.Join("testdata", "sentences", check.ID+".txt"), said.String())
}

func compareSnapshot(t *testing.T, path, said string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(said), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test ./pkg/checks -update writes it)", err)
	}
	if string(kept) != said {
		t.Errorf("%s: the sentences are others; read the diff after go test ./pkg/checks -update", path)
	}
}

var writes = regexp.MustCompile(`(?i)\b(delete from|insert into|update \w+ set|alter table|drop (table|index)|truncate)\b`)

func (j judged) judge(t *testing.T, check Check) []Finding {
	t.Helper()
	found := check.Judge(j.input(t, check))
	if len(found) != max(j.count, 1) {
		t.Fatalf("%d findings: %+v", len(found), found)
	}
	f := found[0]
	if f.Severity != j.want || f.CausedBy != j.causedBy || f.Subject.Key() != j.subject || f.Unit != j.unit {
		t.Errorf("%s on %q caused by %q in %q, want %s on %q by %q in %q: %s", f.Severity, f.Subject.Key(), f.CausedBy, f.Unit, j.want, j.subject, j.causedBy, j.unit, f.EvidenceIn(editor))
	}
	if j.value != 0 && (f.Value == nil || *f.Value < j.value*0.999 || *f.Value > j.value*1.001) {
		t.Errorf("value %v, want %g", f.Value, j.value)
	}
	for _, f := range found {
		checkWords(t, f)
		for link, amount := range f.Takes {
			if taken[check.ID] == nil {
				taken[check.ID] = map[Link]bool{}
			}
			taken[check.ID][link] = taken[check.ID][link] || amount > 0 && f.Severity > OK
		}
	}
	if j.free != nil {
		free := causeIDs(slices.DeleteFunc(slices.Clone(check.Causes), func(c Cause) bool {
			unmeasured := c.By == Named && f.CauseSubjects == nil || c.By > Named && f.Takes[c.By] == 0
			return unmeasured || slices.Contains(f.NotCausedBy, c.Check)
		}))
		if !slices.Equal(free, j.free) {
			t.Errorf("may be caused by %q, want %q", free, j.free)
		}
	}
	return found
}

// checkWords holds what every finding's texts must keep to.
func checkWords(t *testing.T, f Finding) {
	t.Helper()
	all := f.Title + " " + f.EvidenceIn(editor) + " " + f.EvidenceIn(viewer) + " " + f.EvidenceIn(query.View{}) + " " + strings.Join(f.Steps, " ")
	switch {
	case strings.Contains(all, "!room"):
		t.Errorf("a room is named: %s", all)
	case writes.MatchString(all):
		t.Errorf("advice that writes to the database: %s", all)
	case strings.Contains(all, "{") || strings.Contains(all, "%!"):
		t.Errorf("a placeholder without a value: %s", all)
	case len(f.Steps) > 3:
		t.Errorf("%d steps; the rest belongs on the check's page: %s", len(f.Steps), all)
	case f.Severity > OK && !strings.ContainsAny(f.EvidenceIn(editor), "0123456789"):
		t.Errorf("evidence without a number: %s", f.EvidenceIn(editor))
	}
}

// onProcess is a series' key for the process of the job synapse with this index.
func onProcess(name, index string) string {
	return fmt.Sprintf("%s job=synapse index=%s instance=host:900%s", name, index, index)
}

// together joins the series of several processes.
func together(all ...map[string]float64) map[string]float64 {
	joined := map[string]float64{}
	for _, series := range all {
		maps.Copy(joined, series)
	}
	return joined
}

// overridden is the thresholds that an admin has set for a check; 0 leaves the default.
func overridden(check string, warning, critical float64) map[string]settings.Threshold {
	own := settings.Threshold{}
	if warning != 0 {
		own.Warning = &warning
	}
	if critical != 0 {
		own.Critical = &critical
	}
	return map[string]settings.Threshold{check: own}
}
