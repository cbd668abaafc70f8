package matrix

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/research/reliability/world"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
	"github.com/matrix-insight/synapse-datasource/lab/servers/postgres"
)

// Row is what one fault showed.
type Row struct {
	Fault     Fault
	Said      map[string]int // the errors, and how many formats gave them
	Fails     []string       // formats that gave an error
	Partial   []string       // formats that answered without what the fault took away
	Stays     int            // formats whose answer did not change
	Refreshes int            // until all was right again; 0: never
	Peak      int64          // the most memory that the plugin held, in bytes
	Skipped   string
	Problems  []string // what is wrong with that
}

const (
	// refresh is how far two refreshes of a dashboard are apart.
	refresh = 5 * time.Second
	// refreshes are how many may pass until everything is right again: a circuit stays open for a minute.
	refreshes = 16
)

// Run tries one fault.
func Run(ctx context.Context, w *world.World, f Fault) (row Row, err error) {
	row = Row{Fault: f, Said: map[string]int{}}
	if err := w.Heal(); err != nil {
		return row, err
	}
	truth, err := w.Ask(ctx, w.Direct(), w.Whole(), w.Formats)
	if err = errors.Join(err, failures(truth)); err != nil {
		return row, fmt.Errorf("before the fault: %w", err)
	}
	of := w.Source(f.Set)
	if f.From != nil {
		of = f.From(trial{w, of}, of)
	}
	t := trial{w, of}
	if !f.Cold {
		if _, err := w.Health(ctx, of); err != nil { // connections are open
			return row, err
		}
	}
	_ = w.ForgetPeak() // not on every system
	mend, err := f.Break(ctx, t)
	if errors.Is(err, postgres.ErrNoPooler) {
		row.Skipped = err.Error()
		return row, nil
	}
	if mend == nil {
		return row, err
	}
	if err != nil {
		row.problem("%v", err)
	}
	if err := errors.Join(row.meet(ctx, t, truth), mend()); err != nil {
		return row, err
	}
	if f.Mended != nil {
		of = f.Mended(trial{w, of}, w.Source(f.Set))
	}
	if err := row.recover(ctx, w, of, truth); err != nil {
		return row, err
	}
	return row, row.leaks(ctx, w)
}

// meet asks everything while the fault lasts.
func (r *Row) meet(ctx context.Context, t trial, truth world.Answers) error {
	span := t.Whole()
	span.From, span.To = span.From.Add(r.Fault.Shift), span.To.Add(r.Fault.Shift)
	if r.Fault.Shift != 0 {
		span.From = t.Whole().To.Add(time.Minute)
	}
	got, err := t.Ask(ctx, t.of, span, t.Formats)
	if err != nil {
		return err
	}
	for _, f := range t.Formats {
		r.judge(f, truth[f.Name()], got[f.Name()])
	}
	if !r.Fault.Harmless && r.Fault.Shift == 0 && len(r.Fails)+len(r.Partial) == 0 {
		r.problem("nothing says that anything is wrong")
	}
	if _, r.Peak, err = t.Plugin.RSS(); err == nil && r.Fault.Within > 0 && r.Peak > r.Fault.Within<<20 {
		r.problem("the plugin held %d MiB, more than %d MiB", r.Peak>>20, r.Fault.Within)
	}
	// What somebody reads who may not know everything.
	few := slices.DeleteFunc(slices.Clone(t.Formats), func(f world.Format) bool {
		return !slices.Contains([]string{"forwardExtremities/rooms", "federation/destinations", "diagnosis/findings"}, f.Name())
	})
	if _, err := t.Ask(ctx, t.of.As(ask.Viewer), span, few); err != nil {
		return err
	}
	for _, who := range []ask.Source{t.of, t.of.As(ask.Viewer)} {
		if _, err := t.Health(ctx, who); err != nil {
			return err
		}
	}
	return nil
}

// recover refreshes until everything is as it was without the fault.
func (r *Row) recover(ctx context.Context, w *world.World, of ask.Source, truth world.Answers) error {
	var wrong string
	delete(truth, r.Fault.Later)
	for n := range refreshes {
		got, err := w.Ask(ctx, of, w.Whole(), w.Formats)
		if err != nil {
			return err
		}
		delete(got, r.Fault.Later)
		if wrong = differs(truth, got); wrong != "" && failures(got) == nil {
			if truth, err = w.Ask(ctx, w.Direct(), w.Whole(), w.Formats); err != nil {
				return fmt.Errorf("after the fault: %w", err)
			}
			delete(truth, r.Fault.Later)
			wrong = differs(truth, got)
		}
		if wrong == "" {
			r.Refreshes = n + 1
			return nil
		}
		if err := wait(ctx, refresh); err != nil {
			return err
		}
	}
	r.problem("not right again after %d refreshes: %s", refreshes, wrong)
	return nil
}

// differs names an answer that is not the right one; "": all are.
func differs(truth, got world.Answers) string {
	for name, right := range truth {
		if err := got[name].Error; err != nil {
			return fmt.Sprintf("%s: %v", name, err)
		}
		if wrong := world.Difference(right, got[name]); wrong != "" {
			return name + ": " + wrong
		}
	}
	return ""
}

// leaks looks for what a fault left behind: the same was asked after every fault, so the same must be held. Instances of earlier
// settings end some seconds after they were replaced.
func (r *Row) leaks(ctx context.Context, w *world.World) error {
	const goroutines, descriptors, sessions = 150, 60, 8
	var v world.Vitals
	for range 20 {
		var err error
		if v, err = w.Vitals(ctx); err != nil {
			return err
		}
		if v.Goroutines <= goroutines && v.Descriptors <= descriptors && v.Sessions <= sessions && w.Prometheus.Open.Load() == 0 {
			return nil
		}
		if err := wait(ctx, time.Second); err != nil {
			return err
		}
	}
	r.problem("left behind: %+v, %d requests to Prometheus", v, w.Prometheus.Open.Load())
	return nil
}

func (r *Row) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}
