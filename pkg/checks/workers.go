package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const workersWindow = time.Hour

var (
	idlePeers = limits.Limit{Name: "idlePeers", Value: 0.3, Unit: "percentunit", Meaning: "share of time that the event loop is busy below which the other workers of a role are idle", Source: "ours"}
	// takesPart: a stray request makes no role.
	takesPart = limits.Limit{Name: "takesPart", Value: 60, Meaning: "number of requests or jobs per hour from which a process has a role", Source: "ours"}

	workerRoles = measure("roles", func(s Scope) string { return s.Identity.RolesQuery(s.Filters, s.Window(workersWindow)) })
	workerBusy  = measure("busy", func(s Scope) string { return s.WithServer(s.Rate(metrics.ReactorTick.Sum(), workersWindow)) })
)

// alone are roles that one process has at a time: nothing is out of balance where it is busier than others.
var alone = []string{"main", "background tasks", "presence", "user directory", "stream writer"}

const (
	spreadRequests = "Check the reverse proxy's rules: every worker of the role must be listed, and requests spread over all of them."
	noMoreWorkers  = "Do not add a worker: an idle one costs CPU, memory and database connections, and this one would stay saturated."
)

var spreadRole = map[string]string{
	"sync":            "Check that the reverse proxy spreads users over all sync workers by a hash of the user or access token. One account with a heavy client stays on one worker even so.",
	"event persister": "Look for one huge room: a room stays on one event persister, so more persisters do not help.",
	"federation sender": "Check that `federation_sender_instances` lists all senders. To change it, stop all senders and the main process, change it everywhere, then start them: " +
		"a rolling restart loses events.",
}

var workers = Check{
	ID:    "workers",
	Topic: "Balance of workers",
	Title: "One worker saturated, its peers idle",
	Meaning: "Workers with the same role share the load only if the reverse proxy, or Synapse's own configuration, spreads it. If one is saturated while the others are idle, " +
		"another worker does not help.",
	Decides: "Roles come from what each process did in the last hour. Found is a process whose event loop was busy for {warning} of that hour or more while the median of its peers is " +
		"below {idlePeers}. Processes younger than {warm} are not judged, nor are roles that only one process has, nor processes that also do what only one can: the main process, " +
		"background tasks, presence, the user directory and other streams. Also found is a main process that is as busy and spends {movable} of its CPU on requests that workers may " +
		"serve, beside a worker that is idle and has no other role.",
	CannotKnow: "The role of an idle worker, and the proxy's rules. Users stay on one sync worker by design, so one user with a heavy client, or a huge room on one event persister, is no mistake in your configuration.",
	Thresholds: limits.Thresholds{Check: "workers", Warning: limits.At(0.8), Unit: "percentunit", WarningOf: "busy, with idle peers", Source: "ours"},
	Limits:     []limits.Limit{idlePeers, takesPart, movableShare, limits.Warm},
	Steps: []string{
		spreadRequests, spreadRole["sync"], spreadRole["event persister"], spreadRole["federation sender"], noMoreWorkers,
	},
	PerProcess: true,
	Symptom:    true,
	Panel:      "event-loop",
	Measures:   []*Measurement{workerRoles, workerBusy, movableCPU, uptime},
	Signal:     &Signal{Measurement: workerBusy, Subject: subjectOfProcess},
	Judge:      judgeWorkers,
	Rule:       Rule{None: "what each process does has to be found out first, to compare those that do the same"},
}

// member is a process with its roles; its value is how busy it is.
type member struct {
	Sample
	roles []string
}

func judgeWorkers(in Input) []Finding {
	switch {
	case !in.Has(workerBusy):
		return metricMissing(metrics.ReactorTick)
	case !in.Has(workerRoles):
		return metricMissing(metrics.JobStarts)
	}
	members := membersOf(in)
	found := judgeMain(in, members)
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
			if median := others[(len(others)-1)/2]; m.Value >= in.Warning && median < idlePeers.Value && !m.isAlone() {
				lopsided = append(lopsided, role)
				idle, peers = max(idle, median), max(peers, len(others))
			}
		}
		if len(lopsided) > 0 {
			found = append(found, in.graded(m.Value, Finding{
				Subject: Subject{Name: m.Process()}, Confidence: 0.7, Steps: stepsOfRoles(lopsided),
				Evidence: fmt.Sprintf("Busy for %s of the last hour (%s); median of %s: %s.", words.Percent(m.Value), strings.Join(lopsided, ", "),
					words.Count(peers, "peer", "peers"), words.Percent(idle)),
			}))
		}
	}
	if compared == 0 && len(found) == 0 {
		return okFinding("No two processes have the same role: nothing to compare.")
	}
	return orOK(found, "No worker is saturated while its peers are idle.")
}

func membersOf(in Input) []member {
	var members []member
	for _, p := range in.settled(workerBusy, limits.Warm) {
		m := member{Sample: p}
		for _, r := range in.SamplesFor(workerRoles, p) {
			if role := r.Label("role"); r.Value >= takesPart.Value || slices.Contains(alone, role) {
				m.roles = append(m.roles, role)
			}
		}
		slices.Sort(m.roles)
		members = append(members, m)
	}
	return members
}

func (m member) isAlone() bool {
	return slices.ContainsFunc(m.roles, func(r string) bool { return slices.Contains(alone, r) })
}

// busyOfPeers are the busy shares of the other processes of a role, sorted.
func busyOfPeers(members []member, than member, role string) []float64 {
	var busy []float64
	for _, m := range members {
		if !than.sameProcess(m.metric) && slices.Contains(m.roles, role) {
			busy = append(busy, m.Value)
		}
	}
	slices.Sort(busy)
	return busy
}

// stepsOfRoles says what spreads the load of these roles.
func stepsOfRoles(roles []string) []string {
	var steps []string
	for _, role := range roles {
		if step, own := spreadRole[role]; own {
			steps = append(steps, step)
		}
	}
	if len(steps) < len(roles) {
		steps = append(steps, spreadRequests)
	}
	return append(steps[:min(2, len(steps))], noMoreWorkers)
}
