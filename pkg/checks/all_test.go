package checks

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var usual = Scope{Scrape: 15 * time.Second, Length: 6 * time.Hour, Identity: process.NewIdentity("job", "index")}

func TestEveryCheckIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range All {
		if seen[c.ID] {
			t.Errorf("%s is there twice", c.ID)
		}
		seen[c.ID] = true
		if c.Thresholds.Check != c.ID {
			t.Errorf("%s: its thresholds are those of %q", c.ID, c.Thresholds.Check)
		}
		for what, text := range map[string]string{
			"id": c.ID, "topic": c.Topic, "title": c.Title, "meaning": c.Meaning, "what decides": c.Decides, "what it can't know": c.CannotKnow,
			"source": c.Thresholds.Source, "panel": c.Panel,
		} {
			if text == "" {
				t.Errorf("%s lacks its %s", c.ID, what)
			}
		}
		if n := len(strings.Fields(c.Title)); n < 2 || n > 7 || strings.HasSuffix(c.Title, ".") {
			t.Errorf("%s: a title names the problem in 2 to 6 words: %q", c.ID, c.Title)
		}
		if len(c.Steps) == 0 {
			t.Errorf("%s says nothing to do", c.ID)
		}
		if len(c.Measures) == 0 && c.Read == nil {
			t.Errorf("%s measures nothing", c.ID)
		}
	}
}

// Prose names a number of the check by its name, never by itself, so that an override and a new default reach it.
func TestProseHoldsNoNumberOfItsOwn(t *testing.T) {
	for _, c := range All {
		texts := append([]string{c.Meaning, c.Decides, c.CannotKnow}, c.Steps...)
		for _, text := range texts {
			if filled := c.Filled(text); strings.ContainsAny(filled, "{}") {
				t.Errorf("%s: a placeholder without a number: %s", c.ID, filled)
			}
			if writes.MatchString(text) {
				t.Errorf("%s: advice that writes to the database: %s", c.ID, text)
			}
		}
		numbers := c.texts(c.Thresholds.In(nil))
		for name, number := range numbers {
			if number == words.Number(1) || number == "never" {
				continue
			}
			for _, field := range strings.Fields(c.Decides) {
				if strings.Trim(field, ".,:;()") == number {
					t.Errorf("%s: write {%s} instead of %s: %s", c.ID, name, number, c.Decides)
				}
			}
		}
	}
}

func TestMeasurements(t *testing.T) {
	for _, c := range All {
		names := map[string]*Measurement{}
		for _, m := range c.Measures {
			if names[m.Name] != nil && names[m.Name] != m {
				t.Errorf("%s has two measurements %q", c.ID, m.Name)
			}
			names[m.Name] = m
			promql := m.PromQL(usual)
			if !strings.Contains(promql, "server_name") {
				t.Errorf("%s: %s mixes homeservers: %s", c.ID, m.Name, promql)
			}
		}
	}
}

func TestCausesFormChains(t *testing.T) {
	var visit func(id string, path []string)
	visit = func(id string, path []string) {
		if slices.Contains(path, id) {
			t.Fatalf("a circle of causes: %q", append(path, id))
		}
		c, ok := Find(id)
		if !ok {
			t.Fatalf("%q names the cause %q, which is no check", path, id)
		}
		for _, cause := range c.Causes {
			visit(cause.Check, append(path, id))
		}
	}
	for _, c := range All {
		visit(c.ID, nil)
	}
}

func TestRules(t *testing.T) {
	for _, c := range All {
		switch {
		case c.Rule.Expr == "" && c.Rule.None == "" && c.Read == nil:
			t.Errorf("%s has no rule for Prometheus and does not say why", c.ID)
		case c.Rule.Expr == "":
			continue
		}
		measured := map[string]string{}
		for _, m := range slices.Concat(c.Measures, c.Rule.Uses) {
			measured[m.Name] = m.PromQL(usual)
		}
		for _, severity := range []limits.Severity{Warning, Critical} {
			if _, err := c.Expression(severity, usual, measured); err != nil {
				t.Error(err)
			}
		}
	}
}
