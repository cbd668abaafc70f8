package promql

import (
	"slices"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
)

// shape is what a measurement's answer looks like, read from its PromQL.
type shape struct {
	// expression is the measurement over invented series: what cuts the answer off at the end (topk, comparisons with a
	// number) stays, the rest is a series.
	expression string
	// series is the name of the invented series, labels are those of the answer.
	series string
	labels []string
}

func parse(t *testing.T, expression string) parser.Expr {
	t.Helper()
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expression)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return parsed
}

func shapeOf(t *testing.T, m *checks.Measurement, scope checks.Scope) shape {
	t.Helper()
	s := shape{series: "m_" + m.Name}
	var replaced func(node parser.Expr) parser.Expr
	replaced = func(node parser.Expr) parser.Expr {
		switch n := node.(type) {
		case *parser.ParenExpr:
			return replaced(n.Expr)
		case *parser.AggregateExpr:
			if n.Op == parser.TOPK {
				n.Expr = replaced(n.Expr)
				return n
			}
		case *parser.BinaryExpr:
			if _, number := n.RHS.(*parser.NumberLiteral); number && n.Op.IsComparisonOperator() {
				n.LHS = replaced(n.LHS)
				return n
			}
		}
		s.labels = labelsOf(node)
		name := labels.MustNewMatcher(labels.MatchEqual, labels.MetricName, s.series)
		return &parser.VectorSelector{Name: s.series, LabelMatchers: []*labels.Matcher{name}}
	}
	s.expression = replaced(parse(t, m.PromQL(scope))).String()
	return s
}

// labelsOf are the labels of an expression's series.
func labelsOf(node parser.Expr) []string {
	switch n := node.(type) {
	case *parser.ParenExpr:
		return labelsOf(n.Expr)
	case *parser.SubqueryExpr:
		return labelsOf(n.Expr)
	case *parser.AggregateExpr:
		if n.Op == parser.TOPK {
			return labelsOf(n.Expr)
		}
		return n.Grouping
	case *parser.BinaryExpr:
		_, number := n.LHS.(*parser.NumberLiteral)
		if call, is := n.LHS.(*parser.Call); is && len(call.Args) == 0 { // time()
			number = true
		}
		if number || n.VectorMatching != nil && n.VectorMatching.Card == parser.CardOneToMany {
			return labelsOf(n.RHS)
		}
		return labelsOf(n.LHS)
	case *parser.Call:
		if n.Func.Name == "label_replace" {
			return append(slices.Clone(labelsOf(n.Args[0])), n.Args[1].(*parser.StringLiteral).Val)
		}
		return labelsOf(n.Args[len(n.Args)-1])
	}
	return []string{"server_name", "job", "index", "instance"}
}

// compared gives, for each invented series of a rule, the numbers that it is compared with, itself or within a formula.
func compared(t *testing.T, rule string) map[string][]float64 {
	t.Helper()
	numbers := map[string][]float64{}
	parser.Inspect(parse(t, rule), func(node parser.Node, _ []parser.Node) error {
		comparison, is := node.(*parser.BinaryExpr)
		if !is || !comparison.Op.IsComparisonOperator() {
			return nil
		}
		var names []string
		var found []float64
		parser.Inspect(comparison, func(node parser.Node, _ []parser.Node) error {
			switch n := node.(type) {
			case *parser.VectorSelector:
				names = append(names, n.Name)
			case *parser.NumberLiteral:
				found = append(found, n.Val)
			case *parser.BinaryExpr: // a product of two numbers
				left, l := n.LHS.(*parser.NumberLiteral)
				right, r := n.RHS.(*parser.NumberLiteral)
				if l && r && n.Op == parser.MUL {
					found = append(found, left.Val*right.Val)
				}
			}
			return nil
		})
		for _, name := range names {
			numbers[name] = append(numbers[name], found...)
		}
		return nil
	})
	return numbers
}
