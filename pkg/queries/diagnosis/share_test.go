package diagnosis

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// counting answers nothing and notes what it was asked.
type counting struct {
	mu    sync.Mutex
	asked map[string]int
	total int
}

func (c *counting) count(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[what]++
	c.total++
}

func (c *counting) Instant(_ context.Context, promql string, _ time.Time) (model.Vector, []string, error) {
	c.count(promql)
	return nil, nil, nil
}

func (c *counting) Range(_ context.Context, promql string, _, _ time.Time, _ time.Duration) (model.Matrix, []string, error) {
	c.count("over " + promql)
	return nil, nil, nil
}

// All alert rules of one evaluation, each with its score and its number, ask Prometheus no more than one diagnosis.
func TestAllRulesCostOneDiagnosis(t *testing.T) {
	ask := func(t *testing.T, on *query.Runner, q map[string]any) {
		t.Helper()
		raw, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		req, err := Type().Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		to := time.Date(2026, 1, 2, 12, 0, 7, 0, time.UTC)
		tr := query.Align(to.Add(-6*time.Hour), to, time.Minute, 15*time.Second)
		if _, err := on.Run(t.Context(), Type(), req, tr, query.Asker{}); err != nil {
			t.Fatal(err)
		}
	}
	runner := func() (*query.Runner, *counting) {
		c := &counting{asked: map[string]int{}}
		return query.NewRunner(settings.Settings{QueryTimeout: 5 * time.Second, CacheTTL: 15 * time.Second, ScrapeInterval: 15 * time.Second}, c, nil), c
	}
	on, rules := runner()
	for _, id := range checks.IDs() {
		for _, format := range []string{"score", "measured"} {
			ask(t, on, map[string]any{"format": format, "checks": []string{id}, "subjects": false})
		}
	}
	on, one := runner()
	ask(t, on, map[string]any{"format": "findings"})
	t.Logf("%d rules: %d requests; one diagnosis: %d requests", len(checks.All), rules.total, one.total)
	if rules.total > one.total {
		t.Errorf("%d rules asked Prometheus %d times, one diagnosis %d times", len(checks.All), rules.total, one.total)
	}
	for promql, times := range rules.asked {
		if times > 1 {
			t.Errorf("asked %d times: %s", times, promql)
		}
	}
}

// For alert rules there is one number per check. Measured brings what an alert's text needs as labels; the score has the same three always.
func TestScoresForRules(t *testing.T) {
	value := 213.0
	rows := []row{
		{check: checks.All[0], server: "a.org", Finding: checks.Finding{Severity: checks.Warning, Value: &value, Unit: "none", Subject: checks.Subject{Name: "x"}}},
		{check: checks.All[0], server: "a.org", Finding: checks.Finding{Severity: checks.Info, Subject: checks.Subject{Name: "y"}}},
	}
	for _, c := range []struct {
		query  string
		frames int
		labels int
	}{
		{`{"format":"score","subjects":false}`, 1, 3},
		{`{"format":"measured","subjects":false}`, 1, 7},
		{`{"format":"score"}`, 3, 3},
		{`{"format":"measured"}`, 3, 7},
	} {
		frames := scoresOf(t, rows, c.query)
		if len(frames) != c.frames {
			t.Errorf("%s: %d frames, want %d", c.query, len(frames), c.frames)
		}
		labels := frames[0].Fields[0].Labels
		if len(labels) != c.labels || c.labels > 3 && (labels["unit"] != "none" || labels["worst_subject"] != "x" || labels["first_step"] == "") {
			t.Errorf("%s: labels %v", c.query, labels)
		}
	}
}
