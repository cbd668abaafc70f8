package promql

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

var ruleScope = checks.Scope{Scrape: 15 * time.Second, Length: 6 * time.Hour, Identity: process.NewIdentity("job", "index")}

const (
	// inventedHomeservers is how many are made for each check.
	inventedHomeservers = 1000
	// enoughOfEach is how many of them must be found something on, and how many must be fine, for the comparison to say much.
	enoughOfEach = 8
)

// The rule for Prometheus fires exactly where the check finds something: at each number that it compares with, just below and
// just above.
func TestRulesAgreeWithJudges(t *testing.T) {
	for _, c := range checks.All {
		if c.Rule.Expr == "" {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			facts, is := known[c.ID]
			if !is {
				t.Fatal("nothing is known of its measurements: see rules_facts_test.go")
			}
			shapes, measured := map[string]shape{}, inlined(ruleScope, c.Rule.Uses)
			for _, m := range c.Measures {
				shapes[m.Name] = shapeOf(t, m, ruleScope)
				measured[m.Name] = "(" + shapes[m.Name].expression + ")"
			}
			rules := rulesOf(t, c, ruleScope, measured)
			g := newGenerator(t, c, shapes, rules)
			servers := make([]string, inventedHomeservers)
			for i := range servers {
				servers[i] = fmt.Sprintf("s%d.example", i)
				g.homeserver(servers[i])
			}
			engine := Load(t, "load 1m\n"+g.text.String())
			for severity, counts := range compareRules(t, engine, c, ruleScope, measured, rules, servers, time.Unix(0, 0)) {
				if quiet := len(servers) - counts.fired; counts.fired < enoughOfEach || quiet < enoughOfEach {
					t.Errorf("the rule for %s fires on %d of %d: too few, or too many, to tell", severity, counts.fired, len(servers))
				}
				if facts.differs == nil && counts.excused > 0 || facts.differs != nil && counts.excused == 0 && severity == checks.Warning {
					t.Errorf("%d excused differences for %s", counts.excused, severity)
				}
			}
		})
	}
}

// counts are homeservers on which a rule fires, and on which it may differ and does.
type counts struct{ fired, excused int }

// compareRules evaluates a check's rules, and its measurements for the check itself, and compares them on each homeserver.
func compareRules(t *testing.T, engine *Engine, c checks.Check, scope checks.Scope, measured map[string]string, rules map[limits.Severity]string,
	servers []string, at time.Time) map[limits.Severity]counts {
	t.Helper()
	all, result := ask(t, engine, c, measured, at), map[limits.Severity]counts{}
	for severity, rule := range rules {
		fires := map[string]bool{}
		for _, s := range instant(t, engine, rule, at) {
			fires[query.ServerOf(s.Metric)] = true
		}
		count := counts{fired: len(fires)}
		for _, server := range servers {
			f := all.worst(c, server, scope)
			if fires[server] == (f.Severity >= severity) {
				continue
			}
			if differs := known[c.ID].differs; differs != nil && differs(severity, f.Severity) {
				count.excused++
				continue
			}
			t.Errorf("%s on %s at %s: the rule for %s fires: %t, but the check says %s about %q: %s\n%s\n%v",
				c.ID, server, at.UTC(), severity, fires[server], f.Severity, f.Subject.Key(), f.Evidence, rule, all[server])
		}
		result[severity] = count
	}
	return result
}

// rulesOf are a check's rules by severity, with these expressions for its measurements.
func rulesOf(t *testing.T, c checks.Check, scope checks.Scope, measured map[string]string) map[limits.Severity]string {
	t.Helper()
	rules := map[limits.Severity]string{}
	for _, severity := range []limits.Severity{checks.Warning, checks.Critical} {
		if severity == checks.Critical && (c.AlarmsOnce() || c.Rule.WarningOnly) {
			continue
		}
		text, err := c.Expression(severity, scope, measured)
		if err != nil {
			t.Fatal(err)
		}
		rules[severity] = text
	}
	return rules
}

// inlined are measurements by name, as they stand in a rule that uses no recordings.
func inlined(scope checks.Scope, all []*checks.Measurement) map[string]string {
	measured := map[string]string{}
	for _, m := range all {
		measured[m.Name] = "(" + m.PromQL(scope) + ")"
	}
	return measured
}

// answers are a check's measurements on each homeserver.
type answers map[string]map[*checks.Measurement]model.Vector

func ask(t *testing.T, engine *Engine, c checks.Check, measured map[string]string, at time.Time) answers {
	t.Helper()
	all := answers{}
	for _, m := range c.Measures {
		for _, s := range instant(t, engine, measured[m.Name], at) {
			server := query.ServerOf(s.Metric)
			if all[server] == nil {
				all[server] = map[*checks.Measurement]model.Vector{}
			}
			all[server][m] = append(all[server][m], s)
		}
	}
	return all
}

// worst is the most severe finding on a homeserver, without PostgreSQL.
func (a answers) worst(c checks.Check, server string, scope checks.Scope) checks.Finding {
	worst := checks.Finding{Severity: checks.Unknown}
	for _, f := range c.Judge(checks.NewInput(server, time.Unix(0, 0), scope, settings.Settings{Homeserver: settings.Homeserver{DummyEventsThreshold: 10}}, c, a[server])) {
		if f.Severity > worst.Severity {
			worst = f
		}
	}
	return worst
}

func instant(t *testing.T, engine *Engine, expression string, at time.Time) model.Vector {
	t.Helper()
	vector, _, err := engine.Instant(t.Context(), expression, at)
	if err != nil {
		t.Fatal(err)
	}
	return vector
}
