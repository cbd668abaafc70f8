package checks

import "slices"

// ofLoad are the causes of work that does not keep up, on any process, the deeper ones in front.
var ofLoad = slices.Concat(
	byLoopTime("gc-pauses", "state-resolution", "federation-presence", "starvation", "cpu-saturation", "reactor-lag"),
	byDatabaseTime("background-updates", "database-slow"), whenFound("database-pool"),
)

// allOfLoop is what a backlog takes: who explains it takes a large part of the process's time.
var allOfLoop = Amounts{LoopTime: 1}

// takesAll is a backlog where all database time of the homeserver may be in its way.
func (in Input) takesAll() Amounts {
	return Amounts{LoopTime: allOfLoop[LoopTime], DatabaseTime: in.Total(txnTotalCost)}
}
