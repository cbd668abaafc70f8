package main

import (
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

type ruleQuery struct {
	RefID     string        `yaml:"refId"`
	Range     relativeRange `yaml:"relativeTimeRange"`
	SourceUID string        `yaml:"datasourceUid"`
	Model     yaml.MapSlice `yaml:"model"`
}

type relativeRange struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

func ask(refID, format, check string) ruleQuery {
	return ruleQuery{refID, relativeRange{lookBack, 0}, sourceUID, yaml.MapSlice{
		{Key: "refId", Value: refID},
		{Key: "queryType", Value: "diagnosis"},
		{Key: "format", Value: format},
		{Key: "checks", Value: []string{check}},
		{Key: "subjects", Value: false},
		{Key: "intervalMs", Value: 60000},
		{Key: "maxDataPoints", Value: 360},
	}}
}

// above holds where a score is above a number: 2 is a warning, 3 critical.
func above(refID, score string, level float64) ruleQuery {
	return ruleQuery{refID, relativeRange{lookBack, 0}, "__expr__", yaml.MapSlice{
		{Key: "refId", Value: refID},
		{Key: "type", Value: "threshold"},
		{Key: "datasource", Value: yaml.MapSlice{{Key: "type", Value: "__expr__"}, {Key: "uid", Value: "__expr__"}}},
		{Key: "expression", Value: score},
		{Key: "conditions", Value: []any{yaml.MapSlice{
			{Key: "evaluator", Value: yaml.MapSlice{{Key: "type", Value: "gt"}, {Key: "params", Value: []float64{level}}}},
		}}},
	}}
}

// functions write a unit in the templates of Grafana and of Prometheus, and tails what they leave out.
var (
	functions = map[string]string{"percentunit": "humanizePercentage", "s": "humanizeDuration", "bytes": "humanize1024"}
	tails     = map[string]string{"bytes": "B", "cps": " per second"}
)

// printed writes a variable of an alert's template in a unit.
func printed(variable, unit string) string {
	if function, ok := functions[unit]; ok {
		return "{{ " + function + " " + variable + " }}" + tails[unit]
	}
	return `{{ printf "%.4g" ` + variable + " }}" + tails[unit]
}

// number writes what measured holds: in the check's unit, with its thresholds, or in its own unit where another number
// than usual decided, which those thresholds are not about.
func number(c checks.Check) string {
	text := `{{ if eq .Labels.unit "` + c.Thresholds.Unit + `" }}` + printed(".Value", c.Thresholds.Unit) + thresholdsNote(c)
	for _, unit := range []string{"percentunit", "s"} {
		if unit != c.Thresholds.Unit {
			text += `{{ else if eq .Labels.unit "` + unit + `" }}` + printed(".Value", unit)
		}
	}
	return text + `{{ else }}{{ humanize .Value }}{{ end }}`
}

// thresholdsNote names the default thresholds.
func thresholdsNote(c checks.Check) string {
	text := defaultThresholds(c)
	if text == "" {
		return ""
	}
	return " (default thresholds: " + text + ")"
}

// defaultThresholds says where the default thresholds are and what they are of.
func defaultThresholds(c checks.Check) string {
	texts := c.Thresholds.In(nil).Texts(c.Thresholds.Unit)
	var parts []string
	if c.Thresholds.Warning != nil {
		parts = append(parts, strings.TrimSpace("warning from "+texts["warning"]+" "+c.Thresholds.WarningOf))
	}
	if c.Thresholds.Critical != nil {
		parts = append(parts, strings.TrimSpace("critical from "+texts["critical"]+" "+c.Thresholds.CriticalOf))
	}
	return strings.Join(parts, ", ")
}
