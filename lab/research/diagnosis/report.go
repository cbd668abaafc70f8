package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/lab/research/page"
)

func report(all []outcome) string {
	var out strings.Builder
	judged := slices.DeleteFunc(slices.Clone(all), func(o outcome) bool { return !o.scenario.judging(o.seed) })
	fmt.Fprintf(&out, "The command played %d servers and asked %d times: %d times of the half to tune with, %d times of the half that only judges. "+
		"Seeds are split by parity, incidents by a hash of their id. Below is the judging half, with 95%% intervals (Wilson).\n\n",
		servers(all), len(all), len(all)-len(judged), len(judged))
	out.WriteString("| Class | Asked | Right first | Share | Among the first three |\n| --- | --- | --- | --- | --- |\n")
	classes := groups(judged, func(o outcome) string { return o.scenario.class })
	classes["all with a trouble"] = slices.DeleteFunc(slices.Clone(judged), outcome.healthy)
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		if of := classes[class]; !of[0].healthy() {
			right := count(of, func(o outcome) bool { return o.first })
			fmt.Fprintf(&out, "| %s | %d | %d | %s | %d |\n", class, len(of), right, page.Share(right, len(of)), count(of, func(o outcome) bool { return o.among3 }))
		}
	}
	out.WriteString("\n| Healthy servers | Asked | Without a warning | Share |\n| --- | --- | --- | --- |\n")
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		if of := classes[class]; of[0].healthy() {
			right := count(of, func(o outcome) bool { return o.first })
			fmt.Fprintf(&out, "| %s | %d | %d | %s |\n", class, len(of), right, page.Share(right, len(of)))
		}
	}
	outages := slices.DeleteFunc(slices.Clone(judged), func(o outcome) bool { return !o.scenario.outage })
	out.WriteString("\nOutages have to be critical three minutes after the first failing or unanswered request, or after four scrapes and one evaluation, and to stay so.\n\n" +
		"| After | Asked | Critical |\n| --- | --- | --- |\n")
	for _, long := range []struct{ name, key string }{{"the first minutes", "0"}, {"an hour", "1"}, {"six hours", "6"}} {
		of := groups(outages, func(o outcome) string { return fmt.Sprint(int(o.after.Hours())) })[long.key]
		fmt.Fprintf(&out, "| %s | %d | %d |\n", long.name, len(of), count(of, func(o outcome) bool { return o.critical }))
	}
	out.WriteString("\n" + calibration(judged) + "\n### What symptoms blame\n\n" + blamed(judged) + "\n### What came first instead\n\n" + confusion(judged) + "\n### Every miss\n\n" + misses(judged))
	return out.String()
}

func (o outcome) healthy() bool { return len(o.scenario.expect) == 0 }

func servers(all []outcome) int {
	return len(groups(all, func(o outcome) string { return fmt.Sprint(o.scenario.name, o.seed) }))
}

func groups(all []outcome, by func(outcome) string) map[string][]outcome {
	grouped := map[string][]outcome{}
	for _, o := range all {
		grouped[by(o)] = append(grouped[by(o)], o)
	}
	return grouped
}

func count(all []outcome, is func(outcome) bool) int {
	n := 0
	for _, o := range all {
		if is(o) {
			n++
		}
	}
	return n
}

// calibration compares what the first finding says of its confidence with how often it is right.
func calibration(all []outcome) string {
	text := "| Confidence of the first finding | Findings | Right |\n| --- | --- | --- |\n"
	for _, bin := range []struct{ from, until float64 }{{0, 0.6}, {0.6, 0.75}, {0.75, 0.85}, {0.85, 0.95}, {0.95, 2}} {
		of := slices.DeleteFunc(slices.Clone(all), func(o outcome) bool {
			return len(o.alarms) == 0 || o.alarms[0].confidence < bin.from || o.alarms[0].confidence >= bin.until
		})
		right := count(of, func(o outcome) bool { return o.first && !o.healthy() })
		text += fmt.Sprintf("| %.2f to %.2f | %d | %s |\n", bin.from, min(bin.until, 1), len(of), page.Share(right, len(of)))
	}
	return text
}

func (o outcome) cameFirst() string {
	if len(o.alarms) == 0 {
		return "nothing"
	}
	return o.alarms[0].check
}

func confusion(all []outcome) string {
	text := "| Expected | Came first | Times |\n| --- | --- | --- |\n"
	missed := slices.DeleteFunc(slices.Clone(all), func(o outcome) bool { return o.first })
	by := groups(missed, func(o outcome) string {
		return "| " + cmp.Or(strings.Join(o.scenario.expect, " or "), "nothing") + " | " + o.cameFirst()
	})
	for _, key := range slices.Sorted(maps.Keys(by)) {
		text += fmt.Sprintf("%s | %d |\n", key, len(by[key]))
	}
	return text
}

func misses(all []outcome) string {
	text := "| Server | Seed | After | Expected | Came first, and why |\n| --- | --- | --- | --- | --- |\n"
	for _, o := range all {
		if o.first {
			continue
		}
		why := o.cameFirst()
		if len(o.alarms) > 0 {
			why += " " + o.alarms[0].severity + " " + o.alarms[0].subject + ": " + o.alarms[0].evidence
		}
		if at := slices.IndexFunc(o.rows, func(f finding) bool { return slices.Contains(o.scenario.expect, f.check) }); at >= 0 {
			f := o.rows[at]
			why += " But row " + fmt.Sprint(at+1) + ", " + f.check + " " + f.subject + ", is " + f.severity + ": " + f.evidence
		}
		text += fmt.Sprintf("| %s | %d | %s | %s | %s |\n", o.scenario.name, o.seed, o.after, strings.Join(o.scenario.expect, ", "), strings.NewReplacer("|", "\\|", "\n", " ").Replace(why))
	}
	return text
}

// tell is for tuning: the counts and the misses.
func tell(all []outcome) string {
	right := count(all, func(o outcome) bool { return o.first })
	late := count(all, func(o outcome) bool { return o.scenario.outage && !o.critical })
	return fmt.Sprintf("%d of %d right first; %d asked of outages are not critical\n%s\n%s\n%s", right, len(all), late, blamed(all), confusion(all), misses(all))
}
