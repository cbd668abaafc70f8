package changes

import (
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// sayRollout is the title and text of starts that belong together: of so many starts of these processes.
func sayRollout(names []string, starts int, again bool) (title, text string) {
	what := "Start of "
	if again {
		what = "Restart of "
	}
	whose := "Its"
	switch {
	case len(names) > 1:
		title, text, whose = fmt.Sprintf("%s%d processes", what, len(names)), listNames(names)+". ", "Their"
	case starts > 1:
		title = fmt.Sprintf("%s restarted %d times", names[0], starts)
	default:
		title = what + names[0]
	}
	return title, text + whose + " caches were empty: requests are slower at first. Metrics that Synapse counts once an hour are absent for an hour."
}

// listNames joins the first few names and counts the others.
func listNames(names []string) string {
	const few = 8
	if len(names) > few {
		return strings.Join(names[:few], ", ") + fmt.Sprintf(" and %d more", len(names)-few)
	}
	return strings.Join(names, ", ")
}

// sayResizes is the title and text of caches that changed one after the other.
func sayResizes(group []resize, outcomes map[string]outcome) (title, text string) {
	var lines []string
	for _, r := range group[:min(shown, len(group))] {
		lines = append(lines, fmt.Sprintf("%s from %s to %s entries%s", r.cache, words.Number(r.from), words.Number(r.to), outcomes[r.cache].say()))
	}
	if left := len(group) - shown; left > 0 {
		lines = append(lines, fmt.Sprintf("%d more", left))
	}
	title = "Cache " + group[0].cache + " resized"
	if len(group) > 1 {
		title = fmt.Sprintf("%d caches resized", len(group))
	}
	return title, strings.Join(lines, "; ") + "."
}

// say is what follows the sizes: " (predicted, experimental: 18% fewer misses, 10% to 25%; measured: 21% fewer misses at the
// same hours)".
func (o outcome) say() string {
	var parts []string
	if p := o.predicted; p != nil {
		parts = append(parts, fmt.Sprintf("predicted, experimental: %s fewer misses, %s to %s", words.Percent(p.Mean), words.Percent(p.Low), words.Percent(p.High)))
	}
	switch m := o.measured; {
	case m != nil && m.Clear():
		parts = append(parts, "measured: "+m.Change()+" at the same hours")
	case m != nil:
		parts = append(parts, "measured: within the usual daily variation of "+words.Percent(m.Usual))
	case o.predicted != nil && o.early:
		parts = append(parts, "too early to measure")
	case o.predicted != nil:
		parts = append(parts, "not measured: too few comparable days before")
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}
