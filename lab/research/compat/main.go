// Command compat asks the same questions of several engines that speak Prometheus' API and hold the same past, and writes the
// differences of the plugin's answers into docs/compatibility.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/prometheus"
	"github.com/matrix-insight/synapse-datasource/lab/servers/victoriametrics"
	"github.com/matrix-insight/synapse-datasource/lab/simulate"
)

// root is the top of the repository, seen from the lab's module where the task runs us.
const root = ".."

const scrape = 30 * time.Second

// offset is how long after the moments that are asked about the scrapes are: windows begin and end between two of them.
const offset = 11 * time.Second

// past is the time that is written and asked for.
var past = ask.Span{From: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)}

func main() {
	page := flag.String("page", root+"/docs/compatibility.md", "the page to write")
	flag.Parse()
	ctx, stop := servers.Context()
	defer stop()
	if err := run(ctx, *page); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// engine is one that was started.
type engine struct {
	name, url string
	answers   []answer
}

func run(ctx context.Context, page string) (err error) {
	progress := func(sentence string) { fmt.Fprintln(os.Stderr, sentence) }
	space, err := servers.NewSpace("compat")
	if err != nil {
		return err
	}
	defer func() { _ = space.Close() }()
	engines, err := start(ctx, space, progress)
	if err != nil {
		return err
	}
	plugin, err := ask.Start(ctx, ask.Binary(root+"/dist"), nil)
	if err != nil {
		return err
	}
	space.Own(plugin.Stop)
	for i, e := range engines {
		progress("asking " + e.name)
		source := ask.Source{URL: e.url, UID: fmt.Sprint("engine-", i), JSON: map[string]any{"scrapeInterval": scrape.String()}, User: ask.Admin}
		if engines[i].answers, err = answersOf(ctx, plugin, source); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return os.WriteFile(page, []byte(report(engines)), 0o644)
}

// start writes the past once for each engine; the first one is compared with.
func start(ctx context.Context, space *servers.Space, progress servers.Progress) ([]engine, error) {
	blocks := filepath.Join(space.Dir, "blocks")
	s, err := simulate.New(simulate.Options{Seed: 1, Start: past.From, End: past.To, ScrapeInterval: scrape, Offset: offset})
	if err != nil {
		return nil, err
	}
	if err := s.WriteBlocks(ctx, blocks, progress); err != nil {
		return nil, err
	}
	newest, err := prometheus.Newest(ctx, progress)
	if err != nil {
		return nil, err
	}
	var engines []engine
	for i, binary := range []string{"", newest} {
		dir := filepath.Join(space.Dir, fmt.Sprint("prometheus-", i))
		if err := os.CopyFS(filepath.Join(dir, "data"), os.DirFS(blocks)); err != nil {
			return nil, err
		}
		p, err := prometheus.Start(ctx, prometheus.Options{Dir: dir, Binary: binary, Progress: progress})
		if err != nil {
			return nil, err
		}
		space.Own(p.Stop)
		version, err := versionOf(ctx, p.URL)
		if err != nil {
			return nil, err
		}
		engines = append(engines, engine{name: "Prometheus " + version, url: p.URL})
	}
	v, err := victoriametrics.Start(ctx, space.Dir, progress)
	if err != nil {
		return nil, err
	}
	space.Own(v.Stop)
	progress("copying the past to VictoriaMetrics")
	if err := importInto(ctx, v.URL, blocks); err != nil {
		return nil, err
	}
	return append(engines, engine{name: "VictoriaMetrics " + victoriametrics.Version, url: v.URL}), nil
}
