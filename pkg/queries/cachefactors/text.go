package cachefactors

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// reason is what the verdict rests on, what a step is expected to bring, and what to do.
func (r row) reason() string {
	parts := []string{r.Reason}
	if r.Verdict.Advised() {
		parts = append(parts, r.SayLastStep(), r.sayPrediction())
	}
	parts = append(parts, r.Advice)
	if r.Verdict.Advised() {
		parts = append(parts, r.SayAlone())
	}
	if least := r.factor.LeastMemory(r.Measurements, r.Verdict); least > 0 {
		parts = append(parts, "Memory: unknown, at least "+words.Bytes(least)+".")
	}
	parts = append(parts, r.factor.Note)
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " ")
}

// sayPrediction is "Prediction (experimental): doubling avoids 10 of 52 misses per second (3 to 16)."
func (r row) sayPrediction() string {
	if r.next == nil {
		return ""
	}
	count := func(perSecond float64) string {
		share := perSecond / r.PerSecond(r.Misses())
		number, _, _ := strings.Cut(r.Of(share*r.Misses()), " ")
		return number
	}
	return fmt.Sprintf("Prediction (experimental): %s avoids %s (%s to %s).", sayStep(r.next.multiplier), r.Of(r.next.avoided*r.Window.Seconds()),
		count(r.next.avoidedLow), count(r.next.avoidedHigh))
}

func sayStep(multiplier float64) string {
	multiplier = math.Round(multiplier*100) / 100
	if multiplier == caches.FullStep {
		return "doubling"
	}
	return words.Number(multiplier) + " × the size"
}

// warnAssumptions says what the verdicts rest on besides metrics.
func warnAssumptions(s *query.Session, all caches.All, servers map[string]caches.Homeserver) {
	for server, h := range servers {
		name := query.SayServer(server)
		if h.AutotuningSeen && !h.AutotuningStated {
			s.Warn("On %s, entries of several caches leave in bursts, sooner than cache_entry_ttl explains: cache_autotuning seems to be on. "+
				"Set it and cache_entry_ttl in the data source settings as in homeserver.yaml. Until then nothing is proved or predicted there.", name)
		}
		if h.Playbook() {
			s.Inform("Most caches of %s have factor %s, as playbooks set it together with cache_autotuning. If it is on, say so in the data source settings: verdicts change.",
				name, words.Number(h.CommonFactor))
		}
		if stated := s.Settings.Homeserver.GlobalCacheFactor; stated != nil && *stated != h.CommonFactor {
			s.Warn("The data source states globalCacheFactor %s, but most caches of %s have factor %s.", words.Number(*stated), name, words.Number(h.CommonFactor))
		}
	}
	for k, m := range all {
		if m.Uneven() {
			s.Inform("Processes of %s have different cache factors; sizes and factors shown are those of the process with the largest cache. "+
				"\"Per process\" shows each.", query.SayServer(k.Server))
		}
	}
}

// promise is what a step can bring, for its line of the configuration.
func (r row) promise() string {
	switch {
	case r.Verdict == caches.Lower:
		return "costs at most " + r.Count(r.Hits, "misses")
	case r.atMost == nil:
		return r.Count(r.Misses(), "misses") + ", nothing proved"
	}
	return "at most " + r.Of(r.Avoidable) + " avoidable"
}
