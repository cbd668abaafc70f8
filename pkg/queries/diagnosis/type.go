// Package diagnosis answers what is wrong with a homeserver, how bad it is, why, and what to do: the whole guide at once.
package diagnosis

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// Type declares the query type "diagnosis".
func Type() query.Type {
	return query.Type{
		ID:    "diagnosis",
		Title: "Diagnosis",
		Help:  "Runs every check and shows what is wrong, how bad it is, the evidence, and what to do. Causes stand above the symptoms they explain.",
		Formats: []query.Format{
			{ID: "findings", Title: "Findings", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(columns),
				Help: "One row per homeserver, check and subject, worst first."},
			{ID: "score", Title: "Score", Needs: query.Prometheus, Visualization: query.Stat,
				Help: "A number per check and subject for alert rules: 3 critical, 2 warning, 1 info, 0 ok, empty unknown."},
			{ID: "measured", Title: "Measured", Needs: query.Prometheus, Visualization: query.Stat,
				Help: "The number that decided, with the labels of the score, for alert texts."},
			{ID: "summary", Title: "Summary", Needs: query.Prometheus, Visualization: query.Table, Columns: query.ColumnInfos(standingColumns),
				Help: "One row per homeserver: how it is in a sentence, and how many checks found what."},
			{ID: "history", Title: "History", Needs: query.Prometheus, Visualization: query.StateTimeline,
				Help: "The severity of each check over the time range, from the number that decides it: what began when, and what came first."},
		},
		Limit: query.Limit{Default: 200, Max: 1000},
		Params: []query.Param{
			{ID: "checks", Title: "Checks", Kind: query.List, Options: options(), Help: "Only these checks; empty runs all. Possible causes are measured too."},
			{ID: "atLeast", Title: "At least", Kind: query.Choice, Default: "ok", Options: query.OptionsOf("ok", "info", "warning", "critical"), Formats: []string{"findings", "score", "history"},
				Help: "Leaves milder findings out, and unknown ones unless it is ok. In the score, what is milder is 0; in the history, what never was so bad is left out."},
			{ID: "measured", Title: "Measured", Kind: query.Boolean, Default: false, Formats: []string{"history"},
				Help: "The number that decides in place of the severity."},
			{ID: "subjects", Title: "Subjects", Kind: query.Boolean, Default: true, Formats: []string{"score", "measured", "history"},
				Help: "One number per subject as well. Switched off, there is one per check and homeserver, its worst: right for alert rules."},
		},
		Examples: []query.Example{
			{Title: "What is wrong?", Query: map[string]any{"queryType": "diagnosis", "format": "findings"}},
			{Title: "How is my homeserver?", Query: map[string]any{"queryType": "diagnosis", "format": "summary"}},
			{Title: "What began when?", Query: map[string]any{"queryType": "diagnosis", "format": "history"}},
			{Title: "When should an alert fire?", Query: map[string]any{"queryType": "diagnosis", "format": "score", "checks": []string{"event-send-time"}, "subjects": false}},
			{Title: "What number does a check measure?", Query: map[string]any{"queryType": "diagnosis", "format": "measured", "checks": []string{"event-send-time"}, "subjects": false}},
		},
		Run: run,
	}
}

// warnUnknownThresholds names the settings that change nothing, where a check's id is misspelt.
func warnUnknownThresholds(s *query.Session) {
	for _, id := range slices.Sorted(maps.Keys(s.Settings.Thresholds)) {
		if !slices.Contains(checks.IDs(), id) {
			s.Warn("The data source settings have thresholds for a check that does not exist: %q. They have no effect. Valid checks: %s.",
				id, strings.Join(checks.IDs(), ", "))
		}
	}
}

func options() []query.Option {
	list := make([]query.Option, len(checks.All))
	for i, c := range checks.All {
		list[i] = query.Option{Value: c.ID, Title: c.Title}
	}
	return list
}

func run(ctx context.Context, s *query.Session) (query.Result, error) {
	names := s.List("checks")
	if err := known(names); err != nil {
		return nil, err
	}
	warnUnknownThresholds(s)
	if s.Format.ID == "history" {
		return runHistory(ctx, s, checks.Wanted(names))
	}
	wanted := checks.WithCauses(names)
	for _, note := range checks.SwappedThresholds(wanted, s.Settings) {
		s.Warn("%s", note)
	}
	table := s.Format.ID == "findings" || s.Format.ID == "summary"
	m, err := measure(ctx, s, wanted)
	if err != nil {
		return nil, err
	}
	rows := m.rowsOf(s, wanted)
	var histories []lookback
	switch {
	case table:
		histories = m.lookbacksAtFound(rows)
	case s.Flag("subjects"): // who was found within the range and is not any more has healed
		histories = m.lookbacksAtAll(wanted)
	}
	if err := m.remember(ctx, s, histories); err != nil {
		return nil, err
	}
	all := named(m.linked(rows), names)
	switch s.Format.ID {
	case "summary":
		return summaryOf(m.servers, ordered(all), s.Range.To), nil
	case "findings":
		all = slices.DeleteFunc(all, func(r row) bool { return r.Severity < severityOf(s.Text("atLeast")) })
		shown, err := withChanges(ctx, s, cut(s, ordered(all)))
		return findings(shown), err
	}
	return newScores(s, append(all, m.healed(s, wanted, all)...)), nil
}

// severityOf is the severity of a choice of atLeast: with "ok" nothing is left out, "unknown" neither.
func severityOf(atLeast string) limits.Severity {
	for _, severity := range []limits.Severity{checks.Info, checks.Warning, checks.Critical} {
		if severity.String() == atLeast {
			return severity
		}
	}
	return checks.Unknown
}
