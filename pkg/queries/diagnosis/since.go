package diagnosis

import (
	"cmp"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// line is one subject's deciding number over the asked range.
type line struct {
	server, subject string
	points          []model.SamplePair
}

// lines are one per subject: where a rollout replaced a process by another one of its name, what was seen of both.
func (m *measured) lines(c checks.Check) []line {
	var lines []line
	for _, stream := range m.history[c.ID] {
		subject, server := "", query.ServerOf(stream.Metric)
		if c.Signal.Subject != nil {
			subject = c.Signal.Subject(checks.NewSample(0, stream.Metric, m.scope.Identity))
		}
		at := slices.IndexFunc(lines, func(l line) bool { return l.server == server && l.subject == subject })
		if at < 0 {
			lines = append(lines, line{server, subject, stream.Values})
			continue
		}
		lines[at].points = highest(lines[at].points, stream.Values)
	}
	return lines
}

// highest gives the higher value of each time.
func highest(a, b []model.SamplePair) []model.SamplePair {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y model.SamplePair) int {
		return cmp.Or(cmp.Compare(x.Timestamp, y.Timestamp), cmp.Compare(y.Value, x.Value))
	})
	return slices.CompactFunc(all, func(x, y model.SamplePair) bool { return x.Timestamp == y.Timestamp })
}

// since is when the number last rose above the threshold that it is above now; the start of the range where it was
// above it all along, nil where history can't tell.
func (m *measured) since(r row) *time.Time {
	if !r.decidedBySignal() {
		return nil
	}
	for _, l := range m.lines(r.check) {
		if l.server != r.server || l.subject != r.Subject.Key() {
			continue
		}
		var start *time.Time
		for i := len(l.points) - 1; i >= 0 && float64(l.points[i].Value) >= *r.Threshold; i-- {
			at := l.points[i].Timestamp.Time().UTC()
			start = &at
		}
		return start
	}
	return nil
}

// decidedBySignal tells whether something is wrong and the number whose history a check has decided it, and no other.
func (r row) decidedBySignal() bool {
	return r.Severity > checks.OK && r.Threshold != nil && r.unit() == r.check.Thresholds.Unit
}

// healed gives the subjects that were above the warning threshold within the range and are not found any more, as "ok":
// an alert about them resolves instead of losing its data. Where a check is blind nobody has healed.
func (m *measured) healed(s *query.Session, wanted []checks.Check, rows []row) []row {
	type id struct{ server, check, subject string }
	there, judged := map[id]bool{}, map[id]bool{}
	for _, r := range rows {
		there[id{r.server, r.check.ID, r.Subject.Key()}] = true
		judged[id{r.server, r.check.ID, ""}] = r.Severity != checks.Unknown
	}
	var out []row
	for _, c := range wanted {
		for _, l := range m.lines(c) {
			key := id{l.server, c.ID, l.subject}
			if there[key] || l.subject == "" || !judged[id{l.server, c.ID, ""}] {
				continue
			}
			levels := c.Thresholds.In(s.Settings.Thresholds)
			if slices.ContainsFunc(l.points, func(p model.SamplePair) bool { return float64(p.Value) >= levels.Warning }) {
				there[key] = true
				now := float64(l.points[len(l.points)-1].Value)
				out = append(out, row{Finding: checks.Finding{Subject: checks.Subject{Name: l.subject}, Value: &now}, check: c, server: l.server})
			}
		}
	}
	return out
}
