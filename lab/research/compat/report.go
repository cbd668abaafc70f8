package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// near is how far a number may be from that of the first engine and is still called the same. Source: ours.
const near = 0.02

func report(engines []engine) string {
	first := engines[0]
	var text strings.Builder
	fmt.Fprintf(&text, `# Engines that speak Prometheus' API

Written by `+"`go tool mage compat`"+`. Each engine holds the same %s of a simulated homeserver with every planted problem, scraped every %s, %s
after the moments that are asked about, and the built plugin asks each of them every format that Prometheus answers. %s is compared with. A number is the same if it is within %.0f%%; of series
the last number is taken, of heatmaps and tables every one. Mimir, Thanos and clusters of VictoriaMetrics were not run.

| Engine | Formats asked | Errors | Findings of the diagnosis that differ | Numbers compared | Of them the same | Median deviation | 95%% are within | In one only |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
`, past.To.Sub(past.From), scrape, offset, first.name, 100*near)
	var details strings.Builder
	for _, e := range engines[1:] {
		failed, alone := 0, 0
		var apart []float64
		var lines, differing []string
		for i, a := range e.answers {
			base := first.answers[i]
			if a.failure != base.failure {
				failed++
				lines = append(lines, fmt.Sprintf("- %s: %q there, %q on %s", a.name, a.failure, base.failure, first.name))
			}
			differing = append(differing, findingsApart(base.findings, a.findings)...)
			these, only := deviations(base.numbers, a.numbers)
			apart, alone = append(apart, these...), alone+only
			if far := len(these) - same(these); far > 0 || only > 0 {
				lines = append(lines, fmt.Sprintf("- %s: %d of %d numbers differ by more than %.0f%%, the farthest by %.0f%%; %d are in one only", a.name, far, len(these), 100*near, 100*farthest(these), only))
			}
		}
		slices.Sort(apart)
		fmt.Fprintf(&text, "| %s | %d | %d | %d of %d | %d | %d | %.2g%% | %.2g%% | %d |\n", e.name, len(e.answers), failed, len(differing), findingsOf(first), len(apart), same(apart),
			100*quantile(apart, 0.5), 100*quantile(apart, 0.95), alone)
		fmt.Fprintf(&details, "\n## %s\n\n", e.name)
		for _, line := range differing {
			details.WriteString("- Diagnosis: " + line + "\n")
		}
		details.WriteString(strings.Join(lines, "\n") + "\n")
		if len(lines)+len(differing) == 0 {
			details.WriteString("No difference.\n")
		}
	}
	return text.String() + details.String() + `
## Why numbers differ

- **VictoriaMetrics does not extrapolate.** Prometheus' rate() and increase() estimate what happened between the ends of the window and the first and
  last sample in it; VictoriaMetrics takes the difference from the last sample before the window. Counters that grew evenly give the same rate;
  increases of a window of few scrapes differ by up to a scrape's share of it.
- **A counter's first value counts there.** Where a series begins within the window, VictoriaMetrics' increase() takes its first value as growth from 0
  if that is plausible; Prometheus does not.
- **What is not there differs from everything there.** "a != b" gives a where b is missing. Caches count as resized on VictoriaMetrics where the time
  range begins before the stored history. The tables of caches differ for further reasons, which are not known yet.
`
}

func same(sorted []float64) int {
	at, _ := slices.BinarySearch(sorted, near)
	return at
}

func farthest(sorted []float64) float64 { return quantile(sorted, 1) }

func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func findingsOf(e engine) (n int) {
	for _, a := range e.answers {
		n += len(a.findings)
	}
	return n
}

func findingsApart(a, b map[string]string) (lines []string) {
	all := map[string]bool{}
	for key := range a {
		all[key] = true
	}
	for key := range b {
		all[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if a[key] != b[key] {
			lines = append(lines, fmt.Sprintf("%s: %s, here %s", key, orNone(a[key]), orNone(b[key])))
		}
	}
	return lines
}

func orNone(severity string) string {
	if severity == "" {
		return "no row"
	}
	return severity
}
