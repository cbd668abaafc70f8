package matrix

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/research/reliability/world"
)

// Table writes what was seen as Markdown, a fault a row.
func Table(w *world.World, rows []Row) string {
	var text strings.Builder
	text.WriteString("| Fault | What the panels say | Formats that fail | Unchanged | All right again |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range rows {
		if r.Skipped != "" {
			fmt.Fprintf(&text, "| %s | not tried here: %s | | | |\n", r.Fault.Name, r.Skipped)
			continue
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %d | %s |\n", r.Fault.Name, r.saidMost(), r.touched(w), r.Stays, r.recovery())
	}
	return text.String()
}

// seconds differ from run to run.
var seconds = regexp.MustCompile(`for \d+ s(econds)?\b`)

// saidMost are the sentences that most formats gave, two at most.
func (r Row) saidMost() string {
	if r.Fault.Shift != 0 {
		return "no data, with a notice"
	}
	texts := map[string]int{}
	for text, n := range r.Said {
		texts[seconds.ReplaceAllString(text, "for some seconds")] += n
	}
	if len(texts) == 0 {
		return "nothing"
	}
	sorted := slices.SortedFunc(maps.Keys(texts), func(a, b string) int { return cmp.Or(texts[b]-texts[a], strings.Compare(a, b)) })
	for i := range sorted {
		sorted[i] = "“" + strings.ReplaceAll(sorted[i], "|", `\|`) + "”"
	}
	return strings.Join(sorted[:min(2, len(sorted))], " or ")
}

// touched names the formats that fail, and those that answer without a part.
func (r Row) touched(w *world.World) string {
	var parts []string
	slices.Sort(r.Fails)
	switch {
	case slices.Equal(r.Fails, w.Names("prometheus")):
		parts = append(parts, fmt.Sprintf("all %d of Prometheus", len(r.Fails)))
	case slices.Equal(r.Fails, w.Names("postgres")):
		parts = append(parts, fmt.Sprintf("all %d of PostgreSQL", len(r.Fails)))
	case len(r.Fails) > 0:
		parts = append(parts, strings.Join(r.Fails, ", "))
	}
	if n := len(r.Partial); r.Fault.Shift != 0 {
		parts = append(parts, fmt.Sprintf("none; %d are empty", n))
	} else if n > 0 {
		types := map[string]bool{}
		for _, name := range r.Partial {
			kind, _, _ := strings.Cut(name, "/")
			types[kind] = true
		}
		parts = append(parts, fmt.Sprintf("in part: %s (%d)", strings.Join(slices.Sorted(maps.Keys(types)), ", "), n))
	}
	return cmp.Or(strings.Join(parts, "; "), "none")
}

func (r Row) recovery() string {
	switch {
	case r.Refreshes == 0:
		return "**not seen**"
	case r.Fault.Later != "":
		return fmt.Sprintf("refresh %d, %s within a quarter of an hour", r.Refreshes, r.Fault.Later)
	case r.Refreshes == 1:
		return "1st refresh"
	}
	return fmt.Sprintf("refresh %d", r.Refreshes)
}

// Problems are all of all rows.
func Problems(rows []Row) (all []string) {
	for _, r := range rows {
		for _, p := range r.Problems {
			all = append(all, r.Fault.Name+": "+p)
		}
	}
	return all
}
