package versions

import "fmt"

// Issue is a performance issue that a release of Synapse fixed.
type Issue struct {
	// Since is the first release that has it, "" where it is older than the releases that are looked at; Fixed is the first without it.
	Since, Fixed string
	// What happens, a clause: "purging a room takes long".
	What string
	// Number is that of the pull request or issue on GitHub where it was fixed.
	Number int
	// Sign is what metrics show where it happens.
	Sign Sign
}

// Sign is one number that an issue makes too high.
type Sign struct {
	Kind Kind
	// Names are the transactions, jobs or kinds of requests that it is about.
	Names []string
}

// Kind is what number it is.
type Kind int

// The kinds.
const (
	// NoSign: no metric tells this issue from others.
	NoSign Kind = iota
	// TransactionTime is database time of the named transactions.
	TransactionTime
	// JobCPU is CPU of the named background jobs.
	JobCPU
	// RequestCPU is CPU of the named kinds of requests.
	RequestCPU
	// MemoryGrowth is memory that grows day by day.
	MemoryGrowth
	// GarbageCollection is time in garbage collection.
	GarbageCollection
	// SlidingSync is the time to answer a sliding sync.
	SlidingSync
	// LockContention is a blocked event loop while uploads of keys are refused.
	LockContention
)

// Link is where the issue was fixed.
func (i Issue) Link() string {
	return fmt.Sprintf("https://github.com/element-hq/synapse/pull/%d", i.Number)
}

// Known are the issues of a version, the one fixed last first: none of one that can't be read.
func Known(version string) []Issue {
	r, is := Parse(version)
	if !is {
		return nil
	}
	var found []Issue
	for _, issue := range issues {
		since, old := Parse(issue.Since)
		fixed, _ := Parse(issue.Fixed)
		if (!old || !r.Before(since)) && r.Before(fixed) {
			found = append(found, issue)
		}
	}
	return found
}

// Named are all names of one kind, each once, in the order of the list.
func Named(kind Kind) []string {
	var names []string
	seen := map[string]bool{}
	for _, issue := range issues {
		for _, name := range issue.Sign.Names {
			if issue.Sign.Kind == kind && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}
