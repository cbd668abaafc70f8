package promql

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// justBeside is how far below and above a number the generated values lie.
const justBeside = 1e-6

// labelValues are those of labels beside those of processes.
var labelValues = map[string][]string{
	"desc": {"persist_events", "get_user_by_id", "do_fetch", "background_updates"}, "name": {"stats", "presence"}, "service": {"irc", "telegram"},
	"kind": {"sliding sync", "sync v2"}, "servlet": {"RoomSendEventRestServlet", "ReceiptRestServlet", "KeyUploadServlet"}, "database_name": {"master", "state"},
}

// everywhere is what rules read themselves: each homeserver has been seen, with these transactions.
const everywhere = `  synapse_storage_schedule_time_count{server_name=%[1]q} 1
  synapse_storage_transaction_time_count_total{server_name=%[1]q,desc="persist_events"} 1
  synapse_storage_transaction_time_count_total{server_name=%[1]q,desc="background_updates"} 1
`

// generator writes the measurements of one check on many homeservers.
type generator struct {
	*rand.Rand
	facts
	shapes  map[string]shape
	numbers map[string][]float64 // by series: those that the rule compares it with
	limits  []float64
	text    strings.Builder
}

func newGenerator(t *testing.T, c checks.Check, shapes map[string]shape, rules map[limits.Severity]string) *generator {
	t.Helper()
	g := &generator{Rand: rand.New(rand.NewPCG(1, 1)), facts: known[c.ID], shapes: shapes, numbers: map[string][]float64{}, limits: []float64{0, 1}} //nolint:gosec // the same each time
	for _, severity := range []limits.Severity{checks.Warning, checks.Critical} {
		if rules[severity] == "" {
			continue
		}
		for name, numbers := range compared(t, rules[severity]) {
			g.numbers[name] = append(g.numbers[name], numbers...)
		}
	}
	for _, l := range c.Limits {
		g.limits = append(g.limits, l.Value)
	}
	for _, threshold := range []*float64{c.Thresholds.Warning, c.Thresholds.Critical} {
		if threshold != nil {
			g.limits = append(g.limits, *threshold)
		}
	}
	return g
}

func pick[T any](g *generator, from []T) T { return from[g.IntN(len(from))] }

// near is a number, or just below or above it, or far away.
func (g *generator) near(n float64) float64 {
	return n * pick(g, []float64{1 - justBeside, 1, 1 + justBeside, 0.5, 2, 20})
}

// homeserver writes the series of one.
func (g *generator) homeserver(server string) {
	fmt.Fprintf(&g.text, everywhere, server)
	processes := pick(g, []int{1, 1, 1, 2, 3, 5}) // of many, one is always found something on
	if g.odd {
		processes |= 1
	}
	written := map[string]map[string]float64{}
	for len(written) < len(g.shapes) {
		for _, name := range slices.Sorted(maps.Keys(g.shapes)) {
			if written[name] != nil || !g.ready(name, written) {
				continue
			}
			written[name] = map[string]float64{}
			for _, labels := range g.subjects(g.shapes[name].labels, server, processes) {
				if slices.Contains(g.lacks, name) && g.IntN(4) == 0 || slices.Contains(g.counted, name) && g.IntN(6) > 0 {
					continue
				}
				other := func(name string) (float64, bool) {
					for of, value := range written[name] {
						if strings.HasPrefix(labels, of) { // the same one, or its homeserver
							return value, true
						}
					}
					return 0, false
				}
				if reached, is := other(g.where[name].name); is && reached < g.where[name].number {
					continue
				}
				value := g.fits(name, g.value(name, other), other)
				written[name][labels] = value
				fmt.Fprintf(&g.text, "  %s{%s} %v\n", g.shapes[name].series, labels, value)
			}
		}
	}
}

// ready tells whether everything is written that a measurement depends on.
func (g *generator) ready(name string, written map[string]map[string]float64) bool {
	needed := slices.Concat(g.atMost[name], g.atLeast[name])
	for _, other := range []string{g.of[name], g.where[name].name} {
		if other != "" {
			needed = append(needed, other)
		}
	}
	return !slices.ContainsFunc(needed, func(other string) bool { return written[other] == nil })
}

func (g *generator) value(name string, other func(string) (float64, bool)) float64 {
	numbers := g.numbers[g.shapes[name].series]
	if len(numbers) == 0 || g.IntN(8) == 0 {
		numbers = g.limits
	}
	if base, is := other(g.of[name]); is && g.IntN(8) > 0 {
		share := g.near(pick(g, g.limits))
		return base * pick(g, []float64{share, 1 - share, 1 / max(0.01, share), 1})
	}
	return g.near(pick(g, numbers))
}

// subjects are the label sets of a measurement on one homeserver.
func (g *generator) subjects(names []string, server string, processes int) []string {
	sets := []string{fmt.Sprintf("server_name=%q", server)}
	if slices.Contains(names, "instance") {
		sets = nil
		for p := range processes {
			sets = append(sets, fmt.Sprintf(`server_name=%q,job="synapse",index="%d",instance="%s:%d"`, server, p, server, p))
		}
	}
	for _, name := range names {
		var more []string
		for _, value := range labelValues[name] {
			for _, set := range sets {
				more = append(more, fmt.Sprintf("%s,%s=%q", set, name, value))
			}
		}
		if more != nil {
			sets = more
		}
	}
	return sets
}
