package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

const prometheusRuleFile = "provisioning/prometheus/matrix-synapse.rules.yaml"

const prometheusHeader = `# Alert rules for Prometheus itself, for those who do without Grafana's alerting: the checks of the diagnosis that one
# PromQL expression can decide, with the same default thresholds. Made by go tool mage generate from the checks themselves.
# Name this file under rule_files in prometheus.yml. The first group records what the alerts use; the second one alarms.
# Where a check reads PostgreSQL too, its rule decides by the metrics alone.
#
# Processes are told apart by %s: no two may have all of these in common. Where yours have, as with
# matrix-docker-ansible-deploy (worker_id) or with pods behind one instance (pod), make rules of your own from a checkout:
#   go run ./cmd/generate -process-labels worker_id > matrix-synapse.rules.yaml
#
`

type prometheusFile struct {
	Groups []prometheusGroup `yaml:"groups"`
}

type prometheusGroup struct {
	Name     string           `yaml:"name"`
	Interval string           `yaml:"interval"`
	Rules    []prometheusRule `yaml:"rules"`
}

type prometheusRule struct {
	Record      string        `yaml:"record,omitempty"`
	Alert       string        `yaml:"alert,omitempty"`
	Expr        string        `yaml:"expr"`
	For         string        `yaml:"for,omitempty"`
	Labels      yaml.MapSlice `yaml:"labels,omitempty"`
	Annotations yaml.MapSlice `yaml:"annotations,omitempty"`
}

func prometheusRules() ([]file, error) {
	text, err := rulesIn(usual)
	return []file{{prometheusRuleFile, text}}, err
}

// rulesFor writes the rules for processes that further labels tell apart.
func rulesFor(labels []string) ([]byte, error) {
	for i, label := range labels {
		if labels[i] = strings.TrimSpace(label); !model.LegacyValidation.IsValidLabelName(labels[i]) {
			return nil, fmt.Errorf("%q is no label of Prometheus: write -process-labels worker_id,pod", label)
		}
	}
	scope := usual
	scope.Identity = process.NewIdentity(labels...)
	return rulesIn(scope)
}

// rulesIn writes the rules for processes that these labels tell apart.
func rulesIn(scope checks.Scope) ([]byte, error) {
	recorded := recordings{scope: scope}
	alerts := prometheusGroup{Name: "synapse-diagnosis", Interval: "1m"}
	var without []checks.Check
	for _, c := range checks.All {
		if c.Rule.Expr == "" {
			without = append(without, c)
			continue
		}
		for _, severity := range severities(c) {
			if severity == checks.Critical && c.Rule.WarningOnly {
				continue
			}
			rule, err := alertOf(c, severity, &recorded)
			if err != nil {
				return nil, err
			}
			alerts.Rules = append(alerts.Rules, rule)
		}
	}
	groups := []prometheusGroup{{Name: "synapse-diagnosis-measurements", Interval: "1m", Rules: recorded.rules()}, alerts}
	text, err := yaml.MarshalWithOptions(prometheusFile{groups}, yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return nil, err
	}
	return []byte(fmt.Sprintf(prometheusHeader, scope.Identity.Labels()) + leftOut(without) + "\n" + string(text)), nil
}

// leftOut says in comments which checks have no rule, and why.
func leftOut(without []checks.Check) string {
	var onPostgres []string
	var others strings.Builder
	for _, c := range without {
		if c.Rule.None != "" {
			others.WriteString("# - " + c.ID + ": " + c.Rule.None + "\n")
			continue
		}
		onPostgres = append(onPostgres, c.ID)
	}
	var lines strings.Builder
	lines.WriteString("# Not here, because they need PostgreSQL:\n")
	for few := range slices.Chunk(onPostgres, 4) {
		lines.WriteString("# " + strings.Join(few, ", ") + ",\n")
	}
	return strings.TrimSuffix(lines.String(), ",\n") + ".\n# Not here, although they need Prometheus only:\n" + others.String()
}

func alertOf(c checks.Check, severity limits.Severity, recorded *recordings) (prometheusRule, error) {
	expression, err := c.Expression(severity, recorded.scope, recorded.names(c))
	if err != nil {
		return prometheusRule{}, err
	}
	name := alertName(c.ID)
	if severity == checks.Critical {
		name += "Critical"
	}
	return prometheusRule{
		Alert:  name,
		Expr:   expression,
		For:    c.PendingPeriod(),
		Labels: yaml.MapSlice{{Key: "service", Value: "synapse"}, {Key: "check", Value: c.ID}, {Key: "severity", Value: severity.String()}},
		Annotations: yaml.MapSlice{
			{Key: "summary", Value: c.Title + "{{ with $labels.server_name }} on {{ . }}{{ end }}"},
			{Key: "description", Value: c.Filled(c.Meaning) + firstStepOf(c)},
			{Key: "runbook_url", Value: checkPage(c)},
		},
	}, nil
}

// firstStepOf is the first step that can be taken without Grafana.
func firstStepOf(c checks.Check) string {
	at := slices.IndexFunc(c.Steps, func(step string) bool {
		return !strings.Contains(step, "dashboard") && !strings.Contains(step, "finding")
	})
	if at < 0 {
		return ""
	}
	return " First step: " + c.Filled(c.Steps[at])
}

// alertName is an id as Prometheus names alerts: SynapseEventSendTime.
func alertName(id string) string {
	name := "Synapse"
	for word := range strings.SplitSeq(id, "-") {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}

// recordings are the measurements that alerts use, each recorded once under a name of its own.
type recordings struct {
	scope checks.Scope
	order []string
	exprs map[string]string // by recorded name
	by    map[*checks.Measurement]string
}

// names gives what stands for a check's measurements in its rule: the names of the recordings.
func (r *recordings) names(c checks.Check) map[string]string {
	if r.exprs == nil {
		r.exprs, r.by = map[string]string{}, map[*checks.Measurement]string{}
	}
	names := map[string]string{}
	for _, m := range slices.Concat(c.Measures, c.Rule.Uses) {
		if !strings.Contains(c.Rule.Expr, "."+m.Name) {
			continue
		}
		if r.by[m] == "" {
			r.by[m] = r.free("synapse:" + strings.ReplaceAll(c.ID, "-", "_") + ":" + snake(m.Name))
			r.order = append(r.order, r.by[m])
			r.exprs[r.by[m]] = readable(m.PromQL(r.scope))
		}
		names[m.Name] = r.by[m]
	}
	return names
}

// free gives a name that no recording has.
func (r *recordings) free(name string) string {
	for free, n := name, 2; ; n++ {
		if _, taken := r.exprs[free]; !taken {
			return free
		}
		free = fmt.Sprintf("%s_%d", name, n)
	}
}

func (r *recordings) rules() []prometheusRule {
	rules := make([]prometheusRule, len(r.order))
	for i, name := range r.order {
		rules[i] = prometheusRule{Record: name, Expr: r.exprs[name]}
	}
	return rules
}
