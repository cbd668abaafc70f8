package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis/checks"
)

const prometheusRuleFile = "provisioning/prometheus/matrix-synapse.rules.yaml"

const prometheusHeader = `# Alert rules for Prometheus itself, for those who do without Grafana's alerting: the checks of the diagnosis that one
# PromQL expression can decide, with the same thresholds. Made by go tool mage generate from the checks themselves.
# Name this file under rule_files in prometheus.yml. How bad it is stands in the text, so that a warning that turns
# critical stays the same alert. Where a check reads PostgreSQL too, its rule decides by the metrics alone.
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
	Alert       string        `yaml:"alert"`
	Expr        string        `yaml:"expr"`
	For         string        `yaml:"for"`
	Labels      yaml.MapSlice `yaml:"labels"`
	Annotations yaml.MapSlice `yaml:"annotations"`
}

func prometheusRules() ([]file, error) {
	group := prometheusGroup{Name: "synapse-diagnosis", Interval: "1m"}
	var missing []checks.Check
	for _, c := range checks.All {
		decided, ok := promql[c.ID]
		if !ok {
			missing = append(missing, c)
			continue
		}
		rule, err := prometheusRuleOf(c, decided)
		if err != nil {
			return nil, err
		}
		group.Rules = append(group.Rules, rule)
	}
	text, err := yaml.MarshalWithOptions(prometheusFile{[]prometheusGroup{group}}, yaml.IndentSequence(true))
	if err != nil {
		return nil, err
	}
	without, err := leftOut(missing)
	if err != nil {
		return nil, err
	}
	return []file{{prometheusRuleFile, []byte(prometheusHeader + without + "\n" + string(text))}}, nil
}

// leftOut says in comments which checks have no rule, and why.
func leftOut(missing []checks.Check) (string, error) {
	var onPostgres []string
	var others strings.Builder
	for _, c := range missing {
		switch why, said := undecided[c.ID]; {
		case said:
			others.WriteString("# - " + c.ID + ": " + why + "\n")
		case c.Read != nil:
			onPostgres = append(onPostgres, c.ID)
		default:
			return "", fmt.Errorf("%s: nobody says why Prometheus has no rule for it", c.ID)
		}
	}
	var lines strings.Builder
	lines.WriteString("# Not here, because they need PostgreSQL:\n")
	for few := range slices.Chunk(onPostgres, 4) {
		lines.WriteString("# " + strings.Join(few, ", ") + ",\n")
	}
	return strings.TrimSuffix(lines.String(), ",\n") + ".\n# Not here, although they need Prometheus only:\n" + others.String(), nil
}

func prometheusRuleOf(c checks.Check, d decision) (prometheusRule, error) {
	if c.Measures == nil {
		return prometheusRule{}, fmt.Errorf("%s asks Prometheus nothing", c.ID)
	}
	m := c.Measures(usual)
	var parts []string
	text := "Warning or worse. " + c.Decides
	if d.value != nil {
		if c.Warning == nil {
			return prometheusRule{}, fmt.Errorf("%s: no number decides", c.ID)
		}
		parts = append(parts, "("+d.value(m)+") >= "+plain(*c.Warning))
	}
	if d.or != nil {
		for _, expression := range d.or(m) {
			parts = append(parts, "("+expression+")")
		}
	} else {
		measured, err := template("$value", c)
		if err != nil {
			return prometheusRule{}, err
		}
		defaults, err := thresholds(c)
		if err != nil {
			return prometheusRule{}, err
		}
		text = severity(c, d) + ": measured " + measured + ". Thresholds: " + defaults + ". " + c.Meaning
	}
	if d.text != "" {
		text = d.text
	}
	return prometheusRule{
		Alert: alertName(c.ID),
		Expr:  strings.Join(parts, " or on (server_name) "),
		For:   "5m",
		Labels: yaml.MapSlice{
			{Key: "service", Value: "synapse"}, {Key: "check", Value: c.ID},
		},
		Annotations: yaml.MapSlice{
			{Key: "summary", Value: c.Title + "{{ with $labels.server_name }} on {{ . }}{{ end }}"},
			{Key: "description", Value: text},
			{Key: "runbook_url", Value: checkPage(c)},
		},
	}, nil
}

// severity is the word for how bad it is, where the same number decides that.
func severity(c checks.Check, d decision) string {
	switch {
	case c.Critical == nil:
		return "Warning"
	case d.worse || *c.Critical <= *c.Warning:
		return "Warning or worse"
	}
	return "{{ if ge $value " + floating(*c.Critical) + " }}Critical{{ else }}Warning{{ end }}"
}

func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// floating is a number that templates compare with others: they don't compare whole numbers with fractions.
func floating(v float64) string {
	text := plain(v)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// alertName is an id as Prometheus names alerts: SynapseEventSendTime.
func alertName(id string) string {
	name := "Synapse"
	for word := range strings.SplitSeq(id, "-") {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}
