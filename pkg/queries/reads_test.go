package queries

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// listener notes what it is asked. It has one series for every question, or none at all.
type listener struct {
	empty bool
	mu    sync.Mutex
	asked []string
}

// labels are those of its series, as far as a question groups by them.
var labels = model.Metric{
	"server_name": "a.org", "job": "synapse", "index": "1", "instance": "h:1", "desc": "get_user_by_id", "name": "get_user_by_id", "le": "1", "gen": "2",
	"version": "1.160.0", "role": "main", "reason": "size",
}

func (l *listener) hear(promql string) model.Metric {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, promql)
	m := model.Metric{}
	for _, found := range grouped.FindAllStringSubmatch(promql, -1) {
		for label := range strings.SplitSeq(found[1], ",") {
			name := model.LabelName(strings.TrimSpace(label))
			m[name] = "x"
			if value, known := labels[name]; known {
				m[name] = value
			}
		}
	}
	return m
}

func (l *listener) Instant(_ context.Context, promql string, at time.Time) (model.Vector, []string, error) {
	m := l.hear(promql)
	if l.empty {
		return nil, nil, nil
	}
	return model.Vector{{Metric: m, Value: 5000, Timestamp: model.TimeFromUnix(at.Unix())}}, nil, nil
}

func (l *listener) Range(_ context.Context, promql string, from, to time.Time, _ time.Duration) (model.Matrix, []string, error) {
	m := l.hear(promql)
	if l.empty {
		return nil, nil, nil
	}
	point := func(at time.Time) model.SamplePair {
		return model.SamplePair{Timestamp: model.TimeFromUnix(at.Unix()), Value: 5000}
	}
	return model.Matrix{{Metric: m, Values: []model.SamplePair{point(from), point(to)}}}, nil, nil
}

// What a type says that it reads is what it asks for: the table of metrics says what is affected by a missing one.
func TestReads(t *testing.T) {
	derived := map[string]string{"diagnosis": "its checks read metrics", "metricCoverage": "it looks at all of them"}
	for _, typ := range All {
		if derived[typ.ID] != "" {
			if len(typ.Reads) > 0 {
				t.Errorf("%s reads %q, but %s", typ.ID, typ.Reads, derived[typ.ID])
			}
			continue
		}
		asked := map[string]bool{}
		for _, raw := range variants(typ) {
			for _, l := range []*listener{{}, {empty: true}} {
				askAll(t, typ, raw, l)
				for _, m := range metrics.In(strings.Join(l.asked, "\n")) {
					asked[m.Name] = true
				}
			}
		}
		for _, name := range process.Reads() { // whatever tells processes apart, every type may ask
			if !slices.Contains(typ.Reads, name) {
				delete(asked, name)
			}
		}
		if got := slices.Sorted(maps.Keys(asked)); !slices.Equal(got, typ.Reads) && len(got)+len(typ.Reads) > 0 {
			t.Errorf("%s asks for\n%s, and says that it reads\n%s", typ.ID, strings.Join(got, "\n"), strings.Join(typ.Reads, "\n"))
		}
	}
}

// A metric that nothing reads would be missed by the check of metrics, though nobody needs it.
func TestEveryMetricIsRead(t *testing.T) {
	read := process.Reads()
	for _, typ := range All {
		read = append(read, typ.Reads...)
	}
	for _, c := range checks.All {
		if c.ID == "metric-coverage" { // it looks at all of them
			continue
		}
		for _, m := range slices.Concat(c.Measures, c.Rule.Uses) {
			for _, asked := range metrics.In(m.PromQL(checks.Scope{})) {
				read = append(read, asked.Name)
			}
		}
	}
	for _, m := range metrics.All() {
		if !slices.Contains(read, m.Name) {
			t.Errorf("nothing reads %s", m.Name)
		}
	}
}

// variants are queries of each format and choice of a type.
func variants(typ query.Type) []map[string]any {
	var all []map[string]any
	for _, f := range typ.Formats {
		if f.Needs == query.Prometheus {
			all = append(all, map[string]any{"format": f.ID})
		}
	}
	plain := slices.Clone(all)
	for _, p := range typ.Params {
		var values []any
		formats := map[any][]string{}
		switch p.Kind {
		case query.Choice:
			for _, option := range p.Options {
				values = append(values, option.Value)
				formats[option.Value] = option.Formats
			}
		case query.Boolean:
			values = []any{true}
		case query.Text, query.Number, query.Duration, query.List, query.Numbers:
		}
		for _, value := range values {
			for _, one := range plain {
				if with := formats[value]; len(with) > 0 && !slices.Contains(with, one["format"].(string)) {
					continue
				}
				chosen := maps.Clone(one)
				chosen[p.ID] = value
				all = append(all, chosen)
			}
		}
	}
	return all
}

func askAll(t *testing.T, typ query.Type, raw map[string]any, prometheus query.Metrics) {
	t.Helper()
	text, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	request, err := typ.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	to := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	o := settings.Settings{DatasourceUID: "u", QueryTimeout: time.Minute, ScrapeInterval: 15 * time.Second, Homeserver: settings.Homeserver{DummyEventsThreshold: 10, CacheEntryTTL: 30 * time.Minute}}
	within := query.Align(to.Add(-6*time.Hour), to, time.Minute, o.ScrapeInterval)
	if _, err := query.NewRunner(o, prometheus, nil).Run(t.Context(), typ, request, within, query.Asker{}); err != nil {
		t.Errorf("%s, %s: %v", typ.ID, text, err)
	}
}
