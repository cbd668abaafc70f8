// Command reliability breaks what the plugin depends on, in every way of a long table, and writes what the plugin said into
// docs/reliability.md. It needs Linux and a PostgreSQL that is installed or can
// be downloaded, and PgBouncer for some faults.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/research/page"
	"github.com/matrix-insight/synapse-datasource/lab/research/reliability/matrix"
	"github.com/matrix-insight/synapse-datasource/lab/research/reliability/world"
	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

var (
	only = flag.String("only", "", "only faults of this upstream, or whose names contain it; prints and writes nothing")
	out  = flag.String("page", "../docs/reliability.md", "the page to write into")
)

func main() {
	flag.Parse()
	ctx, stop := servers.Context()
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	began := time.Now()
	progress := func(sentence string) { fmt.Fprintf(os.Stderr, "%6.1f s  %s\n", time.Since(began).Seconds(), sentence) }
	space, err := servers.NewSpace("reliability")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, space.Close()) }()
	w, err := world.Open(ctx, space, ask.Binary("../dist"), progress)
	if err != nil {
		return err
	}
	text, problems, err := tried(ctx, w, progress)
	if err != nil {
		return err
	}
	text += "\n" + w.Watch.Searched() + "\n"
	problems = append(problems, w.Watch.Found()...)
	if *only != "" || len(problems) > 0 {
		fmt.Print(text)
	} else if err := page.Write(*out, "faults", text); err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("%d problems, so the page was not written:\n%s", len(problems), strings.Join(problems, "\n"))
	}
	return nil
}

func tried(ctx context.Context, w *world.World, progress servers.Progress) (text string, problems []string, err error) {
	var rows []matrix.Row
	for _, f := range matrix.All() {
		if *only != "" && f.Of != *only && !strings.Contains(f.Name, *only) {
			continue
		}
		row, err := matrix.Run(ctx, w, f)
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		progress(fmt.Sprintf("%s: %d fail, %d in part, %d unchanged, right at refresh %d %s", f.Name, len(row.Fails), len(row.Partial), row.Stays, row.Refreshes, strings.Join(row.Problems, "\n")))
		rows = append(rows, row)
	}
	return matrix.Table(w, rows), matrix.Problems(rows), nil
}
