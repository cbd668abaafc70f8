package versions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// compareValues wants a series for every selector of a question, where the homeserver has the metric: a label's value that
// only other versions write would make the question blind without a word.
func (s *server) compareValues(t *testing.T, on *recorder, choices alternatives, excuses *excuses) {
	t.Helper()
	seen := map[string]bool{}
	for promql := range on.asked {
		for _, selector := range selectorsOf(t, promql) {
			written := selector.name + "{" + selector.text() + "}"
			if seen[written] || s.series[selector.name] == nil {
				continue
			}
			seen[written] = true
			choices.look(s, selector)
			if !slices.ContainsFunc(s.series[selector.name], selector.selects) && !excuses.unseen(written) {
				t.Errorf("nothing matches %s", written)
			}
		}
	}
}

// selector is what a question asks of one metric, besides whose process it is.
type selector struct {
	name     string
	matchers []*labels.Matcher
}

func (s selector) text() string {
	var all []string
	for _, m := range s.matchers {
		all = append(all, m.String())
	}
	return strings.Join(all, ",")
}

func (s selector) selects(series map[string]string) bool {
	return !slices.ContainsFunc(s.matchers, func(m *labels.Matcher) bool { return !m.Matches(series[m.Name]) })
}

var parsed = map[string][]selector{}

func selectorsOf(t *testing.T, promql string) []selector {
	t.Helper()
	if all, known := parsed[promql]; known {
		return all
	}
	expression, err := parser.NewParser(parser.Options{}).ParseExpr(promql)
	if err != nil {
		t.Fatalf("%s: %v", promql, err)
	}
	var all []selector
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		if v, is := node.(*parser.VectorSelector); is && v.Name != "" {
			matchers := slices.DeleteFunc(slices.Clone(v.LabelMatchers), func(m *labels.Matcher) bool {
				return slices.Contains([]string{"__name__", "server_name", "job", "index", "instance"}, m.Name)
			})
			if len(matchers) > 0 {
				all = append(all, selector{v.Name, matchers})
			}
		}
		return nil
	})
	parsed[promql] = all
	return all
}
