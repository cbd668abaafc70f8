package graph

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

var loops = []Graph{
	{
		ID: "reactor-busy", Title: "Event loop of each process", Unit: "percentunit", split: true, Check: "reactor-lag",
		Help:   "Share of time that the event loop was busy.",
		Worry:  "At 100% everything in that process waits.",
		Levels: &Levels{limits.Busy.Value, limits.Saturated.Value, limits.Saturated.Source},
		term:   rates(metrics.ReactorTick.Sum()),
	},
	{
		ID: "loop-rounds", Title: "Length of event loop iterations", Unit: "s", split: true, Check: "reactor-lag",
		Help:     "While one iteration runs, the process answers nobody.",
		Worry:    "A 99% line above its usual level: everything in that process is delayed by as much.",
		Replaces: []Panel{panel("Process info", "Reactor tick quantiles", "no unit")},
		buckets:  histogram(metrics.ReactorTick),
	},
	{
		ID: "loop-stalls", Title: "Blocked event loops", Unit: "cpm", split: true, Check: "reactor-lag",
		Help:  fmt.Sprintf("Iterations per minute of more than %s, each of which blocks the process.", limits.StallLength),
		Worry: fmt.Sprintf("Should be flat at 0. A warning from %s in an hour.", limits.Stalls),
		term: func(s scope) string {
			short := s.SumRate(s.identity.Labels(), metrics.ReactorTick.Bucket(), process.UpTo(limits.StallLength.Value))
			all := s.SumRate(s.identity.Labels(), metrics.ReactorTick.Count())
			return s.join(metrics.ReactorTick, "clamp_min("+all+" - "+short+", 0)") + " * 60"
		},
	},
	{
		ID: "threads", Title: "Thread pools in use", Unit: "percentunit", By: []string{"name"}, split: true, Check: "database-connections",
		Help:     "Threads of each pool at work, as a share of its maximum. A thread of a pool \"database-…\" holds one connection.",
		Worry:    "A database pool at 100%: transactions wait. gai_resolver at 100%: slow DNS delays federation.",
		Replaces: []Panel{misled("Process info", "Threadpool activity", "no maximum to compare with")},
		term: func(s scope) string {
			working, most := level(metrics.PoolWorkingThreads), level(metrics.PoolMaxThreads)
			whole := s.whole
			s.whole = ""
			used := ratio(working, most)(s)
			s.whole = whole
			return s.highest(used)
		},
	},
	{
		ID: "event-fetchers", Title: "Threads that read events", Unit: "none", split: true, Check: "database-pool",
		Help:  "Threads of each process that read events from the database. Each process has at most three.",
		Worry: "At 3 for minutes (Synapse has no more of them): reading events delays syncs, scrolling back and federation.",
		term:  level(metrics.EventFetchers),
	},
}
