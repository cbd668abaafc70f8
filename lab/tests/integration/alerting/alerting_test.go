package alerting

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

func lab(t *testing.T) {
	t.Helper()
	if laboratory.skip != "" {
		t.Skip(laboratory.skip)
	}
}

// The file works as it is: every rule is there, as design says, and evaluates without an error.
func TestRulesLoad(t *testing.T) {
	lab(t)
	var provisioned []struct {
		UID, NoDataState, ExecErrState, For, FolderUID, RuleGroup string
		Missing                                                   int `json:"missingSeriesEvalsToResolve"`
		Annotations                                               map[string]string
	}
	if err := laboratory.grafana.Get(t.Context(), "/api/v1/provisioning/alert-rules", &provisioned); err != nil {
		t.Fatal(err)
	}
	wanted := pendingPeriods(t)
	there := map[string]bool{}
	folders := map[string]bool{}
	for _, r := range provisioned {
		if r.RuleGroup != "Synapse diagnosis" {
			continue
		}
		there[r.UID] = true
		folders[r.FolderUID] = true
		pending, known := wanted[r.UID]
		if took, err := time.ParseDuration(r.For); !known || err != nil || took != pending || r.Missing != 10 {
			t.Errorf("%s: for %s, want %s; missing series resolve after %d evaluations", r.UID, r.For, pending, r.Missing)
		}
		if r.Annotations["__dashboardUid__"] != "synapse-diagnosis" || r.Annotations["__panelId__"] == "" {
			t.Errorf("%s leads to no panel: %v", r.UID, r.Annotations)
		}
		want := [2]string{"KeepLast", "KeepLast"}
		switch r.UID {
		case "synapse-scrape-health":
			want[1] = "Alerting"
		case "synapse-metric-coverage":
			want[0] = "Alerting"
		}
		if got := [2]string{r.NoDataState, r.ExecErrState}; got != want {
			t.Errorf("%s: no data and error are %v, want %v", r.UID, got, want)
		}
	}
	if len(there) != len(wanted) || len(folders) != 1 {
		t.Errorf("%d rules, want %d, in folders %v", len(there), len(wanted), folders)
	}
	var all []struct{ Title string }
	if err := laboratory.grafana.Get(t.Context(), "/api/folders", &all); err != nil {
		t.Fatal(err)
	}
	titles := map[string]bool{}
	for _, f := range all {
		if titles[f.Title] {
			t.Errorf("two folders are called %q", f.Title)
		}
		titles[f.Title] = true
	}
}

// pendingPeriods are the uids of all rules with their pending periods: one rule for each severity that a check alarms with.
func pendingPeriods(t *testing.T) map[string]time.Duration {
	t.Helper()
	all := map[string]time.Duration{}
	for _, c := range checks.All {
		pending, err := time.ParseDuration(c.PendingPeriod())
		if err != nil {
			t.Fatal(err)
		}
		all["synapse-"+c.ID] = pending
		if !c.AlarmsOnce() {
			all["synapse-"+c.ID+"-critical"] = pending
		}
	}
	return all
}

var measured = regexp.MustCompile(`^Measured: -?[0-9.]+`)

// What the diagnosis finds fires, with its number in the text, and nothing else does.
func TestPlantedProblemsFire(t *testing.T) {
	lab(t)
	found := evaluated(t, "-now", time.Now().Add(-time.Minute))
	severities := diagnosis(t, laboratory.troubled.uid, time.Now())
	if want := len(pendingPeriods(t)); len(found) != want {
		t.Errorf("%d rules, want %d", len(found), want)
	}
	for id, r := range found {
		if r.Health != "ok" && r.Health != "nodata" {
			t.Errorf("%s: %s %s", id, r.Health, r.LastError)
		}
		check, severity := r.Labels["check"], severities[r.Labels["check"]]
		bad := severity == "critical" || severity == "warning" && r.Labels["severity"] == "warning"
		if r.firing() != bad {
			t.Errorf("%s: the rule is %s, the diagnosis says %s", id, r.State, severity)
		}
		if !r.firing() {
			continue
		}
		for _, a := range r.Alerts {
			if a.State != "Alerting" {
				continue
			}
			t.Logf("%s: %s | %s", id, a.Annotations["summary"], a.Annotations["description"])
			text := a.Annotations["description"]
			if !measured.MatchString(text) {
				t.Errorf("%s: the text is %q", id, text)
			}
			if !strings.Contains(a.Annotations["summary"], a.Labels["server_name"]) || a.Labels["check"] != check || a.Labels["server_name"] == "" {
				t.Errorf("%s: %q, %v", id, a.Annotations["summary"], a.Labels)
			}
			if link := a.Annotations["finding"]; !strings.HasPrefix(link, laboratory.grafana.URL+"/d/synapse-diagnosis?viewPanel=panel-") ||
				!strings.HasSuffix(link, "&var-server="+a.Labels["server_name"]) {
				t.Errorf("%s: the link is %q", id, link)
			}
		}
	}
	for _, id := range []string{
		"event-send-time", "federation-presence", "database-chatty", "cache-undersized", "gc-pauses", "extremities", "extremities-corrupt",
	} {
		if !found[id].firing() {
			t.Errorf("%s does not fire, although it is planted", id)
		}
	}
	t.Logf("%d of %d rules fire", firing(found), len(found))
}

func firing(found map[string]rule) int {
	n := 0
	for _, r := range found {
		if r.firing() {
			n++
		}
	}
	return n
}

// Nothing fires on a healthy homeserver, and all rules of one evaluation ask Prometheus what one diagnosis asks.
func TestHealthyIsSilentAndCheap(t *testing.T) {
	lab(t)
	laboratory.health.asked.reset()
	began := time.Now()
	found := evaluated(t, "-ok", began)
	for id, r := range found {
		if r.State != "inactive" || r.Health != "ok" && r.Health != "nodata" {
			t.Errorf("%s: %s, %s %s %v", id, r.State, r.Health, r.LastError, r.Alerts)
		}
	}
	time.Sleep(time.Second)
	asked := laboratory.health.asked.reset()
	diagnosis(t, laboratory.health.uid, time.Now().Add(-5*time.Minute)) // of this time nobody has asked yet
	one := total(laboratory.health.asked.reset())
	each := map[string]int{}
	for q, times := range asked {
		each[q.at] += times
		if times > 1 {
			t.Errorf("asked %d times about %s: %s", times, q.at, q.promql)
		}
	}
	t.Logf("one diagnosis asks Prometheus %d times; evaluations of %d rules asked, by time: %v", one, len(found), each)
	for at, times := range each {
		if times > one {
			t.Errorf("the rules asked %d times about %s, one diagnosis asks %d times", times, at, one)
		}
	}
}

// No room is named, in nothing that Grafana knows of its rules.
func TestNoRoomIsNamed(t *testing.T) {
	lab(t)
	evaluated(t, "-now", time.Now().Add(-time.Minute))
	_, text := rules(t, "-now")
	rooms := database.Rooms(database.Options{Seed: 1, Now: laboratory.troubled.History.To})
	if len(rooms) == 0 {
		t.Fatal("the laboratory has no rooms")
	}
	for _, room := range rooms {
		if strings.Contains(text, room.ID) {
			t.Errorf("the rules name %s", room.ID)
		}
	}
	for _, word := range []string{"_synapse/admin", "DELETE"} {
		if strings.Contains(text, word) {
			t.Errorf("the rules hold %q", word)
		}
	}
}

// A warning that turns critical fires as another rule, and the warning goes on firing as the same alert.
func TestWarningTurnsCritical(t *testing.T) {
	lab(t)
	const id = "event-send-time" // planted: some sends take long, a few very long
	before := evaluated(t, "-now", time.Now().Add(-time.Minute))
	if !before[id].firing() || before[id+"-critical"].firing() {
		t.Fatalf("%s is %s, its critical rule %s", id, before[id].State, before[id+"-critical"].State)
	}
	changed := time.Now()
	setOptions(t, object{"thresholds": object{id: object{"critical": 0.0001}}})
	after := eventually(t, "a critical alert", func() (map[string]rule, string) {
		found := evaluated(t, "-now", changed)
		if r := found[id+"-critical"]; !r.firing() {
			return found, r.State
		}
		return found, ""
	})
	was, is := before[id].Alerts[0], after[id].Alerts[0]
	if !maps.Equal(was.Labels, is.Labels) || !was.ActiveAt.Equal(is.ActiveAt) || len(after[id].Alerts) != 1 {
		t.Errorf("the warning is another alert: %v since %s, was %v since %s", is.Labels, is.ActiveAt, was.Labels, was.ActiveAt)
	}
}

// description is the text of a rule's only alert.
func description(r rule) string {
	if len(r.Alerts) != 1 {
		return fmt.Sprintf("%d alerts", len(r.Alerts))
	}
	return r.Alerts[0].Annotations["description"]
}

// diagnosis gives each check's worst severity, as the dashboard shows it.
func diagnosis(t *testing.T, uid string, now time.Time) map[string]string {
	t.Helper()
	var answer backend.QueryDataResponse
	post(t, "/api/ds/query", object{
		"from": fmt.Sprint(now.Add(-6 * time.Hour).UnixMilli()), "to": fmt.Sprint(now.UnixMilli()),
		"queries": []object{{
			"refId": "A", "queryType": "diagnosis", "format": "findings", "intervalMs": 60000, "maxDataPoints": 360,
			"datasource": object{"type": "matrix-synapse-datasource", "uid": uid},
		}},
	}, &answer)
	response := answer.Responses["A"]
	if response.Error != nil || len(response.Frames) != 1 {
		t.Fatalf("%d frames, %v", len(response.Frames), response.Error)
	}
	column := func(name string) func(int) string {
		field, _ := response.Frames[0].FieldByName(name)
		return func(row int) string {
			text, _ := field.At(row).(string)
			return text
		}
	}
	severity, check := column("severity"), column("check")
	worst := map[string]string{}
	for row := range response.Frames[0].Rows() {
		if _, there := worst[check(row)]; !there { // the worst comes first
			worst[check(row)] = severity(row)
		}
	}
	return worst
}
