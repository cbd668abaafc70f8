// Package diagnosis answers what is wrong with a homeserver, how bad it is, why, and what to do: the whole guide at once.
package diagnosis

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
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
		},
		Limit: query.Limit{Default: 200, Max: 1000},
		Params: []query.Param{
			{ID: "checks", Title: "Checks", Kind: query.List, Options: options(), Help: "Only these checks; empty runs all. Possible causes are measured too."},
			{ID: "subjects", Title: "Subjects", Kind: query.Boolean, Default: true, Formats: []string{"score", "measured"},
				Help: "One number per subject as well. Switched off, there is one per check and homeserver, its worst, with the unit of the measured number as a label: right for alert rules."},
		},
		Examples: []query.Example{
			{Title: "What is wrong?", Query: map[string]any{"queryType": "diagnosis", "format": "findings"}},
			{Title: "A score for an alert rule", Query: map[string]any{"queryType": "diagnosis", "format": "score", "checks": []string{"event-send-time"}, "subjects": false}},
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
	wanted := checks.WithCauses(names)
	for _, note := range checks.SwappedThresholds(wanted, s.Settings) {
		s.Warn("%s", note)
	}
	m, err := measure(ctx, s, wanted, s.Format.ID == "findings" || s.Flag("subjects"))
	if err != nil {
		return nil, err
	}
	all := m.judge(s, wanted)
	all = named(all, names)
	if s.Format.ID == "findings" {
		shown, err := withChanges(ctx, s, cut(s, ordered(all)))
		return findings(shown), err
	}
	return newScores(s, append(all, m.healed(s, wanted, all)...)), nil
}
