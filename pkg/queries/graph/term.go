package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

// term is PromQL that has one series per line. The same term ranks the lines over the whole range: rates by their total, levels
// by their maximum, ratios by their numerator.
type term func(scope) string

// rates adds up the rates of counters that have the same labels.
func rates(counters ...metrics.Series) term {
	return func(s scope) string { return s.join(counters[0].Metric, s.rate(counters)) }
}

func (s scope) rate(counters []metrics.Series) string {
	parts := make([]string, len(counters))
	for i, counter := range counters {
		parts[i] = s.selecting(counter.Metric).Rate(counter, s.matchers...)
	}
	return strings.Join(parts, " + ")
}

// rate is that of one counter.
func rate(counter *metrics.Metric) term { return rates(counter.Series()) }

// level is a gauge's value.
func level(gauge *metrics.Metric) term {
	return func(s scope) string {
		return s.highest(s.join(gauge, s.selecting(gauge).Of(gauge.Series(), s.matchers...)))
	}
}

// totalRate is the rate of counters of whole processes, all processes together.
func totalRate(counters ...metrics.Series) term {
	return func(s scope) string { return s.total(counters[0].Metric, s.rate(counters)) }
}

// where narrows a term to some of its metrics' series.
func where(t term, matchers ...query.Matcher) term {
	return func(s scope) string {
		s.matchers = slices.Concat(s.matchers, matchers)
		return t(s)
	}
}

// ratio divides what was added up before; lines are ranked by the numerator, so that what is rare does not lead.
func ratio(numerator, denominator term) term {
	return func(s scope) string {
		if s.whole != "" {
			return numerator(s)
		}
		return numerator(s) + " / " + denominator(s)
	}
}

// share divides by something that has none of the labels that tell lines apart.
func share(part, whole term) term {
	return func(s scope) string {
		if s.whole != "" {
			return part(s)
		}
		above := part(s)
		s.own, s.matchers = nil, nil
		return above + " / on (" + s.base() + ") group_left () " + whole(s)
	}
}

// mean is that of a histogram's observations.
func mean(histogram *metrics.Metric) term {
	return ratio(rates(histogram.Sum()), rates(histogram.Count()))
}

// minus is the difference of counters that a process has both or neither of; scrapes between the two must not make it negative.
func minus(all, some term) term {
	return func(s scope) string { return "clamp_min(" + all(s) + " - " + some(s) + ", 0)" }
}

// less is how much of one thing another leaves. What is not there yet takes nothing away, and scrapes between two counters must
// not make it negative.
func less(all, some term) term {
	return func(s scope) string {
		return fmt.Sprintf("clamp_min(%s - (%s or %s * 0), 0)", all(s), some(s), all(s))
	}
}

// scaled multiplies by a constant, such as a thousandth for milliseconds.
func scaled(t term, factor string) term {
	return func(s scope) string { return t(s) + " * " + factor }
}

// rankedBy draws one term and ranks by another.
func rankedBy(drawn, ranks term) term {
	return func(s scope) string {
		if s.whole != "" {
			return ranks(s)
		}
		return drawn(s)
	}
}

// partLabel tells the parts of a graph apart that are metrics of their own.
const partLabel = "part"

// part is one of several metrics in a graph.
type part struct {
	name string
	of   term
}

// parts draws several metrics, told apart by partLabel.
func parts(all ...part) term {
	return func(s scope) string {
		s.own = slices.DeleteFunc(slices.Clone(s.own), func(label string) bool { return label == partLabel })
		texts := make([]string, len(all))
		for i, p := range all {
			texts[i] = fmt.Sprintf(`label_replace(%s, %q, %q, "", "")`, p.of(s), partLabel, p.name)
		}
		return strings.Join(texts, " or ")
	}
}

// plus adds terms up; what is not there counts as nothing. Each is evaluated once: they are long.
func plus(summands ...term) term {
	return func(s scope) string {
		texts := make([]string, len(summands))
		for i, t := range summands {
			texts[i] = fmt.Sprintf(`label_replace(%s, "summand", "%d", "", "")`, t(s), i)
		}
		return "sum by (" + s.by() + ") (" + strings.Join(texts, " or ") + ")"
	}
}
