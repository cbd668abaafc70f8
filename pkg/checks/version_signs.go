package checks

import (
	"fmt"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/versions"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// The signs of known issues, each one number that is too high.
var (
	signSeconds  = limits.Limit{Name: "seconds", Value: 0.2, Unit: "s", Meaning: "cost of the transaction that a known issue names, from which this is its sign", Source: "ours: a fifth of one connection"}
	signShare    = limits.Limit{Name: "databaseShare", Value: 0.2, Unit: "percentunit", Meaning: "part that this transaction must have in the whole database time", Source: "ours"}
	signJobCPU   = limits.Limit{Name: "jobCPU", Value: 0.3, Meaning: "cores that one background job uses if a known issue keeps it busy", Source: "ours"}
	signGrowth   = limits.Limit{Name: "growth", Value: 0.1, Unit: "percentunit", Meaning: "growth of memory per day, two days in a row, that is the sign of a leak", Source: "ours: twice what makes memory a warning"}
	signRefusals = limits.Limit{Name: "refusals", Value: 0.1, Unit: "reqps", Meaning: "refused uploads of keys per second that contend for a lock", Source: "ours"}

	signLimits = []limits.Limit{signSeconds, signShare, signJobCPU, signGrowth, signRefusals}

	// signTransactions are the named transactions that take enough of the database time, with that time.
	signTransactions = measure("transactions", func(s Scope) string {
		one := s.Sum(s.Rate(metrics.TransactionTime.Series(), shortWindow, oneOfNames("desc", versions.TransactionTime)), "desc")
		return fmt.Sprintf("%s >= %g and (%s / on (server_name) group_left () %s) >= %g", one, signSeconds.Value, one, s.Sum(s.Rate(metrics.TransactionTime.Series(), shortWindow)), signShare.Value)
	})
	signJobs = measure("jobs", func(s Scope) string {
		of := oneOfNames("name", versions.JobCPU)
		return s.Sum(s.Rate(metrics.JobUserCPU.Series(), shortWindow, of)+" + "+s.Rate(metrics.JobSystemCPU.Series(), shortWindow, of), "name")
	})

	signMeasures = []*Measurement{signTransactions, signJobs, requestCPU, memoryToday, memoryYesterday, uptime, gcShare, syncMean, loopLost, refusalsLong}
)

// signOf says what shows that an issue happens, and what that explains; empty where nothing does.
func signOf(in Input, sign versions.Sign) (evidence string, explains []string) {
	switch sign.Kind {
	case versions.TransactionTime:
		return named(in.Samples(signTransactions), "desc", sign.Names, signSeconds.Value, "%s takes %s s of database time per second"), []string{"database-cost"}
	case versions.JobCPU:
		return named(in.Samples(signJobs), "name", sign.Names, signJobCPU.Value, "the job %s uses %s cores"), []string{"cpu-saturation", "reactor-lag"}
	case versions.RequestCPU:
		return named(in.Samples(requestCPU), "servlet", sign.Names, surgeCPU.Value, "%s uses %s of the CPU of a process"), []string{"cpu-saturation"}
	case versions.MemoryGrowth:
		return growthSign(in), []string{"memory"}
	case versions.GarbageCollection:
		if all := in.settled(gcShare, limits.Young); len(all) > 0 && all[0].Value >= limits.Collecting.Value {
			return "garbage collection takes " + words.Percent(all[0].Value) + " of the time of " + all[0].Process(), []string{"gc-pauses", "cpu-saturation"}
		}
	case versions.SlidingSync:
		if mean := in.valuesBy(syncMean, byLabel("kind"))[slidingSync]; mean >= slowSend.Value {
			return "a sliding sync takes " + words.Seconds(mean) + " on average", []string{"sync-time"}
		}
	case versions.LockContention:
		return contentionSign(in), []string{"reactor-lag", "cpu-saturation"}
	case versions.NoSign:
	}
	return "", nil
}

// named is a sentence about the first of some samples that has one of the names and reaches the limit.
func named(samples []Sample, label string, names []string, least float64, text string) string {
	at := slices.IndexFunc(samples, func(s Sample) bool { return s.Value >= least && slices.Contains(names, s.Label(label)) })
	if at < 0 {
		return ""
	}
	return fmt.Sprintf(text, samples[at].Label(label), words.Number(samples[at].Value))
}

func growthSign(in Input) string {
	for _, p := range in.Samples(memoryToday) {
		age, known := in.ValueFor(uptime, p)
		before, _ := in.ValueFor(memoryYesterday, p)
		if known && age >= memoryAge.Value && min(p.Value, before) >= signGrowth.Value {
			return "the memory of " + p.Process() + " grows by " + words.Percent(min(p.Value, before)) + " a day"
		}
	}
	return ""
}

func contentionSign(in Input) string {
	refused := 0.0
	for _, s := range in.Samples(refusalsLong) {
		if s.Label("servlet") == "KeyUploadServlet" && metrics.StatusOf(s.Label("code")) == 400 {
			refused += s.Value
		}
	}
	lost := in.Samples(loopLost)
	if refused < signRefusals.Value || len(lost) == 0 || lost[0].Value < loopLostSome.Value {
		return ""
	}
	return fmt.Sprintf("the event loop of %s was blocked for %s of the last hour, and %s uploads of keys were refused", lost[0].Process(), words.Seconds(lost[0].Value), words.PerSecond(refused))
}
