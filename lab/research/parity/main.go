// Command parity evaluates the dashboard that comes with Synapse beside the graphs that replace its panels, on the same series, and
// says where the numbers are equal. The dashboard is named by CONTRIB_DASHBOARD (contrib/grafana/synapse.json of Synapse): it has
// another licence, so nothing of it is kept here.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/lab/tests/promql"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/graph"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

func main() {
	out := flag.String("page", "../docs/contrib-parity-numbers.md", "the page to write")
	flag.Parse()
	if err := run(context.Background(), os.Getenv("CONTRIB_DASHBOARD"), *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, file, out string) error {
	if file == "" {
		return errors.New("CONTRIB_DASHBOARD is empty: set it to contrib/grafana/synapse.json of Synapse's repository")
	}
	panels, err := readOriginal(file)
	if err != nil {
		return err
	}
	var on []string
	var all [][]result
	failed := 0
	err = both(ctx, func(h homeserver) error {
		results, err := compareAll(ctx, h, panels)
		on, all = append(on, h.called), append(all, results)
		for _, r := range results {
			if r.unexplained() {
				failed++
				fmt.Printf("On %s, %q in %q differs from %s: %d of %d lines are found among %d.\n", h.called, r.panel.title, r.panel.row, r.graph.ID, r.found, r.ours, r.theirs)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := write(out, page(on, all)); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d panels differ, and the catalogue does not say why", failed)
	}
	return nil
}

// result is how one panel compares with its graph.
type result struct {
	panel        original
	graph        graph.Graph
	replaces     graph.Panel
	ours, theirs int // lines
	found        int // of ours that the original has
	how          string
	cantBeAsked  string // the original is refused
}

func (r result) equal() bool { return r.found > 0 && (2*r.found >= r.ours || 2*r.found >= r.theirs) }

// unexplained: the numbers differ, or ours are missing, and the catalogue names nothing that would make them differ.
func (r result) unexplained() bool {
	switch {
	case r.replaces.Gone || r.cantBeAsked != "" || r.theirs == 0:
		return false
	case r.ours == 0:
		return true
	}
	return !r.equal() && onlyLooks(r.replaces.Wrong)
}

func compareAll(ctx context.Context, h homeserver, panels []original) ([]result, error) {
	engine := promql.Over(h.db)
	var all []result
	for _, p := range panels {
		for _, g := range graph.All {
			for _, replaces := range g.Replaces {
				if replaces.Row == p.row && replaces.Title == p.title {
					r, err := compareOne(ctx, engine, h, p, g, replaces)
					if err != nil {
						return nil, err
					}
					all = append(all, r)
				}
			}
		}
	}
	return all, nil
}

// compareOne tries the graph in its formats, whole and per process, against the original's lines, their sums over processes and over
// all; the best match counts.
func compareOne(ctx context.Context, engine *promql.Engine, h homeserver, p original, g graph.Graph, replaces graph.Panel) (result, error) {
	r := result{panel: p, graph: g, replaces: replaces}
	for _, format := range slices.DeleteFunc(g.Formats(), func(f string) bool { return (f == "heatmap") != p.heatmap }) {
		for _, perProcess := range []bool{false, true} {
			frames, err := ask(ctx, engine, h, g, format, perProcess)
			if err != nil {
				return r, fmt.Errorf("%s: %w", g.ID, err)
			}
			ours := drawn(frames)
			if len(ours.lines) == 0 {
				continue
			}
			var theirs, sums []line
			for _, promql := range p.queries {
				answer, _, err := engine.Range(ctx, fillIn(promql, h.name, ours.window), ours.from, ours.to, ours.step)
				if err != nil {
					r.cantBeAsked = err.Error()
					continue
				}
				theirs, sums = append(theirs, linesOf(answer)...), append(sums, linesOf(addedUp(answer))...)
			}
			per := map[bool]string{true: "per process"}[perProcess]
			if p.heatmap { // ours has what falls into each bucket, the original what falls into all up to it
				r.try(upTo(ours.lines), append(theirs, sums...), ours.window, "buckets")
				continue
			}
			r.try(ours.lines, theirs, ours.window, per)
			r.try(ours.lines, sums, ours.window, join("added up over processes", per))
			r.try(ours.lines, total(theirs), ours.window, join("added up", per))
			r.try(total(ours.lines), total(theirs), ours.window, join("in total", per))
		}
	}
	return r, nil
}

// try keeps this way of comparing where it finds a larger part of our lines, or of theirs, than those before.
func (r *result) try(ours, theirs []line, window, how string) {
	if len(theirs) == 0 && r.ours > 0 {
		return
	}
	found, unit := match(ours, theirs, window)
	part := func(found, ours, theirs int) float64 { return float64(found) / float64(max(1, min(ours, theirs))) }
	if r.ours == 0 || part(found, len(ours), len(theirs)) > part(r.found, r.ours, r.theirs) {
		r.ours, r.theirs, r.found, r.how = len(ours), len(theirs), found, join(how, unit)
	}
}

func ask(ctx context.Context, engine *promql.Engine, h homeserver, g graph.Graph, format string, perProcess bool) (data.Frames, error) {
	typ := graph.Type()
	request, err := typ.Decode(fmt.Appendf(nil, `{"graph": %q, "format": %q, "limit": 200, "perProcess": %t, "serverName": %q}`, g.ID, format, perProcess, h.name))
	if err != nil {
		return nil, err
	}
	wishes := settings.Settings{ScrapeInterval: scraped, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}
	within := query.Align(until.Add(-time.Hour), until, time.Minute, scraped)
	return query.NewRunner(wishes, engine, nil).Run(ctx, typ, request, within, query.Asker{})
}

// drawing is what a panel shows.
type drawing struct {
	lines    []line
	from, to time.Time
	step     time.Duration
	window   string // of its rates
}

// drawn reads a drawing off its frames.
func drawn(frames data.Frames) (d drawing) {
	for _, frame := range frames {
		if len(frame.Fields) < 2 || frame.Rows() < 2 {
			continue
		}
		if frame.Meta != nil && d.window == "" {
			d.window = windowOf(frame.Meta.ExecutedQueryString)
		}
		moment := func(row int) time.Time {
			value, _ := frame.Fields[0].ConcreteAt(row)
			at, _ := value.(time.Time)
			return at
		}
		for _, field := range frame.Fields[1:] {
			l := line{}
			for row := range frame.Rows() {
				value, is := field.ConcreteAt(row)
				if number, isNumber := value.(float64); is && isNumber && !math.IsNaN(number) {
					l[moment(row).UnixMilli()] = number
				}
			}
			if len(l) > 0 && !l.isZero() {
				d.lines = append(d.lines, l)
			}
		}
		d.from, d.to, d.step = moment(0), moment(frame.Rows()-1), moment(1).Sub(moment(0))
	}
	return d
}
