// Command cachereal compares the cache advice with a real Synapse: it runs the same seeded traffic at a factor of all
// caches, at twice and at four times that, and prints what the cache model predicts from the smallest beside what the larger
// ones then hit. The smallest is run twice, which tells by how much two runs differ for no reason at all.
//
// The homeservers of the lab are small, so the factors are a fiftieth of 0.5, 1 and 2: of caches as small as these a few
// rooms ask as much as thousands do of a real server's.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

var (
	factor  = flag.Float64("factor", .01, "the smallest factor of all caches")
	traffic = flag.Duration("traffic", 8*time.Minute, "how long each run lasts; its second half is judged")
	users   = flag.Int("users", 10, "users of each homeserver")
	rooms   = flag.Int("rooms", 24, "rooms that all of them are in")
	seed    = flag.Uint64("seed", 1, "what the users do")
	out     = flag.String("out", "", "file for the table, besides standard output")
	kept    = flag.String("series", "", "folder for the series of every run")
	again   = flag.Bool("again", false, "judge the series in that folder once more, without running anything")
)

func main() {
	flag.Parse()
	ctx, cancel := servers.Context()
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		cancel()
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	began := time.Now()
	var runs []seen
	for number, multiplier := range []float64{1, 1, 2, 4} {
		e := experiment{number: number, multiplier: multiplier, progress: func(sentence string) {
			fmt.Printf("%6.1f s  ×%g: %s\n", time.Since(began).Seconds(), multiplier, sentence)
		}}
		found, err := e.found(ctx)
		if err != nil {
			return err
		}
		runs = append(runs, found)
	}
	text := table(judge(runs[0], runs[1], runs[2], runs[3]))
	fmt.Println(text)
	if *out != "" {
		return os.WriteFile(*out, []byte(text), 0o644)
	}
	return nil
}

// version is the one that docs/ tells about.
const version = "1.160.0"

// scrapeEvery is short, as the caches are small and fill in seconds.
const scrapeEvery = 3 * time.Second

// experiment is one run of the pair at one size of all caches.
type experiment struct {
	number     int
	multiplier float64
	progress   servers.Progress
}

func (e experiment) found(ctx context.Context) (seen, error) {
	if *again {
		series, window, err := read(e.number)
		return look(series, window), err
	}
	return e.run(ctx)
}

func (e experiment) run(ctx context.Context) (found seen, err error) {
	pair, err := synapse.Start(ctx, synapse.Options{
		Versions: [2]string{version, version},
		Progress: e.progress, ScrapeInterval: scrapeEvery, Crowd: synapse.Crowd{Users: *users, Rooms: *rooms},
		GlobalFactor: *factor * e.multiplier,
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, pair.Stop()) }()
	// First there has to be a past to read back; then the caches fill under the traffic that is judged.
	if err := pair.Traffic(ctx, *seed, *traffic/8); err != nil {
		return nil, err
	}
	if err := pair.Restart(ctx); err != nil {
		return nil, err
	}
	if err := pair.Traffic(ctx, *seed+1, *traffic); err != nil {
		return nil, err
	}
	end := time.Now()
	window := model.Window{From: seconds(end.Add(-*traffic / 2)), To: seconds(end)}
	var all [2]map[string]*model.Series
	for i, server := range pair.Servers {
		if all[i], err = series(server.Scrapes); err != nil {
			return nil, err
		}
	}
	if *kept != "" {
		if err := keep(e.number, all, window.From); err != nil {
			return nil, err
		}
	}
	return look(all, window), nil
}
