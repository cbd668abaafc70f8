package alerting

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// historyFor is the pending period of the rules whose history is looked at.
const historyFor = 30 * time.Second

// transition is what Grafana writes into the history of an alert.
type transition struct {
	AlertName, NewState string
	Time                int64
}

// historyOf gives the states of one rule's alerts since a time, the oldest first.
func historyOf(t *testing.T, name string, since time.Time) []transition {
	t.Helper()
	var all []transition
	path := fmt.Sprintf("/api/annotations?type=alert&limit=1000&from=%d&to=%d", since.UnixMilli(), time.Now().Add(time.Minute).UnixMilli())
	if err := laboratory.grafana.Get(t.Context(), path, &all); err != nil {
		t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(of transition) bool { return of.AlertName != name })
	slices.SortStableFunc(all, func(a, b transition) int { return int(a.Time - b.Time) })
	return all
}

func statesOf(history []transition) []string {
	states := make([]string, len(history))
	for i, of := range history {
		states[i] = of.NewState
	}
	return states
}

// setOptions changes settings of the troubled homeserver's data source.
func setOptions(t *testing.T, options object) {
	t.Helper()
	if err := provisionSources(laboratory.space.Dir+"/provisioning", options); err != nil {
		t.Fatal(err)
	}
	var answer any
	post(t, "/api/admin/provisioning/datasources/reload", nil, &answer)
}

// becomes waits until the rule of a check has a state.
func becomes(t *testing.T, check, state string) rule {
	t.Helper()
	return eventually(t, check+" becomes "+state, func() (rule, string) {
		found, _ := rules(t, "-history")
		if found[check].State != state {
			return rule{}, "it is " + found[check].State
		}
		return found[check], ""
	})
}

// The history of a problem is: pending for the whole period, firing while it lasts, whatever its severity becomes, and over with
// the first evaluation that finds nothing.
func TestHistoryOfAnAlert(t *testing.T) {
	lab(t)
	const check = "event-send-time"
	lenient := object{"thresholds": object{check: object{"warning": 0.99, "critical": 0.99}}}
	setOptions(t, lenient)
	becomes(t, check, "inactive")
	began := time.Now()
	setOptions(t, object{"thresholds": object{}})
	was := becomes(t, check, "firing")
	setOptions(t, object{"thresholds": object{check: object{"critical": 0.0001}}})
	worse := time.Now()
	evaluated(t, "-history", worse.Add(3*troubledEvery))
	if is := becomes(t, check, "firing"); !is.Alerts[0].ActiveAt.Equal(was.Alerts[0].ActiveAt) {
		t.Errorf("the alert is active since %s, was since %s", is.Alerts[0].ActiveAt, was.Alerts[0].ActiveAt)
	}
	setOptions(t, lenient)
	becomes(t, check, "inactive")
	history := historyOf(t, was.Name, began)
	if got := statesOf(history); !slices.Equal(got, []string{"Pending", "Alerting", "Normal"}) {
		t.Fatalf("the history is %q", got)
	}
	if waited := time.Duration(history[1].Time-history[0].Time) * time.Millisecond; waited < historyFor {
		t.Errorf("fires after %s, the pending period is %s", waited, historyFor)
	}
}

// While PostgreSQL does not answer, a check that needs it has no number: its alert stays as it is.
func TestUnknownKeepsTheAlert(t *testing.T) {
	lab(t)
	const check = "extremities-corrupt"
	setOptions(t, object{"thresholds": object{}})
	was := becomes(t, check, "firing")
	began := time.Now()
	setOptions(t, object{"postgresHost": "127.0.0.1:1"})
	eventually(t, "the check becomes unknown", func() (string, string) {
		if severity := diagnosis(t, laboratory.troubled.uid, time.Now())[check]; severity != "unknown" {
			return "", "it is " + severity
		}
		return "", ""
	})
	evaluated(t, "-history", time.Now().Add(3*troubledEvery))
	is := becomes(t, check, "firing")
	if got := statesOf(historyOf(t, was.Name, began)); len(got) > 0 || !is.Alerts[0].ActiveAt.Equal(was.Alerts[0].ActiveAt) {
		t.Errorf("while it is unknown, the history is %q, active since %s, was since %s", got, is.Alerts[0].ActiveAt, was.Alerts[0].ActiveAt)
	}
	setOptions(t, object{"thresholds": object{}})
}
