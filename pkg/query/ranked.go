package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Ranking is the top N of each homeserver, by an instant query over the whole range. Series are drawn for these only.
type Ranking struct {
	labels []model.LabelName
	place  map[rankedThing]int
	values map[model.LabelName][]string
	// Left is how many things the limit leaves out.
	Left int
}

type rankedThing struct{ server, name string }

// RankTop asks which things, named by label, have the largest values of promql on each homeserver, as many as the query's
// limit allows. notice is what to say where that leaves some out, with %d for the limit.
func RankTop(ctx context.Context, s *Session, promql string, label model.LabelName, notice string) (Ranking, error) {
	return RankTopBy(ctx, s, promql, notice, label)
}

// RankTopBy ranks things that several labels name together.
func RankTopBy(ctx context.Context, s *Session, promql, notice string, labels ...model.LabelName) (Ranking, error) {
	var top model.Vector
	// One more than asked tells whether the limit cuts.
	if err := s.Ask(ctx, At(fmt.Sprintf("topk by (server_name) (%d, %s)", s.Limit+1, promql), &top)); err != nil {
		return Ranking{}, err
	}
	slices.SortStableFunc(top, func(a, b *model.Sample) int { return cmp.Compare(b.Value, a.Value) })
	shown, left := LimitPerServer(top, s.Limit, func(sample *model.Sample) string { return ServerOf(sample.Metric) })
	if left > 0 {
		s.Inform(notice, s.Limit)
	}
	ranking := RankingOf(shown, labels...)
	ranking.Left = left
	return ranking, nil
}

// RankingOf reads a ranking of things that labels name; the largest value comes first.
func RankingOf(top model.Vector, labels ...model.LabelName) Ranking {
	r := Ranking{labels: labels, place: map[rankedThing]int{}, values: map[model.LabelName][]string{}}
	sorted := slices.SortedFunc(slices.Values(top), func(a, b *model.Sample) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), compareNames(r.thing(a.Metric).name, r.thing(b.Metric).name))
	})
	for i, sample := range sorted {
		r.place[r.thing(sample.Metric)] = i
		for _, label := range labels {
			if value := string(sample.Metric[label]); !slices.Contains(r.values[label], value) {
				r.values[label] = append(r.values[label], value)
			}
		}
	}
	for _, values := range r.values {
		slices.Sort(values)
	}
	return r
}

// compareNames orders numbers, such as the bounds of buckets, by their size.
func compareNames(a, b string) int {
	first, err1 := strconv.ParseFloat(a, 64)
	second, err2 := strconv.ParseFloat(b, 64)
	if err1 != nil || err2 != nil {
		return cmp.Compare(a, b)
	}
	return cmp.Compare(first, second)
}

func (r Ranking) thing(m model.Metric) rankedThing {
	parts := make([]string, len(r.labels))
	for i, label := range r.labels {
		parts[i] = string(m[label])
	}
	return rankedThing{ServerOf(m), strings.Join(parts, "\xff")}
}

// Empty tells that nothing has a value.
func (r Ranking) Empty() bool { return len(r.place) == 0 }

// Names are the things' names, sorted, so that the same ranking asks the same question.
func (r Ranking) Names() []string { return r.Values(r.labels[0]) }

// Values are those of one of the labels, sorted.
func (r Ranking) Values(label model.LabelName) []string { return r.values[label] }

// Lines are the streams of the ranked things in their order. A thing that ranks on one homeserver only is drawn for
// that one only; the homeserver stands in the legend where there are several.
func (r Ranking) Lines(streams model.Matrix) []Series {
	return r.LinesNamed(streams, func(m model.Metric) string { return string(m[r.labels[0]]) })
}

// LinesNamed are those lines with legends that name gives.
func (r Ranking) LinesNamed(streams model.Matrix, name func(model.Metric) string) []Series {
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
		lines[i] = NewSeries(Legend(name(stream.Metric), stream.Metric, several), stream)
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

// LimitPerServer keeps the first things of each homeserver in their order, limit of them at most, so that a large one
// does not take the place of a small one. left is how many it leaves out.
func LimitPerServer[T any](all []T, limit int, server func(T) string) (kept []T, left int) {
	seen := map[string]int{}
	kept = slices.DeleteFunc(slices.Clone(all), func(one T) bool {
		name := server(one)
		seen[name]++
		return seen[name] > limit
	})
	return kept, len(all) - len(kept)
}

// KeepLimit keeps the first rows of each homeserver, as many as the query's limit, and says how many it leaves out; one and
// more are what a row is called.
func KeepLimit[T any](s *Session, all []T, server func(T) string, one, more string) []T {
	kept, left := LimitPerServer(all, s.Limit, server)
	if left > 0 {
		s.Inform("Not shown: %s (limit %d for each homeserver).", words.Count(left, one, more), s.Limit)
	}
	return kept
}

// ServerOf is the homeserver that a series belongs to; "" where Synapse is older than the label.
func ServerOf(m model.Metric) string { return string(m["server_name"]) }

// SayServer is what a sentence calls a homeserver.
func SayServer(name string) string { return cmp.Or(name, "the homeserver") }
