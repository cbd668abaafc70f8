package checks

import (
	"strings"
	"testing"
)

func stepsOf(means map[string]float64) map[string]float64 {
	series := map[string]float64{}
	for name, mean := range means {
		series["steps block_name="+name] = mean
	}
	return series
}

// The evidence of slow sends names the step that is slow, and none where all are slow alike or as fast as ever.
func TestSlowestStepIsNamed(t *testing.T) {
	slow := map[string]float64{"create_new_client_event": 0.4, "action_for_event_by_user": 0.5, "_calculate_state_and_extrem": 0.6, "resolve_state_groups_for_events": 0.3}
	for name, c := range map[string]struct {
		steps       map[string]float64
		want, avoid string
	}{
		"push rules":      {map[string]float64{"action_for_event_by_user": 0.9, "create_new_client_event": 0.03, "_calculate_state_and_extrem": 0.05}, "Checking the push rules of the room's members takes 900 ms", "preparing"},
		"a module":        {map[string]float64{"antispam.Checker.check_event_for_spam": 0.7, "create_new_client_event": 0.03}, "Module antispam.Checker.check_event_for_spam takes 700 ms", ""},
		"replication":     {map[string]float64{"repl.wait_for_stream_position": 5}, "Waiting for another process's stream takes 5 s", ""},
		"all alike":       {slow, "All steps take longer than usual alike", "push rules"},
		"as fast as ever": {map[string]float64{"action_for_event_by_user": 0.1, "create_new_client_event": 0.1}, "", "takes"},
	} {
		t.Run(name, func(t *testing.T) {
			in := judged{series: together(sendsOf(1000, 0.08, 0), stepsOf(c.steps))}.input(t, eventSendTime)
			got := eventSendTime.Judge(in)[0].Evidence
			if c.want != "" && !strings.Contains(got, c.want) || c.avoid != "" && strings.Contains(got, c.avoid) {
				t.Errorf("%q, want %q and not %q", got, c.want, c.avoid)
			}
		})
	}
}
