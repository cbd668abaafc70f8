package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/changes"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

const (
	// changedBefore is how long before a problem a change may be its reason. Source: ours.
	changedBefore = 24 * time.Hour
	// changedNamed is how many changes a finding names, the latest ones.
	changedNamed = 2
	// changedStep is the time between two looks at a day. Source: ours.
	changedStep = 5 * time.Minute
)

// withChanges adds to the warnings what changed within the day before they began. Prometheus is asked only where one did.
func withChanges(ctx context.Context, s *query.Session, rows []row) ([]row, error) {
	if !slices.ContainsFunc(rows, row.asksForChanges) {
		return rows, nil
	}
	var all []changes.Change
	refused, err := askUnlessRefused(ctx, s, func(ctx context.Context, s *query.Session) (err error) {
		all, err = query.Once(ctx, s, query.Prometheus, "changes before", func(ctx context.Context, s *query.Session) ([]changes.Change, error) {
			s.Range = query.Align(s.Range.From.Add(-changedBefore), s.Range.To, changedStep, s.Settings.ScrapeInterval)
			return changes.Find(ctx, s)
		})
		return err
	})
	if refused != "" {
		s.Warn("What changed before the problems is unknown. %s", refused)
	}
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		if r.asksForChanges() {
			rows[i].changed = r.changesIn(all)
		}
	}
	return rows, nil
}

// asksForChanges tells whether a change may be the reason; restarts are changes themselves.
func (r row) asksForChanges() bool {
	return r.since != nil && r.Severity >= checks.Warning && r.check.ID != "restarts"
}

// changesIn is a sentence about the latest changes before the finding began, "" where there are none.
func (r row) changesIn(all []changes.Change) string {
	var texts []string
	for _, c := range slices.Backward(all) {
		before := r.since.Sub(c.At)
		elsewhere := len(c.Processes) > 0 && len(r.processes()) > 0 && !slices.ContainsFunc(r.processes(), func(p string) bool { return slices.Contains(c.Processes, p) })
		if c.Server != r.server || before < 0 || before > changedBefore || elsewhere || len(texts) == changedNamed {
			continue
		}
		texts = append(texts, fmt.Sprintf("%s (%s before)", c.Title, words.Duration(before.Truncate(time.Minute))))
	}
	if len(texts) == 0 {
		return ""
	}
	return " Changed within the day before it began: " + strings.Join(texts, ", ") + "."
}
