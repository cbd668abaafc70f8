package main

import (
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

const grafanaRuleFile = "provisioning/alerting/matrix-synapse.yaml"

// sourceUID is the data source that the rules query.
const sourceUID = "matrix-synapse"

const grafanaHeader = `# Alert rules: the checks of the diagnosis. Made by go tool mage generate from the checks themselves, so the thresholds are
# theirs, or yours where the data source settings have other ones.
#
# A check that knows two severities has two rules; the rule for warnings goes on firing beneath the critical one. Labels are
# static: one that changed would be another alert. A check that can't look changes nothing; only scrape-health (Prometheus
# does not answer) and metric-coverage (it has nothing of Synapse) report a lost source.
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
	UID          string        `yaml:"uid"`
	Title        string        `yaml:"title"`
	Condition    string        `yaml:"condition"`
	Data         []ruleQuery   `yaml:"data"`
	DashboardUID string        `yaml:"dashboardUid"`
	PanelID      int           `yaml:"panelId"`
	NoDataState  string        `yaml:"noDataState"`
	ExecErrState string        `yaml:"execErrState"`
	For          string        `yaml:"for"`
	Missing      int           `yaml:"missing_series_evals_to_resolve"`
	Annotations  yaml.MapSlice `yaml:"annotations"`
	Labels       yaml.MapSlice `yaml:"labels"`
}

// ruleFolder is not the dashboards' folder: Grafana reads rules first and would make a second one of that name.
const ruleFolder = "Matrix Synapse alerts"

// lookBack is the dashboard's own time range, so that a rule and the finding that it links to look at the same.
const lookBack = 6 * 60 * 60 // seconds

func grafanaRules() ([]file, error) {
	findings, err := panel("problems")
	if err != nil {
		return nil, err
	}
	group := ruleGroup{OrgID: 1, Name: "Synapse diagnosis", Folder: ruleFolder, Interval: "1m"}
	for _, c := range checks.All {
		for _, severity := range severities(c) {
			group.Rules = append(group.Rules, ruleOf(c, severity, findings))
		}
	}
	text, err := yaml.MarshalWithOptions(ruleFile{1, []ruleGroup{group}}, yaml.IndentSequence(true))
	if err != nil {
		return nil, err
	}
	return []file{{grafanaRuleFile, append([]byte(grafanaHeader), text...)}}, nil
}

// severities are those that a check alarms with.
func severities(c checks.Check) []limits.Severity {
	if c.AlarmsOnce() {
		return []limits.Severity{checks.Warning}
	}
	return []limits.Severity{checks.Warning, checks.Critical}
}

func ruleOf(c checks.Check, severity limits.Severity, findings panelPlace) grafanaRule {
	rule := grafanaRule{
		UID: "synapse-" + c.ID, Title: "Synapse: " + c.Title, Condition: "C",
		Data: []ruleQuery{
			ask("A", "score", c.ID), ask("B", "measured", c.ID), above("C", "A", float64(severity)-1),
		},
		DashboardUID: findings.Dashboard, PanelID: findings.Panel,
		NoDataState: "KeepLast", ExecErrState: "KeepLast", For: c.PendingPeriod(), Missing: 10,
		Annotations: annotations(c, findings),
		Labels:      yaml.MapSlice{{Key: "service", Value: "synapse"}, {Key: "check", Value: c.ID}, {Key: "severity", Value: severity.String()}},
	}
	if severity == checks.Critical {
		rule.UID += "-critical"
		rule.Title += " (critical)"
		return rule
	}
	switch c.LostSource {
	case checks.PrometheusSilent:
		rule.ExecErrState = "Alerting"
	case checks.SynapseAbsent:
		rule.NoDataState = "Alerting"
	case checks.NoLostSource:
	}
	return rule
}

// annotations are the texts of an alert: subject, number, cause, first step. The labels of measured bring them; it has no
// number while the check can't look.
func annotations(c checks.Check, findings panelPlace) yaml.MapSlice {
	where := "{{ with $labels.server_name }} on {{ . }}{{ end }}"
	subject := "{{ with $values.B }}{{ with .Labels.worst_subject }}: {{ . }}{{ end }}{{ end }}"
	measured := "{{ with $values.B }}{{ if and .Labels (eq .Value .Value) }}Measured: " + number(c) + ". " +
		"{{ with .Labels.caused_by }}Because of: {{ . }}. {{ end }}{{ with .Labels.first_step }}First step: {{ . }} {{ end }}{{ end }}{{ end }}"
	link := "{{ externalURL }}d/" + findings.Dashboard + fmt.Sprintf("?viewPanel=panel-%d", findings.Panel) +
		"{{ with $labels.server_name }}&var-server={{ . | urlquery }}{{ end }}"
	return yaml.MapSlice{
		{Key: "summary", Value: c.Title + subject + where},
		{Key: "description", Value: measured + c.Filled(c.Meaning) + lostSourceNote(c)},
		{Key: "explained_by", Value: "{{ with $values.B }}{{ .Labels.caused_by }}{{ end }}"},
		{Key: "finding", Value: link},
		{Key: "runbook_url", Value: checkPage(c)},
		{Key: "__dashboardUid__", Value: findings.Dashboard},
		{Key: "__panelId__", Value: strconv.Itoa(findings.Panel)},
	}
}

// lostSourceNote is for the alert that only an error or missing data raises: it keeps the text of the last evaluation.
func lostSourceNote(c checks.Check) string {
	switch c.LostSource {
	case checks.PrometheusSilent:
		return " If the last evaluation found nothing, this alert fires because the data source gets no answer: check that Prometheus runs. All other rules keep their state meanwhile."
	case checks.SynapseAbsent:
		return " If the last evaluation found nothing, this alert fires because Prometheus has nothing of Synapse: check that Synapse runs and is scraped. All other rules keep their state meanwhile."
	case checks.NoLostSource:
	}
	return ""
}
