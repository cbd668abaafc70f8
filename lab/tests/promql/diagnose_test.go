package promql

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// finding is a row of the diagnosis. Its sentences are not looked at: pkg/checks keeps those.
type finding struct {
	server, check, subject, severity, cause, unit string
	value                                         float64 // NaN: none
	since                                         *time.Time
	evidence                                      string // for the messages of tests only
}

// findings are the rows by "server check subject", of which those that are empty are left out.
type findings map[string]finding

// diagnose runs some checks, by their ids and all of them without any, over the six hours before the end of the series.
func diagnose(t *testing.T, series string, end time.Duration, options settings.Settings, checks string) findings {
	t.Helper()
	all, _ := diagnoseOver(t, Load(t, series), time.Unix(0, 0).Add(end), 6*time.Hour, options, checks)
	return all
}

// diagnoseOver gives the notices too.
func diagnoseOver(t *testing.T, on query.Metrics, end time.Time, length time.Duration, options settings.Settings, checks string) (all findings, told string) {
	t.Helper()
	typ := diagnosis.Type()
	request, err := typ.Decode([]byte(`{"checks": [` + checks + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	options.QueryTimeout = time.Minute
	within := query.Align(end.Add(-length), end, time.Minute, options.ScrapeInterval)
	frames, err := query.NewRunner(options, on, nil).Run(t.Context(), typ, request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	all = findings{}
	for _, row := range rowsBy(frames[0], "server_name", "check", "subject") {
		text := func(column string) string { return row[column].(string) }
		f := finding{
			server: text("server_name"), check: text("check"), subject: text("subject"), severity: text("severity"), cause: text("caused_by"),
			unit: text("unit"), value: row.number("value"), since: row["since"].(*time.Time), evidence: text("evidence"),
		}
		all[strings.TrimSpace(f.server+" "+strings.TrimSpace(f.check+" "+f.subject))] = f
	}
	return all, notices(frames)
}

// expected is what a finding must be; a value of 0 is not looked at.
type expected struct {
	severity string
	value    float64
	cause    string
}

// want looks for one finding, and gives it.
func (all findings) want(t *testing.T, key string, want expected) finding {
	t.Helper()
	f, there := all[key]
	switch {
	case !there:
		t.Errorf("no finding %q in %+v", key, all)
	case f.severity != want.severity || f.cause != want.cause:
		t.Errorf("%s is %s caused by %q, want %s caused by %q: %s", key, f.severity, f.cause, want.severity, want.cause, f.evidence)
	case want.value != 0 && !(math.Abs(f.value-want.value) <= 0.02*want.value):
		t.Errorf("%s: %g decided, want %g: %s", key, f.value, want.value, f.evidence)
	}
	return f
}

// wantOnly looks for exactly these findings.
func (all findings) wantOnly(t *testing.T, wanted map[string]expected) {
	t.Helper()
	for key, want := range wanted {
		all.want(t, key, want)
	}
	for key, f := range all {
		if _, expected := wanted[key]; !expected {
			t.Errorf("not expected: %s is %s: %s", key, f.severity, f.evidence)
		}
	}
}
