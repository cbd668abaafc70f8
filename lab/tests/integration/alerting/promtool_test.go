package alerting

import (
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/lab/servers/prometheus"
)

// prometheusRule is one alert rule of the file for Prometheus.
type prometheusRule struct {
	check, severity, alert, expr string
	annotations                  object
}

// groupOrder has the alerts evaluated after what they read is recorded: promtool takes any order by itself.
var groupOrder = []string{"synapse-diagnosis-measurements", "synapse-diagnosis"}

var prometheusFile = filepath.Join(root, "provisioning", "prometheus", "matrix-synapse.rules.yaml")

func prometheusRules(t *testing.T) []prometheusRule {
	t.Helper()
	parsed, err := readYAML(prometheusFile)
	if err != nil {
		t.Fatal(err)
	}
	var all []prometheusRule
	for _, g := range parsed["groups"].([]any) {
		for _, r := range g.(object)["rules"].([]any) {
			rule := r.(object)
			alert, alarms := rule["alert"].(string)
			if !alarms {
				continue
			}
			labels := rule["labels"].(object)
			all = append(all, prometheusRule{
				labels["check"].(string), labels["severity"].(string), alert, rule["expr"].(string), rule["annotations"].(object),
			})
		}
	}
	return all
}

// of names a series of one process of a homeserver.
func of(metric, labels, server string) string {
	if labels != "" {
		labels += ","
	}
	return metric + "{" + labels + `server_name="` + server + `",job="synapse",index="1",instance="` + server + `:9000"}`
}

// process is the same for the metrics of whole processes, which carry no server_name.
func process(metric, server string) string {
	return metric + `{job="synapse",index="1",instance="` + server + `:9000"}`
}

// expectation is how bad it is at a time: nothing fires where the severity is empty; the rule for warnings goes on firing
// beneath the critical one. The number is that of the worst rule that fires; 0: not looked at.
type expectation struct {
	at, severity string
	number       float64
}

const (
	warning  = "warning"
	critical = "critical"
)

type promtoolCase struct {
	check  string
	series map[string]string
	expect []expectation
}

// pace is how often series have a value and rules are evaluated.
type pace struct {
	series, rules string
	cases         []promtoolCase
}

// What takes days is told every ten minutes and looked at every hour.
var paces = []pace{
	{"1m", "2m", slices.Concat(promtoolCases, moreCases, restartCases, processCases, chattyCases, costCases)},
	{"10m", "1h", slices.Concat(memoryCases, grownCases)},
}

// One homeserver has the problem, quiet.org does too little to be judged.
var promtoolCases = []promtoolCase{
	{
		// One send in ten takes longer than a second.
		check: "event-send-time",
		series: map[string]string{
			of("synapse_http_server_response_time_seconds_count", `servlet="RoomSendEventRestServlet",code="200"`, "a.org"):               "0+10x180",
			of("synapse_http_server_response_time_seconds_bucket", `le="1.0",servlet="RoomSendEventRestServlet",code="200"`, "a.org"):     "0+9x180",
			of("synapse_http_server_response_time_seconds_count", `servlet="RoomSendEventRestServlet",code="200"`, "quiet.org"):           "0+1x180",
			of("synapse_http_server_response_time_seconds_bucket", `le="1.0",servlet="RoomSendEventRestServlet",code="200"`, "quiet.org"): "0x180",
		},
		expect: []expectation{{at: "3m"}, {"2h", warning, 0.1}},
	},
	{
		// Even longer than two and a half.
		check: "event-send-time",
		series: map[string]string{
			of("synapse_http_server_response_time_seconds_count", `servlet="RoomSendEventRestServlet",code="200"`, "a.org"):           "0+10x180",
			of("synapse_http_server_response_time_seconds_bucket", `le="1.0",servlet="RoomSendEventRestServlet",code="200"`, "a.org"): "0+8x180",
			of("synapse_http_server_response_time_seconds_bucket", `le="2.5",servlet="RoomSendEventRestServlet",code="200"`, "a.org"): "0+9x180",
		},
		expect: []expectation{{at: "3m"}, {"2h", critical, 0.1}},
	},
	{
		// 0.9 cores for two hours, then a whole one. quiet.org's process is as full but has just started.
		check: "cpu-saturation",
		series: map[string]string{
			of("synapse_storage_schedule_time_count", "", "a.org"):       "1x300",
			of("synapse_storage_schedule_time_count", "", "quiet.org"):   "1x300",
			process("process_cpu_seconds_total", "a.org"):                "0+54x120 6480+60x180",
			process("python_twisted_reactor_tick_time_sum", "a.org"):     "0+57x300",
			process("process_start_time_seconds", "a.org"):               "-86400x300",
			process("process_cpu_seconds_total", "quiet.org"):            "0+60x300",
			process("python_twisted_reactor_tick_time_sum", "quiet.org"): "0+60x300",
			process("process_start_time_seconds", "quiet.org"):           "0+60x300",
		},
		expect: []expectation{{at: "4m"}, {"1h", warning, 0.9}, {"4h", critical, 1}},
	},
	{
		// Events of others wait for ten minutes and more, and are then worked off.
		check: "federation-inbound",
		series: map[string]string{
			of("synapse_federation_server_oldest_inbound_pdu_in_staging", "", "a.org"):     "600000x60 0x60",
			of("synapse_federation_server_number_inbound_pdu_in_staging", "", "a.org"):     "100x60 0x60",
			of("synapse_federation_server_oldest_inbound_pdu_in_staging", "", "quiet.org"): "600000x120",
			of("synapse_federation_server_number_inbound_pdu_in_staging", "", "quiet.org"): "3x120",
		},
		expect: []expectation{{"40m", warning, 600}, {at: "90m"}},
	},
	{
		// For more than half an hour.
		check: "federation-inbound",
		series: map[string]string{
			of("synapse_federation_server_oldest_inbound_pdu_in_staging", "", "a.org"): "2400000x60",
			of("synapse_federation_server_number_inbound_pdu_in_staging", "", "a.org"): "100x60",
		},
		expect: []expectation{{"40m", critical, 2400}},
	},
	{
		// An event in fifty goes to a room with many extremities; quiet.org writes one a minute.
		check: "extremities",
		series: map[string]string{
			of("synapse_storage_events_forward_extremities_persisted_count", "", "a.org"):               "0+100x120",
			of("synapse_storage_events_forward_extremities_persisted_bucket", `le="10.0"`, "a.org"):     "0+98x120",
			of("synapse_storage_events_forward_extremities_persisted_count", "", "quiet.org"):           "0+1x120",
			of("synapse_storage_events_forward_extremities_persisted_bucket", `le="10.0"`, "quiet.org"): "0x120",
		},
		expect: []expectation{{"100m", warning, 0.02}},
	},
	{
		// Every fifth one.
		check: "extremities",
		series: map[string]string{
			of("synapse_storage_events_forward_extremities_persisted_count", "", "a.org"):           "0+100x120",
			of("synapse_storage_events_forward_extremities_persisted_bucket", `le="10.0"`, "a.org"): "0+80x120",
		},
		expect: []expectation{{"100m", critical, 0.2}},
	},
	{
		// The process stops answering after an hour and answers again after another; quiet.org's is taken off the list.
		check: "scrape-health",
		series: map[string]string{
			of("synapse_storage_schedule_time_count", "", "a.org"):     "0+1x60 stale _x59 1+1x90",
			of("synapse_storage_schedule_time_count", "", "quiet.org"): "0+1x60 stale",
			process("process_start_time_seconds", "a.org"):             "-86400x60 stale _x59 7200x90",
			process("up", "a.org"):                                     "1x60 0x59 1x90",
			process("up", "quiet.org"):                                 "1x60 stale",
			process("scrape_duration_seconds", "a.org"):                "0.1x210",
		},
		expect: []expectation{{at: "55m"}, {"90m", critical, 1}, {at: "3h20m"}},
	},
	{
		// A homeserver is gone altogether. That of before had no name yet.
		check: "metric-coverage",
		series: map[string]string{
			of("synapse_storage_schedule_time_count", "", "a.org"):                                   "0+1x60 stale",
			of("synapse_storage_schedule_time_count", "", "quiet.org"):                               "_x30 0+1x200",
			`synapse_storage_schedule_time_count{job="synapse",index="1",instance="quiet.org:9000"}`: "0+1x29 stale",
		},
		expect: []expectation{{at: "55m"}, {"90m", critical, 0}},
	},
}

// promtool accepts the rules, and they fire with their numbers, and stay silent, as they should.
func TestPromtool(t *testing.T) {
	promtool, err := prometheus.Promtool(t.Context(), func(sentence string) { t.Log(sentence) })
	if err != nil {
		t.Fatal(err)
	}
	file, err := filepath.Abs(prometheusFile)
	if err != nil {
		t.Fatal(err)
	}
	rules := prometheusRules(t)
	fired := map[string]bool{}
	commands := [][]string{{"check", "rules", file}}
	for _, p := range paces {
		for check, cases := range byCheck(p.cases) {
			var groups []object
			for _, c := range cases {
				groups = append(groups, c.group(p.series, rules, fired))
			}
			folder := t.TempDir()
			tests := filepath.Join(folder, "rules.test.yaml")
			if err := errors.Join(writeYAML(filepath.Join(folder, "rules.yaml"), rulesOf(t, check)), writeYAML(tests, object{
				"rule_files": []string{"rules.yaml"}, "group_eval_order": groupOrder, "evaluation_interval": p.rules, "tests": groups,
			})); err != nil {
				t.Fatal(err)
			}
			commands = append(commands, []string{"test", "rules", tests})
		}
	}
	for _, rule := range rules {
		if !fired[rule.alert] {
			t.Errorf("no case makes %s fire", rule.alert)
		}
	}
	for _, args := range commands {
		if text, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, text)
		}
	}
}
