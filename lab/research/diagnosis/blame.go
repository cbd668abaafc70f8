package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/research/page"
	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

// blame is what the diagnosis says of a symptom: a warning or worse of a check that shows only that something is slow, beside the true
// cause. Nothing else is wrong with a played homeserver, so the chain of its causes has to end there.
type blame struct {
	symptom finding
	// named is what the chain ends at; the symptom's own check where no cause is named.
	named string
	right bool
}

// blames are the symptoms of one answer in which the true cause was found at all.
func (o outcome) blames() []blame {
	if o.healthy() || !slices.ContainsFunc(o.alarms, o.isCause) {
		return nil
	}
	var all []blame
	for _, f := range o.alarms {
		if check, _ := checks.Find(f.check); !check.Symptom || o.isCause(f) {
			continue
		}
		b := blame{symptom: f, named: f.check}
		for range len(checks.All) { // chains have no circles
			at := slices.IndexFunc(o.rows, func(row finding) bool { return row.check == b.named && row.causedBy != "" })
			if at < 0 || b.right {
				break
			}
			b.named = o.rows[at].causedBy
			b.right = slices.Contains(o.scenario.expect, b.named)
		}
		b.right = b.right || o.isAboutCause(b.named)
		all = append(all, b)
	}
	return all
}

// isAboutCause tells whether a check names the very thing that the true cause is about: a transaction that is slower than last week is the
// same one that takes most of the database's time.
func (o outcome) isAboutCause(check string) bool {
	return slices.ContainsFunc(o.alarms, func(cause finding) bool {
		return o.isCause(cause) && cause.subject != "" && slices.ContainsFunc(o.alarms, func(f finding) bool { return f.check == check && f.subject == cause.subject })
	})
}

func (o outcome) isCause(f finding) bool { return slices.Contains(o.scenario.expect, f.check) }

// blamed is the part of the report about causes.
func blamed(all []outcome) string {
	var right, none int
	wrong := map[string]int{}
	total := 0
	for _, o := range all {
		for _, b := range o.blames() {
			total++
			switch {
			case b.right:
				right++
			case b.named == b.symptom.check:
				none++
				wrong[fmt.Sprintf("%s, without a cause, in %q", b.symptom.check, o.scenario.name)]++
			default:
				wrong[fmt.Sprintf("%s, by %s, in %q", b.symptom.check, b.named, o.scenario.name)]++
			}
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "A symptom (sends, syncs, the connection pool, the database as a whole, workers) beside the true cause has to name it, directly or through others, or be about the same thing (a transaction). Of %d symptoms "+
		"%d do (%s); %d name none, %d another one.\n", total, right, page.Share(right, total), none, total-right-none)
	for _, what := range sortedByCount(wrong) {
		fmt.Fprintf(&out, "- %s: %d\n", what, wrong[what])
	}
	return out.String()
}

func sortedByCount(counts map[string]int) []string {
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	return names
}
