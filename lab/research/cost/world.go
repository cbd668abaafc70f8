package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/prometheus"
	"github.com/matrix-insight/synapse-datasource/lab/simulate"
)

// world is one homeserver whose past is asked for.
type world struct {
	name      string
	processes int
	size      simulate.Size
	scrape    time.Duration
	past      time.Duration
}

// The worlds. Sixty processes have half the past, scraped half as often: it has to be written in minutes.
var (
	small  = world{"1 process", 1, simulate.Size{MainOnly: true, Kinds: 2}, 30 * time.Second, 6 * time.Hour}
	middle = world{"10 processes", 10, simulate.Size{Copies: 2, Kinds: 4}, 30 * time.Second, 6 * time.Hour}
	large  = world{"60 processes", 60, simulate.Size{Copies: 12, Kinds: 4}, time.Minute, 3 * time.Hour}
)

// ends is when each past ends; a fixed time, so that it is written once.
var ends = time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)

const serverName = "bench.example"

func (w world) span() ask.Span { return ask.Span{From: ends.Add(-w.past), To: ends} }

// written gives the folder of the past, which is kept for the next run.
func (w world) written(ctx context.Context, progress servers.Progress) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "matrix-synapse-datasource", fmt.Sprintf("past-%d-%d-%d-%s", w.processes, w.size.Copies, w.size.Kinds, w.scrape))
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	progress.Say("writing the past of " + w.name)
	s, err := simulate.New(simulate.Options{
		Seed: 1, ServerName: serverName, Size: w.size, Start: ends.Add(-w.past), End: ends, ScrapeInterval: w.scrape,
	})
	if err != nil {
		return "", err
	}
	if err := os.RemoveAll(folder + ".part"); err != nil {
		return "", err
	}
	if err := s.WriteBlocks(ctx, folder+".part", progress.Say); err != nil {
		return "", err
	}
	return folder, os.Rename(folder+".part", folder)
}

// serve starts a Prometheus over the past. It does not merge blocks: that would run beside what is measured.
func (w world) serve(ctx context.Context, space *servers.Space, progress servers.Progress) (*prometheus.Server, error) {
	folder, err := w.written(ctx, progress)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(space.Dir, "prometheus-")
	if err != nil {
		return nil, err
	}
	p, err := prometheus.Start(ctx, prometheus.Options{
		Dir: dir, Data: folder, Progress: progress,
		Args: []string{"--storage.tsdb.min-block-duration=2h", "--storage.tsdb.max-block-duration=2h"},
	})
	if err == nil {
		space.Own(p.Stop)
	}
	return p, err
}
