package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis/checks"
)

// usual is what a query looks like with the data source's defaults: all processes, a scrape every 15 seconds, the
// dashboard's six hours.
var usual = checks.Where{Scrape: 15 * time.Second, Length: lookBack * time.Second}

func checkPages() ([]file, error) {
	var all []file
	for _, c := range checks.All {
		f, err := pageOfCheck(c)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

func pageOfCheck(c checks.Check) (file, error) {
	todo, ok := remedies[c.ID]
	if !ok {
		return file{}, fmt.Errorf("cmd/generate/remedies.go does not say what to do about %s", c.ID)
	}
	defaults, err := thresholds(c)
	if err != nil {
		return file{}, err
	}
	var p page
	p.put("%s", madeBy)
	p.heading(1, c.Title)
	p.para("Check `" + c.ID + "` of the [diagnosis](../queries/diagnosis.md).")
	p.para(c.Meaning)
	p.heading(2, "How it decides")
	p.para(c.Decides)
	if defaults == "" {
		p.para("No number of yours changes it.")
	} else {
		p.para("Default thresholds: " + defaults + ". Other ones can be set for `" + c.ID + "` in the data source's settings, under Thresholds" + written[c.Unit] + ".")
	}
	p.para("Where the thresholds come from: " + c.Source)
	p.heading(2, "What to do")
	p.para("- " + strings.Join(todo, "\n- "))
	p.para(causes(c))
	p.heading(2, "What it cannot know")
	p.para(c.CannotKnow)
	p.heading(2, "What it asks")
	p.para(reads(c))
	if c.Measures != nil {
		asked := c.Measures(usual)
		for _, name := range slices.Sorted(maps.Keys(asked)) {
			p.code("promql", "# "+name+"\n"+asked[name])
		}
	}
	return p.file("docs/checks/" + c.ID + ".md"), nil
}

// written is how a threshold of a unit is typed, where that is not how people read it.
var written = map[string]string{"percentunit": "; 5 % is written as 0.05", "s": ", in seconds"}

func causes(c checks.Check) string {
	var links []string
	for _, id := range c.Causes {
		if slices.Contains(checks.IDs(), id) {
			links = append(links, "["+id+"]("+id+".md)")
		}
	}
	if len(links) == 0 {
		return ""
	}
	return "What may explain it, the likeliest first: " + strings.Join(links, ", ") + ". A finding that is explained stands below its cause."
}

func reads(c checks.Check) string {
	switch {
	case c.Read != nil && c.Measures != nil:
		return "Synapse's PostgreSQL, in a read-only transaction, and Prometheus:"
	case c.Read != nil:
		return "Synapse's PostgreSQL, in a read-only transaction. Without PostgreSQL it can't look."
	}
	return "Prometheus only:"
}
