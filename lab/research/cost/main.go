// Command cost measures what the plugin costs: its time, and what it reads of Prometheus, in pairs in one run. It writes
// docs/performance.md. The homeservers are simulated ones whose past lies in a real Prometheus; the plugin is the built one, asked
// over gRPC as Grafana does.
//
// Times of a busy machine differ from run to run; pairs are measured in turn, so that their ratios do not. Requests, bytes and
// samples are the same in each run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
)

// root is the top of the repository, seen from the lab's module where the task runs us.
const root = ".."

type options struct {
	only, contrib, page string
	repeats             int
	list                bool
}

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "only parts whose names contain it: diagnosis, overhead, dashboards, rows, viewers, grafana, growth; prints and writes nothing")
	flag.StringVar(&o.contrib, "contrib", os.Getenv("CONTRIB_DASHBOARD"), "Synapse's own dashboard (contrib/grafana/synapse.json of its source) to compare with")
	flag.StringVar(&o.page, "page", root+"/docs/performance.md", "the page to write")
	flag.IntVar(&o.repeats, "repeats", 7, "pairs of each measurement")
	flag.BoolVar(&o.list, "list", false, "list each request of a diagnosis with its samples, the most expensive first")
	flag.Parse()
	if o.contrib != "" && !filepath.IsAbs(o.contrib) {
		o.contrib = filepath.Join(root, o.contrib)
	}
	ctx, stop := servers.Context()
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// part measures one thing and says it in Markdown.
type part struct {
	name    string
	measure func(context.Context, *bench, options) (string, error)
}

func run(ctx context.Context, o options) (err error) {
	began := time.Now()
	progress := func(sentence string) { fmt.Fprintf(os.Stderr, "%6.1f s  %s\n", time.Since(began).Seconds(), sentence) }
	var text strings.Builder
	if o.list {
		return within(ctx, middle, 1, progress, func(b *bench) error { return list(ctx, b) })
	}
	for _, p := range []part{{"diagnosis", diagnosis}, {"overhead", overhead}, {"dashboards", refreshes}, {"rows", rows}, {"viewers", viewers}, {"grafana", inGrafana}} {
		if !strings.Contains(p.name, o.only) {
			continue
		}
		progress(p.name)
		err := within(ctx, middle, o.repeats, progress, func(b *bench) error {
			said, err := p.measure(ctx, b, o)
			text.WriteString(said)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if strings.Contains("growth", o.only) {
		said, err := growth(ctx, o, progress)
		if err != nil {
			return fmt.Errorf("growth: %w", err)
		}
		text.WriteString(said)
	}
	if o.only != "" {
		fmt.Print(text.String())
		return nil
	}
	return os.WriteFile(o.page, []byte(heading(o)+text.String()), 0o644)
}

// within measures in one world, which has a plugin and a Prometheus of its own: what was kept or held for others is not counted.
func within(ctx context.Context, w world, repeats int, progress servers.Progress, measure func(*bench) error) error {
	space, err := servers.NewSpace("cost")
	if err != nil {
		return err
	}
	b, err := w.open(ctx, space, repeats, progress)
	if err == nil {
		err = measure(b)
	}
	if closed := space.Close(); err == nil {
		err = closed
	}
	return err
}
