package diagnosis

import (
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// scores are numbers for alert rules: one frame per homeserver, check and subject, and one per check with subject ""
// that holds its worst. Labels hold nothing that changes while the problem lasts, so that a warning that turns critical
// is the same alert.
type scores struct {
	rows     []row
	measured bool
	subjects bool // a number for each subject too
}

// Frames shows rooms by their pseudonyms to everyone: a label must be the same for whoever asks.
func (s scores) Frames(query.View) data.Frames {
	name, help := "score", "3 critical, 2 warning, 1 info, 0 ok; empty: unknown."
	if s.measured {
		name, help = "measured", "The number that decided, in the check's unit."
	}
	type id struct{ server, check string }
	worst := map[id]row{}
	var order []id
	var frames data.Frames
	add := func(r row, subject string) {
		field := data.NewField(name, data.Labels{"check": r.check.ID, "subject": subject, "server_name": r.server}, []*float64{s.value(r)})
		field.SetConfig(&data.FieldConfig{DisplayNameFromDS: legend(r, subject), Description: help, Unit: s.unit(r)})
		frames = append(frames, data.NewFrame(name, field).SetMeta(&data.FrameMeta{
			Type: data.FrameTypeNumericMulti, TypeVersion: data.FrameTypeVersion{0, 1},
		}))
	}
	for _, r := range s.rows {
		key := id{r.server, r.check.ID}
		if before, there := worst[key]; !there {
			order, worst[key] = append(order, key), r
		} else if r.Severity > before.Severity {
			worst[key] = r
		}
	}
	for _, key := range order {
		add(worst[key], "")
	}
	shown := map[id]int{}
	for _, r := range s.rows {
		key := id{r.server, r.check.ID}
		if subject := r.Subject.Key(); s.subjects && subject != "" && shown[key] < perCheck {
			shown[key]++
			add(r, subject)
		}
	}
	if len(frames) == 0 {
		frames = data.Frames{data.NewFrame(name).SetMeta(&data.FrameMeta{Type: data.FrameTypeNumericMulti, TypeVersion: data.FrameTypeVersion{0, 1}})}
	}
	return frames
}

func (s scores) value(r row) *float64 {
	if s.measured {
		return r.Value
	}
	if r.Severity == checks.Unknown {
		return nil
	}
	score := float64(r.Severity)
	return &score
}

func (s scores) unit(r row) string {
	if s.measured {
		return r.unit()
	}
	return "none"
}

func legend(r row, subject string) string {
	if subject == "" {
		return r.check.ID
	}
	return r.check.ID + " " + subject
}
