package alerting

import (
	"regexp"
	"slices"
	"testing"
)

func byCheck(cases []promtoolCase) map[string][]promtoolCase {
	all := map[string][]promtoolCase{}
	for _, c := range cases {
		all[c.check] = append(all[c.check], c)
	}
	return all
}

// rulesOf is the file with one check's alerts and what they read: promtool would evaluate all others in each case, too.
func rulesOf(t *testing.T, check string) object {
	t.Helper()
	parsed, err := readYAML(prometheusFile)
	if err != nil {
		t.Fatal(err)
	}
	read := ""
	for _, rule := range prometheusRules(t) {
		if rule.check == check {
			read += rule.expr + "\n"
		}
	}
	needed := recording.FindAllString(read, -1)
	for _, g := range parsed["groups"].([]any) {
		group := g.(object)
		group["rules"] = slices.DeleteFunc(group["rules"].([]any), func(r any) bool {
			rule := r.(object)
			if name, records := rule["record"].(string); records {
				return !slices.Contains(needed, name)
			}
			return rule["labels"].(object)["check"] != check
		})
	}
	return parsed
}

// recording is the name of a recorded series.
var recording = regexp.MustCompile(`\bsynapse:[a-z0-9_]+:[a-z0-9_]+`)

// group is the case for promtool: what each rule of the check must do at each time. fired collects the alerts that must
// fire.
func (c promtoolCase) group(interval string, rules []prometheusRule, fired map[string]bool) object {
	var series, alerts, numbers []object
	for name, values := range c.series {
		series = append(series, object{"series": name, "values": values})
	}
	for _, rule := range rules {
		if rule.check != c.check {
			continue
		}
		for _, e := range c.expect {
			expected := object{"eval_time": e.at, "alertname": rule.alert}
			if e.severity == rule.severity || e.severity == critical {
				fired[rule.alert] = true
				expected["exp_alerts"] = []object{rule.firing()}
			}
			alerts = append(alerts, expected)
			if e.severity == rule.severity && e.number != 0 {
				numbers = append(numbers, object{
					"expr": "round(" + rule.expr + ", 0.001)", "eval_time": e.at,
					"exp_samples": []object{{"labels": `{server_name="a.org"}`, "value": e.number}},
				})
			}
		}
	}
	return object{"interval": interval, "input_series": series, "alert_rule_test": alerts, "promql_expr_test": numbers}
}

var serverTemplate = regexp.MustCompile(`\{\{ with .*?\{\{ end \}\}`)

// firing is the alert about a.org.
func (r prometheusRule) firing() object {
	texts := object{}
	for name, text := range r.annotations {
		texts[name] = serverTemplate.ReplaceAllString(text.(string), " on a.org")
	}
	labels := object{"service": "synapse", "check": r.check, "severity": r.severity, "server_name": "a.org"}
	return object{"exp_labels": labels, "exp_annotations": texts}
}
