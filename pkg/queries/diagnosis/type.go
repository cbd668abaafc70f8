// Package diagnosis answers what is wrong with a homeserver, how bad it is, why, and what to do: the whole guide at once.
package diagnosis

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// Type declares the query type "diagnosis".
func Type() query.Type {
	return query.Type{
		ID:    "diagnosis",
		Title: "Diagnosis",
		Help: "Runs every check of the guide and says what is wrong, how bad it is, on what evidence, and what to do. " +
			"Causes stand above the symptoms that they explain.",
		Formats: []query.Format{
			{ID: "findings", Title: "Findings", Needs: query.Prometheus, Visualization: query.Table, Columns: query.Infos(columns),
				Help: "One row per homeserver, check and subject, the worst first."},
			{ID: "score", Title: "Score", Needs: query.Prometheus, Visualization: query.Stat,
				Help: "A number per check and subject for alert rules: 3 critical, 2 warning, 1 info, 0 ok, empty unknown."},
			{ID: "measured", Title: "Measured", Needs: query.Prometheus, Visualization: query.Stat,
				Help: "The number that decided, with the same labels as the score, for the texts of alerts."},
		},
		Limit: query.Limit{Default: 200, Max: 1000},
		Params: []query.Param{
			{ID: "checks", Title: "Checks", Kind: query.List, Options: options(), Help: "Only these checks; empty runs all. What may explain them is measured too."},
			{ID: "subjects", Title: "Subjects", Kind: query.Boolean, Default: true, Formats: []string{"score", "measured"},
				Help: "A number for each subject too. Off leaves one per check and homeserver, its worst, and names the measured number's unit in a label: what an alert rule wants."},
		},
		Examples: []query.Example{
			{Title: "What is wrong?", Query: map[string]any{"queryType": "diagnosis", "format": "findings"}},
			{Title: "A score for an alert rule", Query: map[string]any{"queryType": "diagnosis", "format": "score", "checks": []string{"event-send-time"}, "subjects": false}},
		},
		Run: run,
	}
}

// tellUnknownThresholds names the settings that change nothing, where a check's id is misspelt.
func tellUnknownThresholds(s *query.Session) {
	for _, id := range slices.Sorted(maps.Keys(s.Options.Thresholds)) {
		if !slices.Contains(checks.IDs(), id) {
			s.Warn("The data source's thresholds name a check that does not exist, %q, so they change nothing. Valid checks: %s.",
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
	tellUnknownThresholds(s)
	wanted := checks.WithCauses(names)
	for _, note := range checks.SwappedThresholds(wanted, s.Options) {
		s.Warn("%s", note)
	}
	m, err := measure(ctx, s, wanted, s.Format.ID == "findings" || s.Flag("subjects"))
	if err != nil {
		return nil, err
	}
	all := m.judge(s, wanted)
	all = named(all, names)
	if s.Format.ID == "findings" {
		return findings(cut(s, ordered(all))), nil
	}
	return newScores(s, append(all, m.healed(s, wanted, all)...)), nil
}
