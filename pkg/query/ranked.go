package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/prometheus/common/model"
)

// Ranking is the top N of each homeserver, by an instant query over the whole range. Series are drawn for these only.
type Ranking struct {
	label model.LabelName
	place map[rankedThing]int
}

type rankedThing struct{ server, name string }

// RankTop asks which things, named by label, have the largest values of promql on each homeserver, as many as the query's
// limit allows. told is the notice where that leaves some out, with %d for the limit.
func RankTop(ctx context.Context, s *Session, promql string, label model.LabelName, told string) (Ranking, error) {
	var top model.Vector
	// One more than asked tells whether the limit cuts.
	if err := s.Ask(ctx, At(fmt.Sprintf("topk by (server_name) (%d, %s)", s.Limit+1, promql), &top)); err != nil {
		return Ranking{}, err
	}
	slices.SortStableFunc(top, func(a, b *model.Sample) int { return cmp.Compare(b.Value, a.Value) })
	shown, left := FirstPerServer(top, s.Limit, func(sample *model.Sample) string { return ServerOf(sample.Metric) })
	if left > 0 {
		s.Inform(told, s.Limit)
	}
	return Ranked(shown, label), nil
}

// Ranked reads a ranking of things that a label names; the largest value comes first.
func Ranked(top model.Vector, label model.LabelName) Ranking {
	sorted := slices.SortedFunc(slices.Values(top), func(a, b *model.Sample) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Metric[label], b.Metric[label]))
	})
	r := Ranking{label: label, place: map[rankedThing]int{}}
	for i, sample := range sorted {
		r.place[r.thing(sample.Metric)] = i
	}
	return r
}

func (r Ranking) thing(m model.Metric) rankedThing {
	return rankedThing{ServerOf(m), string(m[r.label])}
}

// Empty tells that nothing has a value.
func (r Ranking) Empty() bool { return len(r.place) == 0 }

// Names are the things' names, sorted, so that the same ranking asks the same question.
func (r Ranking) Names() []string {
	var names []string
	for thing := range r.place {
		if !slices.Contains(names, thing.name) {
			names = append(names, thing.name)
		}
	}
	slices.Sort(names)
	return names
}

// Lines are the streams of the ranked things in their order. A thing that ranks on one homeserver only is drawn for
// that one only; the homeserver stands in the legend where there are several.
func (r Ranking) Lines(streams model.Matrix) []Series {
	kept := slices.DeleteFunc(slices.Clone(streams), func(s *model.SampleStream) bool {
		_, ranked := r.place[r.thing(s.Metric)]
		return !ranked
	})
	slices.SortStableFunc(kept, func(a, b *model.SampleStream) int {
		return cmp.Compare(r.place[r.thing(a.Metric)], r.place[r.thing(b.Metric)])
	})
	several := SeveralServers(kept)
	lines := make([]Series, len(kept))
	for i, stream := range kept {
		lines[i] = NewSeries(Legend(string(stream.Metric[r.label]), stream.Metric, several), stream)
	}
	return lines
}

// SeveralServers tells whether streams belong to more than one homeserver.
func SeveralServers(streams model.Matrix) bool {
	for _, s := range streams {
		if s.Metric["server_name"] != streams[0].Metric["server_name"] {
			return true
		}
	}
	return false
}

// Legend adds the homeserver to a name where there are several.
func Legend(name string, m model.Metric, several bool) string {
	if several {
		return name + " · " + string(m["server_name"])
	}
	return name
}
