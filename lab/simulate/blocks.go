package simulate

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"time"

	"github.com/prometheus/prometheus/tsdb"
)

const (
	blockLength = 2 * time.Hour
	// The same time of day one week earlier is kept at a lower resolution, to be compared with.
	comparisonAge      = 7 * 24 * time.Hour
	comparisonInterval = time.Minute
	comparisonAfterEnd = time.Hour // so that a live simulation still finds it
)

// WriteBlocks writes the past into a Prometheus data folder: the week-old window, then Start to End. Progress, if not
// nil, gets a line per block. It must come before Advance and the handlers' clock go beyond Start.
func (s *Simulation) WriteBlocks(ctx context.Context, dir string, progress func(string)) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if progress == nil {
		progress = func(string) {}
	}
	o := s.options
	windows := []struct {
		name     string
		from, to time.Time
		interval time.Duration
	}{
		{"one week earlier", o.Start.Add(-comparisonAge), o.End.Add(comparisonAfterEnd - comparisonAge), comparisonInterval},
		{"history", o.Start, o.End, o.ScrapeInterval},
	}
	for _, w := range windows {
		if s.now.After(w.from) {
			return fmt.Errorf("the simulation is already at %s, after the start of the past to write", s.now)
		}
		s.advance(w.from, coarseStep)
		for from := w.from; from.Before(w.to); {
			until := from.Truncate(blockLength).Add(blockLength)
			if until.After(w.to) {
				until = w.to.Add(time.Millisecond)
			}
			samples, err := s.writeBlock(ctx, dir, from, until, w.interval)
			if err != nil {
				return fmt.Errorf("writing the block from %s: %w", from.UTC().Format(time.RFC3339), err)
			}
			progress(fmt.Sprintf("%s: %s to %s UTC, %d samples",
				w.name, from.UTC().Format("2006-01-02 15:04"), until.UTC().Format("15:04"), samples))
			from = until
		}
	}
	return nil
}

// writeBlock plays one block's time, scraping every interval (each aligned to it).
func (s *Simulation) writeBlock(ctx context.Context, dir string, from, until time.Time, interval time.Duration) (int, error) {
	writer, err := tsdb.NewBlockWriter(slog.New(slog.NewTextHandler(io.Discard, nil)), dir, blockLength.Milliseconds())
	if err != nil {
		return 0, err
	}
	defer writer.Close() //nolint:errcheck // it closes a temporary head only
	for _, p := range s.processes {
		for _, one := range p.series {
			for i := range one.stored {
				one.stored[i].ref = 0
			}
		}
	}
	samples := 0
	for at := from; at.Before(until); at = at.Add(interval) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		s.advance(at, interval)
		written, err := s.scrape(ctx, writer, at)
		if err != nil {
			return 0, err
		}
		samples += written
	}
	_, err = writer.Flush(ctx)
	return samples, err
}

func (s *Simulation) scrape(ctx context.Context, writer *tsdb.BlockWriter, at time.Time) (int, error) {
	appender := writer.Appender(ctx)
	written := 0
	for _, p := range s.processes {
		for _, one := range p.series {
			value := one.read()
			if math.IsNaN(value) || p.silent(at) {
				continue
			}
			for i, as := range one.stored {
				ref, err := appender.Append(as.ref, as.labels, at.Add(s.options.Offset).UnixMilli(), value/as.part)
				if err != nil {
					return 0, fmt.Errorf("%s: %w", as.labels, err)
				}
				one.stored[i].ref = ref
				written++
			}
		}
		extra, err := p.appendScrapeHealth(appender, at)
		if err != nil {
			return 0, err
		}
		written += extra
	}
	return written, appender.Commit()
}
