package diagnosis

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// history is the severity of each check over time, from the number that decides, or the number itself.
type history struct {
	times    []time.Time
	past     []past
	measured bool
	several  bool // homeservers
}

// past is that of one subject of a check; subject "" is the worst of them.
type past struct {
	check           checks.Check
	server, subject string
	values          []*float64 // the number, one for each time; nil: unknown
	levels          limits.Levels
}

// runHistory asks for the numbers only: nothing is judged that can't be judged at every moment.
func runHistory(ctx context.Context, s *query.Session, wanted []checks.Check) (query.Result, error) {
	var without []string
	wanted = slices.DeleteFunc(slices.Clone(wanted), func(c checks.Check) bool {
		none := c.Signal == nil || c.Signal.SinceOnly
		if none {
			without = append(without, c.Topic)
		}
		return none
	})
	if len(without) > 0 {
		s.Inform("Without history, as no number over time decides them: %s.", strings.Join(without, ", "))
	}
	m := newMeasured(s)
	var present model.Vector
	err := s.Ask(ctx, at(serversQuery(s), &present), func(ctx context.Context, s *query.Session) (err error) {
		if m.scope.Identity, err = process.Find(ctx, s); err != nil {
			return err
		}
		return m.remember(ctx, s, m.lookbacksAtAll(wanted))
	})
	if err != nil {
		return nil, err
	}
	m.seen(s, present)
	atLeast := severityOf(s.Text("atLeast"))
	h := history{times: grid(s.Range), measured: s.Flag("measured"), several: len(m.servers) > 1}
	for _, server := range m.servers {
		for _, c := range wanted {
			h.past = append(h.past, pastOf(s, h.times, m.lines(c), c, server)...)
		}
	}
	h.past = slices.DeleteFunc(h.past, func(p past) bool { return p.worst() < atLeast })
	return h, nil
}

func grid(within query.TimeRange) (times []time.Time) {
	for at := within.From; !at.After(within.To); at = at.Add(within.Step) {
		times = append(times, at.UTC())
	}
	return times
}

// pastOf is the worst of a check's subjects at each time, and those subjects that were wrong at one of them.
func pastOf(s *query.Session, times []time.Time, lines []line, c checks.Check, server string) []past {
	levels := c.Thresholds.In(s.Settings.Thresholds)
	if c.Thresholds.TwoNumbers { // the critical one is of a number that the signal is not
		levels.Critical = math.Inf(1)
	}
	whole := past{check: c, server: server, values: make([]*float64, len(times)), levels: levels}
	var wrong []past
	for _, l := range lines {
		if l.server != server {
			continue
		}
		one := past{check: c, server: server, subject: l.subject, values: onGrid(times, l.points), levels: levels}
		for i, v := range one.values {
			if v != nil && (whole.values[i] == nil || *v > *whole.values[i]) {
				whole.values[i] = v
			}
		}
		if one.subject != "" && one.worst() >= checks.Info && s.Flag("subjects") {
			wrong = append(wrong, one)
		}
	}
	slices.SortStableFunc(wrong, func(a, b past) int {
		return cmp.Or(cmp.Compare(b.highest(), a.highest()), cmp.Compare(a.subject, b.subject))
	})
	if left := len(wrong) - perCheck; left > 0 {
		s.Inform("%s: %d more subjects on %s (limit %d for each check).", c.Topic, left, query.SayServer(server), perCheck)
		wrong = wrong[:perCheck]
	}
	return append([]past{whole}, wrong...)
}

func onGrid(times []time.Time, points []model.SamplePair) []*float64 {
	values := make([]*float64, len(times))
	for _, p := range points {
		at, found := slices.BinarySearchFunc(times, p.Timestamp.Time(), time.Time.Compare)
		if v := float64(p.Value); found && !math.IsNaN(v) && !math.IsInf(v, 0) {
			values[at] = &v
		}
	}
	return values
}

func (p past) highest() float64 {
	highest := math.Inf(-1)
	for _, v := range p.values {
		if v != nil {
			highest = max(highest, *v)
		}
	}
	return highest
}

func (p past) worst() limits.Severity { return p.levels.Grade(p.highest()) }

// severities are the values as the format's numbers: 0 ok … 3 critical, nil unknown.
func (p past) severities() []*float64 {
	graded := make([]*float64, len(p.values))
	for i, v := range p.values {
		if v != nil {
			graded[i] = new(float64(p.levels.Grade(*v)))
		}
	}
	return graded
}

func (h history) Frames(query.View) data.Frames {
	meta := func() *data.FrameMeta {
		return &data.FrameMeta{Type: data.FrameTypeTimeSeriesMulti, TypeVersion: data.FrameTypeVersion{0, 1}, PreferredVisualization: data.VisTypeGraph}
	}
	name := "severity"
	if h.measured {
		name = "measured"
	}
	frames := make(data.Frames, len(h.past))
	for i, p := range h.past {
		values, config := p.severities(), &data.FieldConfig{Description: "0 ok, 1 info, 2 warning, 3 critical; empty: unknown.", Unit: "none", Mappings: severityMappings}
		if h.measured {
			values, config = p.values, &data.FieldConfig{Description: "The number that decides, in the check's unit.", Unit: p.check.Thresholds.Unit}
		}
		config.DisplayNameFromDS = p.legend(h.several)
		field := data.NewField(name, data.Labels{"check": p.check.ID, "subject": p.subject, "server_name": p.server}, values).SetConfig(config)
		frames[i] = data.NewFrame("history", query.TimeField(h.times), field).SetMeta(meta())
	}
	if len(frames) == 0 {
		return data.Frames{data.NewFrame("history").SetMeta(meta())}
	}
	return frames
}

func (p past) legend(several bool) string {
	name := p.check.Topic
	if p.subject != "" {
		name += ": " + p.subject
	}
	if several {
		name += " · " + p.server
	}
	return name
}

// severityMappings name and paint the numbers.
var severityMappings = data.ValueMappings{
	data.ValueMapper{
		"0": {Text: "ok", Color: "green", Index: 0}, "1": {Text: "info", Color: "blue", Index: 1},
		"2": {Text: "warning", Color: "orange", Index: 2}, "3": {Text: "critical", Color: "red", Index: 3},
	},
	data.SpecialValueMapper{Match: data.SpecialValueNullAndNaN, Result: data.ValueMappingResult{Text: "unknown", Color: "gray", Index: 4}},
}
