package diagnosis

import (
	"cmp"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// scores are numbers for alert rules: one frame per homeserver, check and subject, and one per check with subject ""
// that holds its worst. Labels hold nothing that changes while the problem lasts: an alert whose labels change is another
// alert.
type scores struct {
	rows     []row // the worst of each check first
	measured bool
	subjects bool            // a number for each subject too
	atLeast  limits.Severity // milder findings count as 0
}

// newScores takes rows in any order. Each subject counts once, by its worst row.
func newScores(s *query.Session, rows []row) scores {
	out := scores{measured: s.Format.ID == "measured", subjects: s.Flag("subjects"), atLeast: severityOf(s.Text("atLeast"))}
	sorted, places := slices.Clone(rows), places()
	slices.SortStableFunc(sorted, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(places[a.check.ID], places[b.check.ID]), cmp.Compare(b.Severity, a.Severity))
	})
	type id struct{ server, check, subject string }
	seen := map[id]bool{}
	for _, r := range sorted {
		if key := (id{r.server, r.check.ID, r.Subject.Key()}); !seen[key] {
			seen[key] = true
			out.rows = append(out.rows, r)
		}
	}
	if out.subjects {
		out.rows = fewSubjects(s, out.rows)
	}
	return out
}

// Frames shows rooms by their pseudonyms to everyone: a label must be the same for whoever asks.
func (s scores) Frames(query.View) data.Frames {
	name, help := "score", "3 critical, 2 warning, 1 info, 0 ok; empty: unknown."
	if s.measured {
		name, help = "measured", "The number that decided, in the check's unit."
	}
	type check struct{ server, id string }
	seen := map[check]bool{}
	var whole, parts data.Frames
	several := slices.ContainsFunc(s.rows, func(r row) bool { return r.server != s.rows[0].server })
	frame := func(r row, subject string) *data.Frame {
		labels := data.Labels{"check": r.check.ID, "subject": subject, "server_name": r.server}
		if s.measured { // for the alert's text only; the alert's own labels are the score's
			labels["unit"], labels["caused_by"] = r.unit(), r.causeTitle
			labels["worst_subject"], labels["first_step"] = r.Subject.Key(), words.Plain(r.firstStep())
		}
		field := data.NewField(name, labels, []*float64{s.value(r)})
		field.SetConfig(&data.FieldConfig{DisplayNameFromDS: legend(r, subject, several), Description: help, Unit: s.unit(r)})
		return data.NewFrame(name, field).SetMeta(&data.FrameMeta{
			Type: data.FrameTypeNumericMulti, TypeVersion: data.FrameTypeVersion{0, 1},
		})
	}
	for _, r := range s.rows {
		if c := (check{r.server, r.check.ID}); !seen[c] {
			seen[c] = true
			whole = append(whole, frame(r, ""))
		}
		if subject := r.Subject.Key(); s.subjects && subject != "" {
			parts = append(parts, frame(r, subject))
		}
	}
	frames := append(whole, parts...)
	if len(frames) == 0 {
		frames = data.Frames{data.NewFrame(name).SetMeta(&data.FrameMeta{Type: data.FrameTypeNumericMulti, TypeVersion: data.FrameTypeVersion{0, 1}})}
	}
	return frames
}

func (s scores) value(r row) *float64 {
	if s.measured {
		return r.measured(query.View{})
	}
	if r.Severity == checks.Unknown {
		return nil
	}
	if r.Severity < s.atLeast {
		return new(0.0)
	}
	return new(float64(r.Severity))
}

func (s scores) unit(r row) string {
	if s.measured {
		return r.unit()
	}
	return "none"
}

func legend(r row, subject string, several bool) string {
	name := r.check.ID
	if subject != "" {
		name += " " + subject
	}
	if several {
		name += " · " + r.server
	}
	return name
}
