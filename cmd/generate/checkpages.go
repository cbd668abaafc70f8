package main

import (
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// usual is what a query looks like with the data source's defaults: all processes, a scrape every 15 seconds, the
// dashboard's six hours.
var usual = checks.Scope{Scrape: 15 * time.Second, Length: lookBack * time.Second, Identity: process.NewIdentity("job", "index")}

func checkPage(c checks.Check) string { return words.Docs + "checks/" + c.ID + ".md" }

func checkPages() ([]file, error) {
	var all []file
	for _, c := range checks.All {
		all = append(all, pageOfCheck(c))
	}
	return all, nil
}

func pageOfCheck(c checks.Check) file {
	var p page
	p.put("%s", madeBy)
	p.heading(1, c.Title)
	p.para("Check `" + c.ID + "` of the [diagnosis](../queries/diagnosis.md).")
	p.para(c.Filled(c.Meaning))
	p.heading(2, "What to do")
	p.para("1. " + c.Filled(strings.Join(c.Steps, "\n1. ")))
	p.para(causes(c))
	p.heading(2, "How it decides")
	p.para(c.Filled(c.Decides))
	p.numbers(c)
	p.heading(2, "What it cannot see")
	p.para(c.Filled(c.CannotKnow))
	p.heading(2, "What it asks")
	p.para(reads(c))
	for _, m := range c.Measures {
		p.code("promql", "# "+m.Name+"\n"+readable(m.PromQL(usual)))
	}
	return p.file("docs/checks/" + c.ID + ".md")
}

// numbers are the thresholds, which an admin can change, and the limits, with their sources.
func (p *page) numbers(c checks.Check) {
	if text := defaultThresholds(c); text != "" {
		p.para("Default thresholds: " + text + ". To change them, open Thresholds in the data source settings" + typed[c.Thresholds.Unit] + ".")
	} else {
		p.para("It has no threshold to change.")
	}
	rows := [][]string{{"thresholds", defaultThresholds(c), c.Thresholds.Source}}
	for _, l := range c.Limits {
		rows = append(rows, []string{l.Meaning, l.String(), l.Source})
	}
	p.table([]string{"Number", "Value", "Source"}, rows)
}

// typed is how a threshold of a unit is typed, where that is not how people read it.
var typed = map[string]string{"percentunit": "; 5% is written as 0.05", "s": ", in seconds", "bytes": ", in bytes"}

// causes are the links to the checks that may explain this one, those that are measured alike on one line.
func causes(c checks.Check) string {
	var lines []string
	for i, link := range c.Causes {
		cause, _ := checks.Find(link.Check)
		text := "[" + cause.Title + "](" + link.Check + ".md)"
		switch measured := link.By.Text(); {
		case i > 0 && link.By == c.Causes[i-1].By:
			lines[len(lines)-1] += ", " + text
		case measured != "":
			lines = append(lines, "If "+measured+": "+text)
		default:
			lines = append(lines, text)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return "Possible causes, which stand above this finding:\n\n- " + strings.Join(lines, "\n- ") +
		"\n\nOf several, the one that no other one explains is named; of those that are measured alike, the largest."
}

func reads(c checks.Check) string {
	switch {
	case c.Read != nil && len(c.Measures) > 0:
		return "Synapse's PostgreSQL, in a read-only transaction, and Prometheus:"
	case c.Read != nil:
		return "Synapse's PostgreSQL, in a read-only transaction. Without PostgreSQL it is unknown."
	}
	return "Prometheus:"
}
