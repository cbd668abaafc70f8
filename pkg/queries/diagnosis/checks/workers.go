package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

const (
	workersWindow = time.Hour
	// idlePeers is the busy share below which the other processes of the role have room. Source: ours.
	idlePeers = 0.3
	// takesPart is how often an hour a process must have done something to count as one of the role. Source: ours.
	takesPart = 60.0
)

// alone are roles that one process has at a time: nothing is out of balance where it is busier than others.
var alone = []string{"main", "background tasks", "presence", "user directory", "stream writer"}

var workers = Check{
	ID:    "workers",
	Title: "One worker is full while its peers are idle",
	Meaning: "Workers that do the same share the load only if the proxy, or Synapse's own configuration, spreads it. " +
		"One full worker beside idle ones is a matter of distribution: another worker would not help.",
	Decides: "Roles are told from what the processes did within the last hour. A process whose loop was busy for at least 80 % of it while " +
		"the median of its peers is below 30 % is found. Roles with one process are not judged, nor are processes that also do what only one can: " +
		"the main process, background tasks, presence, the user directory, other streams.",
	Source: "The roles are read off Synapse's background jobs and servlets. The numbers are ours.",
	CannotKnow: "An idle worker has no role, and what the proxy's rules say is not exported. Users stay with one sync worker by design, so one user " +
		"with a heavy client, or a room whose events all go to one event persister, is no mistake of yours.",
	Unit:       "percentunit",
	Warning:    Threshold(0.8),
	PerProcess: true,
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"roles":  synapse.Identity{}.RolesQuery(w.Filters, w.Window(workersWindow)),
			"busy":   loopBusy(w, workersWindow),
			"uptime": uptimes(w),
		}
	},
	Signal: func(w Where) Signal { return Signal{PromQL: loopBusy(w, workersWindow), Subject: subjectOfProcess} },
	Judge:  judgeWorkers,
}

// member is a process with its roles and how busy it is.
type member struct {
	Sample
	roles []string
	busy  float64
}

func (m member) hasOneOf(roles []string) bool {
	return slices.ContainsFunc(m.roles, func(r string) bool { return slices.Contains(roles, r) })
}

func judgeWorkers(in Input) []Finding {
	if !in.Has("busy") {
		return Absent("python_twisted_reactor_tick_time")
	}
	if !in.Has("roles") {
		return Absent("synapse_background_process_start_count_total")
	}
	members := membersOf(in)
	var found []Finding
	compared := 0
	for _, m := range members {
		var lopsided []string
		idle, peers := 0.0, 0
		for _, role := range m.roles {
			others := busyOfPeers(members, m, role)
			if slices.Contains(alone, role) || len(others) == 0 {
				continue
			}
			compared++
			if median := others[(len(others)-1)/2]; m.busy >= in.Warning && median < idlePeers && !m.hasOneOf(alone) {
				lopsided = append(lopsided, role)
				idle, peers = max(idle, median), max(peers, len(others))
			}
		}
		if len(lopsided) > 0 {
			found = append(found, lopsidedFinding(in, m, lopsided, idle, peers))
		}
	}
	switch {
	case len(found) > 0:
		return found
	case compared == 0:
		return Fine("No two processes do the same: nothing to compare.")
	}
	return Fine("No worker is full while those that do the same are idle.")
}

func membersOf(in Input) []member {
	var members []member
	roles := in.Samples("roles")
	for _, p := range in.Samples("busy") {
		if uptime, ok := in.Of("uptime", p); ok && uptime < warmed {
			continue
		}
		m := member{Sample: p, busy: p.Value}
		for _, r := range roles {
			if sameProcess(r.metric, p.metric) && (r.Value >= takesPart || slices.Contains(alone, r.Label("role"))) {
				m.roles = append(m.roles, r.Label("role"))
			}
		}
		slices.Sort(m.roles)
		members = append(members, m)
	}
	return members
}

// busyOfPeers are the busy shares of the other processes of a role, sorted.
func busyOfPeers(members []member, than member, role string) []float64 {
	var busy []float64
	for _, m := range members {
		if !sameProcess(m.metric, than.metric) && slices.Contains(m.roles, role) {
			busy = append(busy, m.busy)
		}
	}
	slices.Sort(busy)
	return busy
}

func lopsidedFinding(in Input, m member, roles []string, idle float64, peers int) Finding {
	f := in.Graded(m.busy, Finding{
		Subject: Subject{Name: m.Process()}, Confidence: 0.7,
		Title: m.Process() + " is full while its peers are idle",
		Evidence: fmt.Sprintf("%s (%s) was busy %s of the last hour; half of the %d other processes with that role were busy %s or less.",
			m.Process(), strings.Join(roles, ", "), percent(m.busy), peers, percent(idle)),
		Advice: advised(roles),
		Remedy: "Query type resources, format processes: who does what, and how busy is it?",
	})
	return f
}

// advised says what spreads the load of these roles.
func advised(roles []string) string {
	text := "See what this process does that its peers do not. "
	if slices.Contains(roles, "sync") {
		text += "For sync, check that the proxy spreads users by a hash of the user or token over all sync workers, and that none of them is left out. One heavy account would stay on one worker all the same. "
	}
	if slices.Contains(roles, "event persister") {
		text += "Events go to a persister by a hash of their room: one huge room can fill one, and more persisters would not share it. "
	}
	if slices.Contains(roles, "federation sender") {
		text += "Destinations go to a sender by a hash: check that federation_sender_instances lists all of them. "
	}
	return text + "Check the proxy's rules for the others. Do not add a worker before: an idle one costs CPU too, and this one would stay full."
}
