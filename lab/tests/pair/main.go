// Command pair runs the real Synapse pair with traffic and compares what is answered about it with what it says itself.
// The exit code is 77 where this machine can't run a Synapse.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
	"github.com/matrix-insight/synapse-datasource/lab/tests/pair/compare"
)

const (
	seed    = 1
	skipped = 77 // the exit code where this machine can't run a Synapse
)

var (
	dist    = flag.String("dist", "../dist", "the folder with the built plugin")
	traffic = flag.Duration("traffic", 2*time.Minute, "how long the traffic lasts that is compared")
	version = flag.String("synapse", "", "one version of Synapse for both; by default the oldest and the newest of lab/servers/synapse/requirements")
	stay    = flag.Bool("keep", false, "leave everything running until Ctrl-C")
)

func main() {
	flag.Parse()
	ctx, cancel := servers.Context()
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		cancel()
		if errors.Is(err, synapse.ErrUnavailable) {
			os.Exit(skipped)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	began := time.Now()
	progress := func(sentence string) {
		fmt.Printf("%6.1f s  %s\n", time.Since(began).Seconds(), sentence)
	}
	pair, err := synapse.Start(ctx, synapse.Options{Versions: [2]string{*version, *version}, Progress: progress})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pair.Stop()) }()
	report := &compare.Report{Out: os.Stdout}
	err = compareAll(ctx, pair, report)
	if err == nil {
		fmt.Println(report.Summary())
	}
	if *stay {
		keep(ctx, pair, err)
	}
	if err == nil && report.Failed() {
		err = errors.New("what is answered differs from what Synapse says")
	}
	return err
}

// compareAll starts the plugin, makes a window of traffic and compares it.
func compareAll(ctx context.Context, pair *synapse.Pair, report *compare.Report) (err error) {
	process, err := ask.Start(ctx, ask.Binary(*dist), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, process.Stop()) }()
	window, err := drive(ctx, pair, *traffic)
	if err != nil {
		return err
	}
	return compare.All(ctx, report, &compare.Plugin{Plugin: process, Pair: pair}, window)
}

// drive makes a window of traffic between two quiet spells. The first traffic only makes the metrics exist: a counter
// that is born inside the window has grown by something that nobody saw.
func drive(ctx context.Context, pair *synapse.Pair, traffic time.Duration) (window compare.Window, err error) {
	if err := pair.Traffic(ctx, seed, traffic/4); err != nil {
		return window, err
	}
	if err := pair.Quiesce(ctx); err != nil {
		return window, err
	}
	from := time.Now().Add(-2 * pair.ScrapeInterval)
	if err := pair.Traffic(ctx, seed+1, traffic); err != nil {
		return window, err
	}
	if err := pair.Quiesce(ctx); err != nil {
		return window, err
	}
	return compare.NewWindow(from, time.Now().Add(-pair.ScrapeInterval), pair.ScrapeInterval), nil
}

func keep(ctx context.Context, pair *synapse.Pair, err error) {
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println("left running until Ctrl-C:")
	fmt.Println("  Prometheus   ", pair.PrometheusURL)
	for _, server := range pair.Servers {
		fmt.Println("  homeserver   ", server.ServerName)
		fmt.Println("    client API ", server.ClientURL, "admin token", server.AdminToken)
		fmt.Println("    metrics    ", server.MetricsURL)
		fmt.Println("    database   ", server.Database.SuperuserDSN)
	}
	<-ctx.Done()
}
