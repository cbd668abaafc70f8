package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/matrix-insight/synapse-datasource/lab/simulate"
	"github.com/matrix-insight/synapse-datasource/lab/testdata"
)

const (
	scraped = 30 * time.Second
	played  = 2 * time.Hour
)

// until is when both homeservers end.
var until = time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)

// homeserver is one whose series both dashboards read.
type homeserver struct {
	called, name string
	db           *tsdb.DB
}

// simulated is the lab's, with ten processes and every planted problem.
func simulated(ctx context.Context, folder string) (homeserver, error) {
	h := homeserver{called: "the lab's ten-process server", name: "lab.example"}
	simulation, err := simulate.New(simulate.Options{
		Seed: 1, ServerName: h.name, Profile: simulate.Troubled, FirstPort: 9100, Start: until.Add(-played), End: until, ScrapeInterval: scraped,
	})
	if err != nil {
		return h, err
	}
	if err := simulation.WriteBlocks(ctx, folder, nil); err != nil {
		return h, err
	}
	h.db, err = tsdb.Open(folder, slog.New(slog.DiscardHandler), nil, tsdb.DefaultOptions(), nil)
	return h, err
}

var (
	sample    = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)`)
	labelPair = regexp.MustCompile(`([a-z_]+)="((?:[^"\\]|\\.)*)"`)
)

// recorded is a real Synapse with workers and Redis: what it counted in a few minutes goes on evenly.
func recorded(ctx context.Context, folder, version string) (homeserver, error) {
	h := homeserver{called: "a recorded Synapse " + version + " with workers", name: "localhost:56002"}
	scrapes, err := testdata.Versions()
	if err != nil {
		return h, err
	}
	options := tsdb.DefaultOptions()
	options.MinBlockDuration = 24 * time.Hour.Milliseconds()
	if h.db, err = tsdb.Open(folder, slog.New(slog.DiscardHandler), nil, options, nil); err != nil {
		return h, err
	}
	for _, scrape := range scrapes {
		if scrape.Version == version && scrape.Server == "workers" {
			if err := h.play(ctx, scrape); err != nil {
				return h, err
			}
		}
	}
	return h, nil
}

func (h homeserver) play(ctx context.Context, scrape testdata.Scrape) error {
	process := map[string]string{"job": "synapse", "index": "1", "instance": "main:9000"}
	if scrape.Process != "" {
		process = map[string]string{"job": strings.TrimRight(scrape.Process, "0123456789"), "index": "1", "instance": scrape.Process + ":9000"}
	}
	appender := h.db.Appender(ctx)
	add := func(series labels.Labels, value, perSecond float64) error {
		for ago := played; ago >= 0; ago -= scraped {
			if _, err := appender.Append(0, series, until.Add(-ago).UnixMilli(), value+perSecond*(played-ago).Seconds()); err != nil {
				return fmt.Errorf("%s: %w", series, err)
			}
		}
		return nil
	}
	kinds := map[string]string{}
	for row := range strings.Lines(scrape.Metrics) {
		if fields := strings.Fields(row); len(fields) == 4 && fields[1] == "TYPE" {
			kinds[fields[2]] = fields[3]
			continue
		}
		match := sample.FindStringSubmatch(row)
		if match == nil {
			continue
		}
		value, err := strconv.ParseFloat(match[3], 64)
		if err != nil {
			continue
		}
		builder := labels.NewBuilder(labels.FromMap(process))
		builder.Set(labels.MetricName, match[1])
		for _, pair := range labelPair.FindAllStringSubmatch(match[2], -1) {
			builder.Set(pair[1], pair[2])
		}
		perSecond := 0.0
		if kind := kinds[familyOf(match[1], kinds)]; kind == "counter" || kind == "histogram" || kind == "summary" {
			perSecond = value / 240 // the recording took about so many seconds
		}
		if err := add(builder.Labels(), value, perSecond); err != nil {
			return err
		}
	}
	return appender.Commit()
}

// familyOf is the name under which a series' type is written.
func familyOf(name string, kinds map[string]string) string {
	for _, end := range []string{"", "_bucket", "_sum", "_count", "_total"} {
		if family, is := strings.CutSuffix(name, end); is && kinds[family] != "" {
			return family
		}
	}
	return name
}

func both(ctx context.Context, with func(homeserver) error) error {
	folder, err := os.MkdirTemp("", "parity-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	for i, open := range []func(string) (homeserver, error){
		func(f string) (homeserver, error) { return simulated(ctx, f) },
		func(f string) (homeserver, error) { return recorded(ctx, f, "1.163.2") },
	} {
		h, err := open(fmt.Sprintf("%s/%d", folder, i))
		if err != nil {
			return err
		}
		err = with(h)
		_ = h.db.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
