package checks

import (
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// presenceJobs and presenceServlets are what handles presence, on whichever process. Source: Synapse 1.160,
// handlers/presence.py, handlers/message.py, rest/client/presence.py, replication/http/presence.py.
const (
	presenceJobs     query.Matcher = `name=~"presence.*|handle_presence_timeouts|persist_presence_changes|bump_presence_active_time"`
	presenceServlets query.Matcher = `servlet=~".*Presence.*"`
	// presenceInSyncs is the part of a sync; presenceBlocks are all blocks, within syncs and incoming transactions too.
	presenceInSyncs query.Matcher = `block_name="presence.get_new_events"`
	presenceBlocks  query.Matcher = `block_name=~"presence.get_new_events|presence_update_states|presence_delta"`
)

var (
	presenceShort = limits.Limit{Name: "shortOfCPU", Value: 0.7, Meaning: "number of cores that a process uses from which it is short of CPU", Source: "ours, below the warning of cpu-saturation"}
	presenceFew   = limits.Limit{Name: "fewUpdates", Value: 1, Unit: "cps", Meaning: "rate of presence updates below which presence is not judged", Source: "ours"}
)

var (
	presenceShare    = measure("share", func(s Scope) string { return "topk by (server_name) (5, " + presenceShareOfCPU(s) + ")" })
	presenceJobsSeen = measure("jobs", func(s Scope) string {
		return "count by (server_name) (" + s.Now(metrics.JobUserCPU.Series()) + ")"
	})
	presenceUpdates = measure("updates", func(s Scope) string { return s.Sum(s.Rate(metrics.PresenceUpdates.Series(), shortWindow)) })
	presenceInbound = measure("inbound", func(s Scope) string { return s.Sum(s.Rate(metrics.PresenceReceived.Series(), shortWindow)) })
	// presenceFlips is how often local users change between online and away or offline.
	presenceFlips = measure("flips", func(s Scope) string {
		return s.Sum(s.Rate(metrics.PresenceTransitions.Series(), shortWindow, `locality!="remote"`))
	})
	presenceEDUs = measure("edus", func(s Scope) string { return s.Sum(s.Rate(metrics.SentEDUs.Series(), shortWindow)) })
	presenceSent = measure("sent", func(s Scope) string {
		return s.Sum(s.Rate(metrics.SentEDUsByType.Series(), shortWindow, query.Equal("type", "m.presence")))
	})
)

const (
	presenceOff    = "Set `presence.enabled: false` in homeserver.yaml and restart Synapse: users lose the online status, nothing else, and you can switch it on again. From Synapse 1.96 on, use `untracked` instead if a module sets presence."
	presenceWriter = "With workers, give presence a process of its own (`stream_writers.presence`). It needs an entry in `instance_map`, a replication listener, and a route for `/_matrix/client/v3/presence/`."
)

var federationPresence = Check{
	ID:    "federation-presence",
	Topic: "Presence",
	Title: "Presence overloads a process",
	Meaning: "Presence is the online status of users. Every change is sent to everyone who shares a room, so on a busy server it can take a large " +
		"part of a process. It matters only if that process has no CPU left.",
	Decides: "Per process over 15 min: the share of its CPU time that requests and background jobs of presence take, if the process uses {shortOfCPU} cores or more " +
		"and its event loop is busy for {busyLoop} of the time or more. {warning} is a warning, {critical} is critical. Homeservers below {fewUpdates} and processes younger than {young} are not judged.",
	CannotKnow: "Sending presence to clients and other homeservers is counted in part only, so the true share is larger. If other programs or the limit of a container " +
		"take CPU away, a process is short of it earlier.",
	Thresholds: limits.Thresholds{
		Check: "federation-presence", Warning: limits.At(0.15), Critical: limits.At(0.3), Unit: "percentunit", WarningOf: "of the CPU time of a process", CriticalOf: "of the CPU time of a process",
		Source: "ours. The guide names presence as the usual cause of federation traffic, but more than half of all EDUs is normal for any server with presence, so CPU decides",
	},
	Limits: []limits.Limit{presenceShort, presenceFew, limits.Busy, limits.Young},
	Steps: []string{
		presenceOff,
		"To keep presence, upgrade to Synapse 1.124 or later and leave `rc_presence.per_user` at its default (`per_second: 0.1`): each user may then set presence once in 10 s.",
		"From Synapse 1.157 on, raise `presence.last_active_granularity` to at most `4m`: it must stay below `presence.idle_timeout` (`5m` by default), or Synapse does not start. " +
			"Leave `presence.include_offline_users_on_sync` (1.112) at `false`.",
		presenceWriter,
		"If most updates come from other homeservers, only switching presence off reduces them: Synapse then ignores them.",
	},
	Panel:       "edus",
	Completions: true,
	PerProcess:  true,
	Measures:    []*Measurement{presenceShare, cpu, loopBusy, uptime, presenceJobsSeen, presenceUpdates, presenceInbound, presenceFlips, presenceEDUs, presenceSent},
	Signal:      &Signal{Measurement: measure("share", presenceShareOfCPU), Subject: subjectOfProcess},
	Judge:       judgePresence,
	Rule: Rule{Expr: `
max by (server_name) (
  {{.share}} >= {{.threshold}}
  unless on ({{.by}}) {{.busy}} < {{.busyLoop}}
  unless on ({{.by}}) {{.uptime}} < {{.young}}
)
and on (server_name) {{.updates}} >= {{.fewUpdates}}`},
}

// presenceShareOfCPU is the part that presence takes of the CPU of each process that is short of it.
func presenceShareOfCPU(s Scope) string {
	return fmt.Sprintf("%s / on (%s) (%s >= %g)", presenceCPU(s), s.PerProcess(), cpu.PromQL(s), presenceShort.Value)
}

// presenceCPU is the larger one of two lower bounds, per process: requests and jobs of presence with its part of syncs, or all blocks of
// code of presence wherever they run. They overlap, so they are not added up.
func presenceCPU(s Scope) string {
	whole := addedUp(s,
		cpuPart{metrics.JobUserCPU, presenceJobs}, cpuPart{metrics.JobSystemCPU, presenceJobs}, cpuPart{metrics.ResponseUserCPU, presenceServlets}, cpuPart{metrics.ResponseSystemCPU, presenceServlets},
		cpuPart{metrics.BlockUserCPU, presenceInSyncs}, cpuPart{metrics.BlockSystemCPU, presenceInSyncs})
	blocks := addedUp(s, cpuPart{metrics.BlockUserCPU, presenceBlocks}, cpuPart{metrics.BlockSystemCPU, presenceBlocks})
	return "(" + blocks + " > " + whole + " or " + whole + " or " + blocks + ")"
}

type cpuPart struct {
	metric *metrics.Metric
	with   query.Matcher
}

// addedUp adds per process. The numbers that it adds have the same labels but for their names, so each gets a label of its own: "or"
// would take the first only, "+" needs all.
func addedUp(s Scope, of ...cpuPart) string {
	parts := make([]string, len(of))
	for i, part := range of {
		parts[i] = fmt.Sprintf(`label_replace(%s, "part", "%d", "", "")`, s.Rate(part.metric.Series(), shortWindow, part.with), i)
	}
	return s.SumPerProcess(strings.Join(parts, " or "))
}

func judgePresence(in Input) []Finding {
	shares := in.Samples(presenceShare)
	switch {
	case !in.Has(cpu):
		return metricMissing(metrics.ProcessCPU)
	case !in.Has(presenceJobsSeen):
		return metricMissing(metrics.JobUserCPU)
	case !in.Has(presenceUpdates) && len(shares) > 0 && shares[0].Value >= in.Warning: // handled, but the counter is dropped on the way here
		return metricMissing(metrics.PresenceUpdates)
	case !in.Has(presenceUpdates):
		return okFinding("No presence update is counted: presence is off, or the process that writes it is not scraped.")
	case in.Total(presenceUpdates) < presenceFew.Value:
		return okFinding("Presence updates: " + words.PerSecond(in.Total(presenceUpdates)) + ", too few to judge.")
	}
	highest := 0.0
	found := judgeEach(in.settled(presenceShare, limits.Young), func(p Sample) Finding {
		if busy, known := in.ValueFor(loopBusy, p); known && busy < limits.Busy.Value {
			return Finding{}
		}
		highest = max(highest, p.Value)
		cores, _ := in.ValueFor(cpu, p)
		f := in.graded(p.Value, Finding{
			Subject: Subject{Name: p.Process()}, Takes: Amounts{LoopTime: p.Value * cores},
			Evidence: fmt.Sprintf("Presence takes at least %s of %s cores in the last 15 min. %s", words.Percent(p.Value), words.Number(cores), presenceNumbers(in)),
		})
		if in.Total(presenceInbound) > in.Total(presenceUpdates)/2 {
			f.Steps = []string{presenceOff, "Skip limits on local users: most updates come from other homeservers.", presenceWriter}
		}
		return f
	})
	switch {
	case len(found) > 0:
		return found
	case highest == 0:
		return okFinding("No process that handles presence is short of CPU. " + presenceNumbers(in))
	}
	return []Finding{in.graded(highest, Finding{
		Evidence: fmt.Sprintf("Presence takes at most %s of a process that is short of CPU. %s", words.Percent(highest), presenceNumbers(in)),
	})}
}

func presenceNumbers(in Input) string {
	text := "Presence updates: " + words.PerSecond(in.Total(presenceUpdates))
	if in.Has(presenceInbound) {
		text += fmt.Sprintf(" (%s from other homeservers)", words.Number(in.Total(presenceInbound)))
	}
	if flips := in.Total(presenceFlips); flips >= presenceFew.Value {
		text += fmt.Sprintf("; local users change their state %s", words.PerSecond(flips))
	}
	if edus := in.Total(presenceEDUs); edus > 0 {
		text += fmt.Sprintf("; share of presence in the EDUs sent: %s", words.Percent(in.Total(presenceSent)/edus))
	}
	return text + "."
}
