package transactions

import "github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"

// Thresholds of the checks about transactions, in force in the table as well.
var (
	CostThresholds = limits.Thresholds{
		Check: "database-cost", Warning: limits.At(0.5), Critical: limits.At(2), Unit: "none",
		WarningOf:  "seconds of database time per second, if it is half of the whole or twice last week's",
		CriticalOf: "seconds of database time per second, if it is twice last week's",
		Source:     "ours: the mean number of connections that one transaction keeps busy",
	}
	CallsThresholds = limits.Thresholds{
		Check: "database-chatty", Warning: limits.At(100), Unit: "cps",
		Source: "ours: the guide's example is get_user_by_id, whose cache was too small",
	}
)

// The further numbers that decide.
var (
	EnoughCost   = limits.Limit{Name: "enoughCost", Value: 0.2, Meaning: "seconds of database time per second, of all transactions, from which they are judged", Source: "ours: a fifth of one connection"}
	LargestShare = limits.Limit{Name: "largestShare", Value: 0.5, Unit: "percentunit", Meaning: "share of the whole database time that one transaction should not take", Source: "ours"}
	Growth       = limits.Limit{Name: "growth", Value: 2, Meaning: "ratio to last week's cost from which a cost has grown", Source: "ours"}
	GrownCost    = limits.Limit{Name: "grownCost", Value: 0.1, Meaning: "seconds of database time per second from which growth matters", Source: "ours"}
	GrownShare   = limits.Limit{Name: "grownShare", Value: 0.05, Unit: "percentunit", Meaning: "share of the whole database time from which growth matters", Source: "ours"}

	EnoughCalls  = limits.Limit{Name: "enoughCalls", Value: 10, Unit: "cps", Meaning: "calls of all transactions from which they are judged", Source: "ours"}
	FrequentFrom = limits.Limit{Name: "frequent", Value: 0.2, Unit: "percentunit", Meaning: "share of all calls that one transaction should not make", Source: "ours"}
	QuickBelow   = limits.Limit{Name: "quick", Value: 0.005, Unit: "s", Meaning: "mean duration below which a transaction is cheap", Source: "ours"}

	SlowCall  = limits.Limit{Name: "slowCall", Value: 0.1, Unit: "s", Meaning: "mean duration from which a transaction is slow", Source: "ours"}
	SlowShare = limits.Limit{Name: "slowShare", Value: 0.01, Unit: "percentunit", Meaning: "share of the whole database time from which a slow transaction matters", Source: "ours"}
	RareBelow = limits.Limit{Name: "rare", Value: 1, Unit: "cps", Meaning: "calls below which an expensive transaction is called slow and not hot", Source: "ours"}

	// MostlySaturated is when what the processes measured is their own wait for the CPU.
	MostlySaturated = limits.Limit{Name: "mostlySaturated", Value: 0.5, Unit: "percentunit",
		Meaning: "share of a cost, measured on saturated processes, from which their CPU explains it", Source: "ours"}
)
