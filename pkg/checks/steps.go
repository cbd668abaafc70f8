package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Where a request spends its time: Synapse times named blocks of its code, waits included. They contain each other, so they are
// never added up; each is compared with what it takes on a healthy homeserver.
var (
	slowStep   = limits.Limit{Name: "slowStep", Value: 5, Meaning: "number of times its usual time from which a step of a request is named", Source: "ours"}
	stepLeast  = limits.Limit{Name: "stepLeast", Value: 20, Meaning: "number of runs of a step below which it is not named", Source: "ours"}
	stepLimits = []limits.Limit{slowStep, stepLeast}
)

// step is one of them, what people call it, and its usual mean in seconds. Source of the times: Synapse's own on small and medium
// homeservers, as recorded with 23 versions.
type step struct {
	name, called string
	usual        float64
}

var (
	writingSteps = []step{
		{"create_new_client_event", "preparing the event", 0.03},
		{"action_for_event_by_user", "checking the push rules of the room's members", 0.03},
		{"_calculate_state_and_extrem", "working out the room's new state", 0.06},
		{"calculate_chain_cover_index_for_events", "indexing auth chains", 0.06},
		{"state._resolve_events", "resolving state", 0.06},
		{"resolve_state_groups_for_events", "loading the state before the event", 0.03},
		{"repl.wait_for_stream_position", "waiting for another process's stream", 0.2},
	}
	syncedSteps = []step{
		{"load_filtered_recents", "loading messages", 0.02},
		{"compute_state_delta", "comparing the state of rooms", 0.02},
		{"unread_notifs_for_room_id", "counting unread messages", 0.02},
		{"ephemeral_by_room", "loading receipts and typing", 0.02},
		{"presence.get_new_events", "loading presence", 0.02},
		{"_generate_sync_entry_for_device_list", "listing changed devices", 0.02},
	}
)

// ownBlocks are the blocks with a dot in their names that are Synapse's own; every other one is a callback of a module.
const ownBlocks query.Matcher = `block_name!~"(persist_events|presence|state|repl|typing|send_queue|device)[.].*"`

const modules query.Matcher = `block_name=~"[a-zA-Z_][a-zA-Z0-9_]*[.].+"`

// moduleUsual is what a callback of a module may take in an event's way.
const moduleUsual = 0.02

// measureSteps is the mean time of each run, of those that ran often enough.
func measureSteps(steps []step, d time.Duration, withModules bool) *Measurement {
	names := make([]string, len(steps))
	for i, b := range steps {
		names[i] = b.name
	}
	return measure("steps", func(s Scope) string {
		mean := func(of ...query.Matcher) string {
			runs := s.Sum(s.Increase(metrics.BlockCount.Series(), d, of...), "block_name")
			return s.Sum(s.Increase(metrics.BlockTime.Series(), d, of...), "block_name") + fmt.Sprintf(" / (%s >= %g)", runs, stepLeast.Value)
		}
		all := mean(query.Matcher(`block_name=~"` + strings.ReplaceAll(strings.Join(names, "|"), ".", "[.]") + `"`))
		if withModules {
			all += " or " + mean(modules, ownBlocks)
		}
		return all
	})
}

// slowestStep is a clause about the step that takes longest beyond its usual time. Where most steps are slow alike, what they share is: the
// event loop or the database.
func slowestStep(in Input, m *Measurement, steps []step) string {
	type slow struct {
		step
		took float64
	}
	var found []slow
	known := 0
	for _, s := range in.Samples(m) {
		name := s.Label("block_name")
		b := step{name, "module " + name, moduleUsual}
		if at := slices.IndexFunc(steps, func(b step) bool { return b.name == name }); at >= 0 {
			b = steps[at]
			known++
		}
		if s.Value >= slowStep.Value*b.usual {
			found = append(found, slow{b, s.Value})
		}
	}
	switch {
	case len(found) == 0:
		return ""
	case len(found) > 3 && len(found) > known/2:
		return "all steps take longer than usual alike, so what they share is slow: the event loop or the database"
	}
	slices.SortStableFunc(found, func(a, b slow) int { return cmp.Compare(b.took-b.usual, a.took-a.usual) })
	return fmt.Sprintf("%s takes %s on average, usually less than %s", found[0].called, words.Seconds(found[0].took), words.Seconds(found[0].usual))
}

// requestParts is the mean time of one request of a servlet by what it is spent on: its own work (CPU), the database, and waiting for a
// connection to it. The rest of a request's time is waits for the event loop, other processes and other servers.
func requestParts(servlet query.Matcher, d time.Duration) *Measurement {
	return measure("parts", func(s Scope) string {
		sum := func(m *metrics.Metric) string { return s.Sum(s.Increase(m.Series(), d, servlet)) }
		part := func(name, seconds string) string {
			return fmt.Sprintf(`label_replace((%s) / (%s > 0), "part", "%s", "", "")`, seconds, sum(metrics.ResponseCount), name)
		}
		return part("CPU", sum(metrics.ResponseUserCPU)+" + "+sum(metrics.ResponseSystemCPU)) + " or " +
			part("database time", sum(metrics.ResponseDatabaseTime)) + " or " + part("waiting for a database connection", sum(metrics.ResponseScheduleTime))
	})
}

// spent is a clause about these parts; parts below a hundredth of a second are left out.
func spent(in Input, m *Measurement, one string) string {
	var parts []string
	for _, s := range in.Samples(m) {
		if s.Value >= 0.01 {
			parts = append(parts, words.Seconds(s.Value)+" of "+s.Label("part"))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return one + " spends " + words.List(parts)
}
