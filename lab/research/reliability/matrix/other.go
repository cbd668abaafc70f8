package matrix

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/research/reliability/world"
)

var otherFaults = []Fault{
	{Name: "clock of the asker an hour ahead: nothing is there yet", Shift: time.Hour, Break: nothing},
	{Name: "plugin killed (SIGKILL) while it is asked, and started again", Harmless: true, Break: killed},
	{Name: "settings saved while queries run", Harmless: true, Break: saved},
	{Name: "Grafana cancels what is asked", Harmless: true, Break: cancelled},
}

// killed: what is asked is lost, and Grafana says so.
func killed(ctx context.Context, w trial) (func() error, error) {
	asked := make(chan error, 1)
	go func(w trial) {
		_, err := w.Ask(ctx, w.of, w.Whole(), w.Formats)
		asked <- err
	}(w)
	err := errors.Join(wait(ctx, 300*time.Millisecond), syscall.Kill(w.Plugin.PID(), syscall.SIGKILL))
	if <-asked == nil {
		err = errors.Join(err, errors.New("who asks a plugin that is killed was answered"))
	}
	return heal(w), errors.Join(err, w.Restart(ctx))
}

// saved: queries that run end well, and so do those that come to the new instance meanwhile.
func saved(ctx context.Context, w trial) (func() error, error) {
	asked := make(chan error, 2)
	for _, of := range []time.Duration{0, 200 * time.Millisecond} {
		go func() {
			source := w.of
			if of > 0 {
				source = w.of.With(nil)
			}
			got, err := w.Ask(ctx, source, w.Whole(), w.Formats)
			asked <- errors.Join(err, failures(got))
		}()
		_ = wait(ctx, 200*time.Millisecond)
	}
	return heal(w), errors.Join(<-asked, <-asked)
}

// cancelled: nothing goes on at the upstreams for somebody who has left.
func cancelled(ctx context.Context, w trial) (func() error, error) {
	gone, cancel := context.WithCancel(ctx)
	time.AfterFunc(300*time.Millisecond, cancel)
	_, _ = w.Ask(gone, w.of, w.Whole(), w.Formats) // that it is over is what was wanted
	for end := time.Now().Add(10 * time.Second); ; {
		_, busy, err := w.Sessions(ctx)
		if err != nil || busy == 0 && w.Prometheus.Open.Load() == 0 {
			return heal(w), err
		}
		if time.Now().After(end) {
			return heal(w), fmt.Errorf("ten seconds after it was cancelled, %d statements and %d requests run on", busy, w.Prometheus.Open.Load())
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return heal(w), err
		}
	}
}

func failures(got world.Answers) (err error) {
	for name, answer := range got {
		if answer.Error != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", name, answer.Error))
		}
	}
	return err
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
