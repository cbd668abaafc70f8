package main

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

const inhibitRuleFile = "provisioning/prometheus/inhibit-rules.yaml"

const inhibitHeader = `# Inhibit rules for an Alertmanager of your own: while the alert of a cause fires, the alerts of its symptoms on the same
# homeserver send no notification. Made by go tool mage generate from the links between the checks. Add the list to inhibit_rules
# in alertmanager.yml; it works with Grafana's rules and with those for Prometheus. Grafana's own Alertmanager refuses inhibit
# rules.
#
# A cause never silences a higher severity, nor availability, nor the alerts that report a lost source. The diagnosis measures for
# many links whether the cause is large enough and on the same process. An Alertmanager can't: there only a critical cause silences
# a warning.
`

type inhibitFile struct {
	Rules []inhibitRule `yaml:"inhibit_rules"`
}

type inhibitRule struct {
	Source []string `yaml:"source_matchers"`
	Target []string `yaml:"target_matchers"`
	Equal  []string `yaml:"equal"`
}

func inhibitRules() ([]file, error) {
	var rules []inhibitRule
	for _, symptom := range checks.All {
		if symptom.ID == "availability" || symptom.LostSource != checks.NoLostSource {
			continue
		}
		certain, measured := linksOf(symptom)
		rules = inhibited(rules, symptom, certain, []limits.Severity{checks.Warning, checks.Critical}, checks.Warning)
		rules = inhibited(rules, symptom, measured, []limits.Severity{checks.Critical}, checks.Warning)
		rules = inhibited(rules, symptom, certain, []limits.Severity{checks.Critical}, checks.Critical)
	}
	text, err := yaml.MarshalWithOptions(inhibitFile{rules}, yaml.IndentSequence(true))
	return []file{{inhibitRuleFile, []byte(inhibitHeader + string(text))}}, err
}

// linksOf are the causes of a check whose alerts say enough by themselves, and those that need a measurement.
func linksOf(symptom checks.Check) (certain, measured []string) {
	for _, cause := range symptom.Causes {
		if cause.By == checks.Found {
			certain = append(certain, cause.Check)
		} else {
			measured = append(measured, cause.Check)
		}
	}
	return certain, measured
}

// inhibited adds the rule by which the causes with one of these severities silence a symptom's alert of a severity.
func inhibited(rules []inhibitRule, symptom checks.Check, causes []string, from []limits.Severity, onto limits.Severity) []inhibitRule {
	if !slices.Contains(severities(symptom), onto) {
		return rules
	}
	causes = slices.DeleteFunc(slices.Clone(causes), func(id string) bool {
		cause, _ := checks.Find(id)
		return !slices.ContainsFunc(severities(cause), func(s limits.Severity) bool { return slices.Contains(from, s) })
	})
	if len(causes) == 0 {
		return rules
	}
	names := make([]string, len(from))
	for i, severity := range from {
		names[i] = severity.String()
	}
	return append(rules, inhibitRule{
		Source: []string{`service="synapse"`, oneOf("check", causes), oneOf("severity", names)},
		Target: []string{`service="synapse"`, oneOf("check", []string{symptom.ID}), oneOf("severity", []string{onto.String()})},
		Equal:  []string{"server_name"},
	})
}

// oneOf is Alertmanager's matcher for a label.
func oneOf(label string, values []string) string {
	if len(values) == 1 {
		return label + `="` + values[0] + `"`
	}
	return label + `=~"` + strings.Join(values, "|") + `"`
}
