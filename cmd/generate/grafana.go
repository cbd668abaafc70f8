package main

import (
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis/checks"
)

const grafanaRuleFile = "provisioning/alerting/matrix-synapse.yaml"

// Where a finding is shown, and whom the rules ask. A test compares it with the dashboard.
const (
	dashboardUID  = "synapse-diagnosis"
	findingsPanel = 12
	sourceUID     = "matrix-synapse"
)

const grafanaHeader = `# Alert rules: one per check of the diagnosis. Made by go tool mage generate from the checks themselves, so the
# thresholds are theirs, or yours where the data source has other ones.
#
# A rule fires when its check says warning or critical for five minutes, and stays the same alert while one turns into
# the other: how bad it is stands in its text. A check that can't look changes nothing; only scrape-health (Prometheus
# does not answer) and metric-coverage (it knows nothing of Synapse) tell about a source that was lost.
#
# All rules are one group, evaluated at the same time: together they ask Prometheus and PostgreSQL what one diagnosis
# asks. Grafana takes annotations as they are: "$" needs no second one here.
`

type ruleFile struct {
	APIVersion int         `yaml:"apiVersion"`
	Groups     []ruleGroup `yaml:"groups"`
}

type ruleGroup struct {
	OrgID    int           `yaml:"orgId"`
	Name     string        `yaml:"name"`
	Folder   string        `yaml:"folder"`
	Interval string        `yaml:"interval"`
	Rules    []grafanaRule `yaml:"rules"`
}

type grafanaRule struct {
	UID          string            `yaml:"uid"`
	Title        string            `yaml:"title"`
	Condition    string            `yaml:"condition"`
	Data         []ruleQuery       `yaml:"data"`
	DashboardUID string            `yaml:"dashboardUid"`
	PanelID      int               `yaml:"panelId"`
	NoDataState  string            `yaml:"noDataState"`
	ExecErrState string            `yaml:"execErrState"`
	For          string            `yaml:"for"`
	Missing      int               `yaml:"missing_series_evals_to_resolve"`
	Annotations  yaml.MapSlice     `yaml:"annotations"`
	Labels       map[string]string `yaml:"labels"`
}

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

// ruleFolder is not the dashboards' folder: Grafana reads rules first and would make a second one of that name.
const ruleFolder = "Matrix Synapse alerts"

// lookBack is the dashboard's own time range, so that a rule and the finding that it links to look at the same.
const lookBack = 6 * 60 * 60 // seconds

func grafanaRules() ([]file, error) {
	group := ruleGroup{OrgID: 1, Name: "Synapse diagnosis", Folder: ruleFolder, Interval: "1m"}
	for _, c := range checks.All {
		rule, err := ruleOf(c)
		if err != nil {
			return nil, err
		}
		group.Rules = append(group.Rules, rule)
	}
	text, err := yaml.MarshalWithOptions(ruleFile{1, []ruleGroup{group}}, yaml.IndentSequence(true))
	if err != nil {
		return nil, err
	}
	return []file{{grafanaRuleFile, append([]byte(grafanaHeader), text...)}}, nil
}

func ruleOf(c checks.Check) (grafanaRule, error) {
	annotations, err := grafanaAnnotations(c)
	if err != nil {
		return grafanaRule{}, err
	}
	rule := grafanaRule{
		UID: "synapse-" + c.ID, Title: "Synapse: " + c.Title, Condition: "C",
		Data: []ruleQuery{
			asks("A", "score", c.ID), asks("B", "measured", c.ID), atLeastWarning("C", "A"),
		},
		DashboardUID: dashboardUID, PanelID: findingsPanel,
		NoDataState: "KeepLast", ExecErrState: "KeepLast", For: "5m", Missing: 10,
		Annotations: annotations,
		Labels:      map[string]string{"service": "synapse"},
	}
	switch c.ID {
	case "scrape-health": // Prometheus does not answer
		rule.ExecErrState = "Alerting"
	case "metric-coverage": // Prometheus knows nothing
		rule.NoDataState = "Alerting"
	}
	return rule, nil
}

func asks(refID, format, check string) ruleQuery {
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

// atLeastWarning holds where a score says warning (2) or critical (3).
func atLeastWarning(refID, score string) ruleQuery {
	return ruleQuery{refID, relativeRange{lookBack, 0}, "__expr__", yaml.MapSlice{
		{Key: "refId", Value: refID},
		{Key: "type", Value: "threshold"},
		{Key: "datasource", Value: yaml.MapSlice{{Key: "type", Value: "__expr__"}, {Key: "uid", Value: "__expr__"}}},
		{Key: "expression", Value: score},
		{Key: "conditions", Value: []any{yaml.MapSlice{
			{Key: "evaluator", Value: yaml.MapSlice{{Key: "type", Value: "gt"}, {Key: "params", Value: []float64{1}}}},
		}}},
	}}
}

func grafanaAnnotations(c checks.Check) (yaml.MapSlice, error) {
	measured, err := measuredText(c)
	if err != nil {
		return nil, err
	}
	// An alert that only an error raises keeps the text of the last evaluation, which found nothing.
	description := "{{ if ge $values.A.Value 2.0 }}{{ if ge $values.A.Value 3.0 }}Critical{{ else }}Warning{{ end }}" +
		"{{ with $values.B }}{{ if and .Labels (eq .Value .Value) }}: measured " + measured + "{{ end }}{{ end }}." +
		"{{ else }}" + quiet(c) + "{{ end }} " + c.Meaning +
		" The finding on the dashboard says what it rests on, what explains it and what to do."
	where := "{{ with $labels.server_name }} on {{ . }}{{ end }}"
	link := "{{ externalURL }}d/" + dashboardUID + fmt.Sprintf("?viewPanel=panel-%d", findingsPanel) +
		"{{ with $labels.server_name }}&var-server={{ . | urlquery }}{{ end }}"
	return yaml.MapSlice{
		{Key: "summary", Value: c.Title + where},
		{Key: "description", Value: description},
		{Key: "finding", Value: link},
		{Key: "runbook_url", Value: checkPage(c)},
		{Key: "__dashboardUid__", Value: dashboardUID},
		{Key: "__panelId__", Value: strconv.Itoa(findingsPanel)},
	}, nil
}

// measuredText writes the number that decided: in the check's unit, or in its own where another number than usual did.
func measuredText(c checks.Check) (string, error) {
	usual, err := template(".Value", c)
	if err != nil {
		return "", err
	}
	defaults, err := thresholds(c)
	if err != nil {
		return "", err
	}
	if defaults != "" {
		usual += " (default thresholds: " + defaults + ")"
	}
	text := fmt.Sprintf("{{ if eq .Labels.unit %q }}%s", c.Unit, usual)
	for _, unit := range []string{"percentunit", "s"} {
		if unit != c.Unit {
			text += fmt.Sprintf("{{ else if eq .Labels.unit %q }}{{ %s .Value }}", unit, byUnit[unit])
		}
	}
	return text + "{{ else }}{{ humanize .Value }}" + countedToo[c.ID] + "{{ end }}", nil
}

// quiet is the text where the check itself says neither warning nor critical.
func quiet(c checks.Check) string {
	const last = "Nothing was wrong when this check could last look. If you get this alert all the same, "
	switch c.ID {
	case "scrape-health":
		return last + "the data source gets no answer: see whether Prometheus runs. Every other rule keeps its state meanwhile."
	case "metric-coverage":
		return last + "Prometheus knows nothing of Synapse: see whether it runs and is scraped. Every other rule keeps its state meanwhile."
	}
	return "Nothing is wrong."
}
