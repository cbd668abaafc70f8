package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/prometheus/prometheus/tsdb"

	"github.com/matrix-insight/synapse-datasource/lab/simulate"
	"github.com/matrix-insight/synapse-datasource/lab/testdata"
	"github.com/matrix-insight/synapse-datasource/lab/tests/promql"
)

// server is a homeserver that both are asked about.
type server struct {
	title, name string
	scrape      time.Duration
	from, until time.Time
	engine      *promql.Engine
	close       func() error
}

// newest is the recorded homeserver: a main process and two workers of a real Synapse.
const newest = "1.163.2"

// simulated is the homeserver of the demo with twice its processes: ten.
func simulated(ctx context.Context) (server, error) {
	const scrape = 15 * time.Second
	s := server{title: "simulated", name: "example.org", scrape: scrape, until: time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)}
	s.from = s.until.Add(-time.Hour)
	simulation, err := simulate.New(simulate.Options{
		Seed: 1, ServerName: s.name, Size: simulate.Size{Copies: 2}, Start: s.from.Add(-time.Hour), End: s.until, ScrapeInterval: scrape,
	})
	if err != nil {
		return s, err
	}
	return s, s.open(nil, func(folder string) error { return simulation.WriteBlocks(ctx, folder, nil) }, nil)
}

// recorded is what a real homeserver answered, again and again.
func recorded() (server, error) {
	h := testdata.History{Every: time.Minute, Length: 3 * time.Hour, Unread: true}
	s := server{title: "recorded", scrape: h.Every, until: time.Unix(0, 0).Add(h.Length)}
	s.from = s.until.Add(-time.Hour)
	scrapes, err := testdata.Versions()
	if err != nil {
		return s, err
	}
	var processes []testdata.Scrape
	for _, scrape := range scrapes {
		if scrape.Version == newest && scrape.Server == "workers" {
			processes = append(processes, scrape)
		}
	}
	if len(processes) > 0 {
		s.name = nameOf(processes[0].Metrics)
	}
	if s.name == "" {
		return s, fmt.Errorf("there is no recording of Synapse %s with workers", newest)
	}
	const year = 365 * 24 * time.Hour
	options := tsdb.DefaultOptions()
	options.MinBlockDuration, options.MaxBlockDuration = year.Milliseconds(), year.Milliseconds() // series come one after the other
	return s, s.open(options, nil, func(db *tsdb.DB) error { return promql.Fill(db, h.Of(processes)) })
}

// nameOf is the homeserver's name as its process writes it.
func nameOf(scrape string) string {
	_, rest, _ := strings.Cut(scrape, `server_name="`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

// open opens a Prometheus data folder that is filled before or after, and removes it at the end.
func (s *server) open(options *tsdb.Options, before func(folder string) error, after func(*tsdb.DB) error) error {
	folder, err := os.MkdirTemp("", "parity-")
	if err != nil {
		return err
	}
	s.close = func() error { return os.RemoveAll(folder) }
	if before != nil {
		if err := before(folder); err != nil {
			return errors.Join(err, s.close())
		}
	}
	db, err := tsdb.Open(folder, slog.New(slog.DiscardHandler), nil, options, nil)
	if err != nil {
		return errors.Join(err, s.close())
	}
	s.close = func() error { return errors.Join(db.Close(), os.RemoveAll(folder)) }
	if after != nil {
		if err := after(db); err != nil {
			return errors.Join(err, s.close())
		}
	}
	s.engine = promql.Over(db)
	return nil
}
