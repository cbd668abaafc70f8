package checks

import (
	"fmt"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Memory that grows within hours needs no comparison of days: no week of a healthy process has that. A start is left out, and
// so is growth that the entries of the caches explain.
const (
	surgeStep = 15 * time.Minute
	surgeAgo  = time.Hour
)

var (
	surgeLarge     = limits.Limit{Name: "large", Value: 1 << 30, Unit: "bytes", Meaning: "memory below which fast growth is that of a start, and growth within an hour that is fast", Source: "ours"}
	surgeSix       = limits.Limit{Name: "inSixHours", Value: 10, Meaning: "factor of growth within 6 hours that is a warning", Source: "ours"}
	surgeOne       = limits.Limit{Name: "inOneHour", Value: 3, Meaning: "factor of growth within an hour that is a warning", Source: "ours"}
	surgeEntry     = limits.Limit{Name: "entrySize", Value: 1024, Unit: "bytes", Meaning: "memory of one cache entry", Source: "ours: a rough mean"}
	surgeExplained = limits.Limit{Name: "explained", Value: 0.5, Unit: "percentunit", Meaning: "share of the growth that new cache entries may explain", Source: "ours"}

	surgeLimits = []limits.Limit{surgeLarge, surgeSix, surgeOne, surgeEntry, surgeExplained}

	surgeLowest = measure("lowestOfHours", func(s Scope) string {
		return s.WithServer(fmt.Sprintf("min_over_time((%s and (time() - %s >= %g))%s)", s.Now(metrics.ProcessMemory.Series()), s.Now(metrics.ProcessStart.Series()),
			limits.Young.Value, subquery(memoryWindow, surgeStep)))
	})
	surgeBefore = measure("hourAgo", func(s Scope) string {
		return s.WithServer(fmt.Sprintf("(%s%s and (time() - %s >= %g))", s.Now(metrics.ProcessMemory.Series()), metrics.Offset(surgeAgo), s.Now(metrics.ProcessStart.Series()),
			limits.Young.Value+surgeAgo.Seconds()))
	})
	surgeEntries = measure("newEntries", func(s Scope) string {
		held := s.SumPerProcess(s.Now(metrics.CacheSize.Series()))
		return held + " - min_over_time((" + held + ")" + subquery(memoryWindow, surgeStep) + ")"
	})
)

// surgeRule is the warning's rule.
const surgeRule = `max by (server_name) (
  (
    {{.memory}} >= {{.large}} and on ({{.by}}) {{.memory}} >= on ({{.by}}) {{.inSixHours}} * {{.lowestOfHours}}
    or {{.memory}} - on ({{.by}}) {{.hourAgo}} >= {{.large}} and on ({{.by}}) {{.memory}} >= on ({{.by}}) {{.inOneHour}} * {{.hourAgo}}
  )
  unless on ({{.by}}) {{.newEntries}} * {{.entrySize}} >= on ({{.by}}) {{.explained}} * ({{.memory}} - on ({{.by}}) {{.lowestOfHours}})
)`

// judgeSurge finds memory that grew within hours, whatever the uptime.
func judgeSurge(in Input, p Sample) (Finding, bool) {
	lowest, knownLowest := in.ValueFor(surgeLowest, p)
	before, knownBefore := in.ValueFor(surgeBefore, p)
	entries, knownEntries := in.ValueFor(surgeEntries, p)
	sixHours := knownLowest && p.Value >= surgeLarge.Value && p.Value >= surgeSix.Value*lowest
	oneHour := knownBefore && p.Value-before >= surgeLarge.Value && p.Value >= surgeOne.Value*before
	explained := knownEntries && knownLowest && entries*surgeEntry.Value >= surgeExplained.Value*(p.Value-lowest)
	if !sixHours && !oneHour || explained {
		return Finding{}, false
	}
	from, limit, when := lowest, surgeSix, "the lowest moment of 6 h"
	if oneHour {
		from, limit, when = before, surgeOne, "an hour ago"
	}
	f := Finding{
		Subject: Subject{Name: p.Process()}, Severity: Warning, Title: "Memory grew fast", Confidence: 0.5, Value: &p.Value, Threshold: limits.At(limit.Value * from), Unit: "bytes",
		Steps: []string{
			"Open \"Memory of each process\" and \"CPU by kind of request\" on this dashboard: what came in when the growth began?",
			"Compare the growth that is left with the machine's memory. If it ends soon, restart the process at a quiet time before it is killed.",
			"Look in Synapse's changelog for a memory leak that a version after yours fixes. A single join of a very large room explains a few GiB once.",
		},
	}
	held := "its cache entries do not explain that"
	if !knownEntries {
		f.Confidence, held = 0.4, "whether its cache entries grew is unknown"
	}
	days := ""
	if age, known := in.ValueFor(uptime, p); known && age < memoryAge.Value {
		days = "it has run for " + words.Seconds(age) + ", so there are no days to compare"
	}
	f.Evidence = fmt.Sprintf("%s, %s × that of %s (%s).", words.Bytes(p.Value), words.Number(p.Value/max(1, from)), when, words.Bytes(from)) + sentence(held, days)
	return f, true
}
