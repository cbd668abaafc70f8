package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// cacheWindow is the hour that is judged.
const cacheWindow = time.Hour

// cacheQuestions are those of the table "Cache factors", over the hour.
var (
	cacheQuestions = slices.Concat(caches.Questions, caches.SizeQuestions, []caches.Question{caches.Grown})
	cacheMeasures  = measureCaches(cacheQuestions)
)

func measureCaches(questions []caches.Question) []*Measurement {
	measures := make([]*Measurement, len(questions))
	for i, question := range questions {
		measures[i] = measure(question.Name, func(s Scope) string {
			return question.PromQL(caches.Queries{
				Filters: s.Filters, Identity: s.Identity, Window: cacheWindow, EntryTTL: s.CacheEntryTTL, Scrape: s.Scrape,
			})
		})
	}
	return measures
}

// cacheSteps are those of every finding.
var cacheSteps = []string{
	"Raise the factor of this cache one step in homeserver.yaml (caches.per_cache_factors) and send SIGHUP to every Synapse process. The cache grows in each of them: check that there is memory to spare.",
	"Compare its misses a day later at the same hours; if they did not fall, undo the step.",
	"Open \"Cache factors to change\" on this dashboard: it shows the memory that the step takes, and the predicted gain (experimental).",
}

var cacheUndersized = Check{
	ID:    "cache-undersized",
	Topic: "Cache sizes",
	Title: "Cache too small",
	Meaning: "A cache that is full evicts entries that are soon looked up again, and each such miss costs a database transaction. Only evictions because the cache is full " +
		"show that it is too small; a low hit ratio alone does not.",
	Decides: "Over the last hour: the misses per second that a larger cache could avoid at most, which its evictions prove; from {warning} on it is a finding. " +
		"The verdict is that of the table of cache factors. Warning (raise): at least {worthShare} of the misses and {worthMisses} misses are avoidable, the hit ratio is at least {reused}, and entries " +
		"are evicted within {early} of cache_entry_ttl. Info (probe): only a step and a comparison can tell, for instance at a hit ratio below {scan}, with cache_autotuning, or where most caches have factor {playbook} or more. " +
		"A cache that has grown within the last week is an info: its row in the table shows what that brought. " +
		"Not judged: caches with fewer than {enoughRequests} lookups from processes that have run for {warm}, and caches that were resized within the hour. " +
		"A cache whose largest useful size is within a factor of {leastStep} is large enough.",
	CannotKnow: "Whether misses would really be avoided: a scan and a loop somewhat larger than the cache look alike. Where Synapse looks up many keys at once, one eviction can cause several misses: there the limit is an estimate of {batchRepeats} misses per eviction. " +
		"Ordinary invalidation is counted nowhere. cache_entry_ttl is a setting of this data source (matrix-docker-ansible-deploy sets 1080m); cache_autotuning is a setting too, and detected where it evicts entries in bursts.",
	Thresholds: limits.Thresholds{Check: "cache-undersized", Warning: limits.At(1), Unit: "cps", WarningOf: "that a larger cache could avoid at most", Source: "ours: less costs the database next to nothing"},
	Limits:     caches.Limits,
	Steps:      slices.Concat(cacheSteps, []string{"Leave caches without a finding as they are: a larger one would hold the same."}),
	Panel:      "cache-factors",
	Measures:   cacheMeasures,
	Judge:      judgeCacheUndersized,
	Rule: Rule{None: "The verdict needs what no metric tells Prometheus: the kind of each cache and its size at factor 1 (the plugin's catalogue), and cache_entry_ttl. " +
		"The rule for Grafana decides it."},
}

func judgeCacheUndersized(in Input) []Finding {
	all, seen := readCaches(in)
	if !seen && in.Scope.Identity.HalfLabelled(in.Server) {
		return UnknownFinding(process.HalfLabelledNote + " " + process.HalfLabelledStep)
	}
	if !seen {
		return metricMissing(metrics.CacheEvicted)
	}
	h := caches.Homeservers(all, in.Settings, false)[in.Server]
	var found []Finding
	evicting, unjudged := 0, 0
	for _, m := range all {
		judged := caches.Judge(m, h)
		if m.Evicted > 0 {
			evicting++
			if judged.Verdict == caches.CannotTell || judged.Verdict == caches.Idle {
				unjudged++
			}
		}
		// Without a proof, evictions say at least how much there is to gain.
		avoidable := m.Avoidable
		if !m.Provable(h) {
			avoidable = min(m.Misses(), m.Evicted)
		}
		if rate := m.PerSecond(avoidable); judged.Verdict.Advised() && rate >= in.Warning {
			found = append(found, in.smallCache(m, h, judged, rate))
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(*b.Value, *a.Value), cmp.Compare(a.Subject.Name, b.Subject.Name))
	})
	if len(found) == 0 {
		return okFinding(in.sayLargeEnough(evicting, unjudged, h))
	}
	return found
}

func (in Input) sayLargeEnough(evicting, unjudged int, h caches.Homeserver) string {
	text := words.Count(evicting, "cache", "caches") + " evicted entries in the last hour because they were full"
	switch {
	case h.Autotuning():
		text += "; the memory limit of cache_autotuning decides what the caches hold"
	case evicting > unjudged:
		text += in.Fill("; none could avoid {warning} and {worthShare} of its misses by being larger")
	}
	if unjudged > 0 {
		text += fmt.Sprintf(". Not judged because of few lookups, or a start or resize within the hour: %d", unjudged)
	}
	return text + "."
}

// readCaches makes the measurements of all caches; seen is false where Synapse counts no evictions.
func readCaches(in Input) (all caches.All, seen bool) {
	in.need(cacheMeasures...)
	answers := make([]model.Vector, len(cacheMeasures))
	for i, m := range cacheMeasures {
		answers[i] = in.of(m)
	}
	all = caches.Queries{Window: cacheWindow}.Read(cacheQuestions, answers)
	return all, all.Any(func(m *caches.Measurements) bool { return m.EvictionsSeen })
}

func (in Input) smallCache(m *caches.Measurements, h caches.Homeserver, judged caches.Judgement, rate float64) Finding {
	f := in.graded(rate, Finding{
		Subject: Subject{Name: m.Cache}, Title: "Cache too small: " + m.Cache,
		Evidence: "In the last hour, " + strings.ToLower(judged.Reason[:1]) + judged.Reason[1:], Confidence: judged.Confidence, Steps: stepsFor(m, h, caches.FactorOf(m, h, judged.Verdict)),
	})
	switch {
	case m.WeekAgo != nil:
		f.Severity, f.Title = Info, "Cache still full: "+m.Cache
		f.Evidence = fmt.Sprintf("It has grown from %s to %s entries within the last week; in the last hour, %s may still be avoidable.",
			words.Number(*m.WeekAgo), words.Number(*m.MaxEntries), m.Of(rate*m.Window.Seconds()))
		f.Steps = []string{"Open \"Cache factors to change\" on this dashboard a day after the change: it shows what the step brought, and whether another one is worth it."}
	case judged.Verdict == caches.Probe:
		f.Severity, f.Title = Info, "Cache may be too small: "+m.Cache
	}
	return f
}

// stepsFor name the very line of the configuration, where the factor is known.
func stepsFor(m *caches.Measurements, h caches.Homeserver, factor caches.Factor) []string {
	steps := slices.Clone(cacheSteps)
	if factor.Next != nil {
		steps[0] = fmt.Sprintf("In homeserver.yaml, under `caches`, `per_cache_factors`, set `%s` to %s (now %s), and send SIGHUP to every Synapse process. The cache grows in each of them: check that there is memory to spare.",
			caches.ConfigKey(m.Cache), plain(*factor.Next), plain(*factor.Current))
	}
	if h.Playbook() {
		return []string{"If cache_autotuning is on, as playbooks set it with factors this high, set cacheAutotuning in the data source settings: verdicts change.", steps[0], steps[1]}
	}
	return steps
}
