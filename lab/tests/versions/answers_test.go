package versions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// Everything that the plugin asks has an answer on every version, unless a metric of the question is declared as one that
// this version, or this quiet homeserver, need not have.
func TestEveryVersionAnswers(t *testing.T) {
	excuses, choices := newExcuses(), alternatives{}
	all, ran := servers(t), 0
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			ran++
			asked := record(s.history(t))
			s.askMeasurements(t, asked, excuses)
			s.askTypes(t, asked, excuses)
			s.askGraphs(t, asked, excuses)
			s.diagnose(t, asked, excuses)
			s.compareValues(t, asked, choices, excuses)
		})
	}
	if ran < len(all) { // one version was chosen with -run
		return
	}
	choices.wantSeen(t, excuses)
	excuses.wantUsed(t)
}

// ask runs one query over the whole history.
func ask(t *testing.T, on query.Metrics, typ query.Type, raw string) data.Frames {
	t.Helper()
	request, err := typ.Decode([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	frames, err := query.NewRunner(historyWishes, on, nil).Run(t.Context(), typ, request, historyRange, query.Asker{View: query.View{ShowRooms: true, ShowDestinations: true}})
	if err != nil {
		t.Fatalf("%s %s: %v", typ.ID, raw, err)
	}
	return frames
}

func (s *server) askMeasurements(t *testing.T, on *recorder, excuses *excuses) {
	t.Helper()
	identity, err := process.Find(t.Context(), query.NewSession(query.Request{}, historyRange, historyEnd, historyWishes, on, nil))
	if err != nil {
		t.Fatal(err)
	}
	scope := checks.Scope{Scrape: historyScrape, Length: historyLength, CacheEntryTTL: historyWishes.Homeserver.CacheEntryTTL, Identity: identity}
	for _, c := range checks.All {
		for _, m := range c.Measures {
			promql := m.PromQL(scope)
			vector, _, err := on.Instant(t.Context(), promql, historyEnd)
			if err != nil {
				t.Errorf("%s %s: %v", c.ID, m.Name, err)
			}
			if len(vector) == 0 && !s.mayLack(metrics.In(promql)) && !excuses.quiet(c.ID+" "+m.Name) {
				t.Errorf("measurement %q of %s has no answer: %s", m.Name, c.ID, promql)
			}
		}
	}
}

func (s *server) askTypes(t *testing.T, on *recorder, excuses *excuses) {
	t.Helper()
	for _, typ := range queries.All {
		for _, format := range typ.Formats {
			if format.Needs != query.Prometheus {
				continue
			}
			frames := ask(t, on, typ, `{"format": "`+format.ID+`"}`)
			if rows(frames) == 0 && !s.mayLack(metrics.In(frames[0].Meta.ExecutedQueryString)) && !excuses.quiet(typ.ID+" "+format.ID) {
				t.Errorf("query type %s, format %s has no answer", typ.ID, format.ID)
			}
		}
	}
}

func (s *server) askGraphs(t *testing.T, on *recorder, excuses *excuses) {
	t.Helper()
	for _, g := range graph.All {
		for _, format := range g.Formats() {
			for _, split := range []string{"false", "true"} {
				frames := ask(t, on, graph.Type(), `{"graph": "`+g.ID+`", "format": "`+format+`", "perProcess": `+split+`}`)
				if rows(frames) > 0 {
					continue
				}
				if !s.mayLack(g.Metrics()) && !excuses.quiet("graph "+g.ID) {
					t.Errorf("graph %s as %s draws nothing", g.ID, format)
				}
				s.wantReason(t, g, frames[0])
			}
		}
	}
}

// wantReason expects an empty graph to say why: which version of Synapse comes with it, or that nothing happened.
func (s *server) wantReason(t *testing.T, g graph.Graph, frame *data.Frame) {
	t.Helper()
	want := "in this selection and time range"
	for _, m := range g.Metrics() {
		if !m.ExistsIn(s.version) {
			want = "Comes with Synapse " + m.Since + "; this homeserver runs " + s.version
			break
		}
	}
	for _, notice := range frame.Meta.Notices {
		if strings.Contains(notice.Text, want) {
			return
		}
	}
	t.Errorf("graph %s is empty and does not say %q: %v", g.ID, want, frame.Meta.Notices)
}

func rows(frames data.Frames) int {
	count := 0
	for _, frame := range frames {
		count += frame.Rows()
	}
	return count
}

// mayLack tells whether the homeserver lacks one of some metrics and is declared to be allowed to.
func (s *server) mayLack(some []*metrics.Metric) bool {
	return slices.ContainsFunc(some, func(m *metrics.Metric) bool {
		return m.Scope != metrics.OfTarget && foundAs(s, m) == "" && (m.Exists != metrics.Always || !m.ExistsIn(s.version))
	})
}
