package diagnosis

import (
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

var severityColours = []query.Colour{
	{Value: "critical", Colour: "red"}, {Value: "warning", Colour: "orange"}, {Value: "info", Colour: "blue"}, {Value: "ok", Colour: "green"}, {Value: "unknown", Colour: "gray"},
}

var columns = []query.Column[row]{
	query.TextColumn("severity", "Severity", "critical, warning, info, ok, or unknown where the check could not look.", func(r row) string { return r.Severity.String() }).
		WithColours(severityColours...),
	query.TextColumn("server_name", "Homeserver", "The homeserver; empty where Synapse is older than this label.", func(r row) string { return r.server }),
	query.TextColumn("check", "Check", "The check's id.", func(r row) string { return r.check.ID }),
	query.TextColumn("title", "Finding", "The problem in a few words.", row.title),
	query.ViewColumn("subject", "Subject", "", "The process, transaction, cache or room that the finding is about; empty for the whole homeserver.",
		func(r row, view query.View) string { return r.Subject.Text(view) }),
	query.ViewColumn("evidence", "Evidence", "", "The numbers that the severity rests on, and what changed within the day before.", func(r row, view query.View) string { return words.Plain(r.EvidenceIn(view) + r.changed) }).AsSentence(),
	query.ViewColumn("value", "Value", "none", "The number that decided, in the unit of its row.", row.measured),
	query.NumberColumn("threshold", "Threshold", "none", "The threshold that it is compared with, in the unit of its row.", func(r row) *float64 { return r.Threshold }),
	query.TextColumn("unit", "Unit", "The Grafana unit of value and threshold.", row.unit),
	query.TextColumn("advice", "Advice", "What to do, the first step first, one per line.", func(r row) string { return words.Plain(numbered(r.steps())) }).AsSentence(),
	query.TextColumn("remedy", "First step", "What to do first.", func(r row) string { return words.Plain(r.firstStep()) }).AsSentence(),
	query.TextColumn("caused_by", "Caused by", "The check whose finding explains this one.", func(r row) string { return r.CausedBy }),
	query.NumberColumn("confidence", "Confidence", "percentunit", "How sure the finding is.", func(r row) float64 {
		if r.Confidence == 0 {
			return 1
		}
		return r.Confidence
	}),
	query.TextColumn("docs_url", "Documentation", "The check's page: how it decides and what it can't see.", func(r row) string { return words.Docs + "checks/" + r.check.ID + ".md" }),
	query.TimeColumn("since", "Since", "When the problem began; the start of the time range if it began earlier.", func(r row) *time.Time { return r.since }),
	query.CountColumn("severity_rank", "Rank", "0 ok or unknown, 1 info, 2 warning, 3 critical: to sort by.", func(r row) int64 { return r.Severity.Rank() }).Behind(),
	query.ViewColumn("subject_name", "Name", "", "What a person calls the subject: the room's name, the process; empty where it is hidden from you.", func(r row, view query.View) string { return r.Subject.NameIn(view) }),
	query.TextColumn("next", "Next", "The query that looks further, as JSON: what Explore and a panel take.", row.nextOf).Behind(),
	query.TextColumn("subject_alias", "Pseudonym", "The pseudonym of a room or another homeserver, which alerts and viewers see in place of its name; empty for "+
		"other subjects.", func(r row) string { return r.Subject.Pseudonym() }),
}

// numbered puts steps on lines of their own.
func numbered(steps []string) string {
	if len(steps) == 1 {
		return steps[0]
	}
	lines := make([]string, len(steps))
	for i, step := range steps {
		lines[i] = fmt.Sprintf("%d. %s", i+1, step)
	}
	return strings.Join(lines, "\n")
}

// findings is the table as a Result.
type findings []row

func (f findings) Frames(view query.View) data.Frames {
	frame := query.TableFrame("findings", columns, f, view)
	for _, field := range frame.Fields {
		switch field.Name {
		case "docs_url":
			field.Config.Links = []data.DataLink{{Title: "How this check decides", TargetBlank: true, URL: "${__value.raw}"}}
		case "title":
			if len(f) > 0 {
				field.Config.Links = []data.DataLink{{Title: "Open in Explore", TargetBlank: true, URL: exploreURL(f[0].source)}}
			}
		}
	}
	for _, r := range f {
		if r.Subject.Hidden != nil {
			view.TellHidden(frame, r.Subject.Hidden)
		}
	}
	return data.Frames{frame}
}
