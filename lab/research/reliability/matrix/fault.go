// Package matrix breaks one thing after the other and judges what every query type says while it is broken, and after.
package matrix

import (
	"context"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/research/reliability/world"
	"github.com/matrix-insight/synapse-datasource/lab/servers/ask"
)

// trial is the world in which a fault is tried, and the data source that meets it.
type trial struct {
	*world.World
	of ask.Source
}

// Fault is one way to fail, and what is right then.
type Fault struct {
	Name string // the row of the table
	// Of is the upstream that fails, "prometheus" or "postgres": what the other one answers must not change. "": neither.
	Of string
	// Set are settings for it; Cold data sources were never asked before it.
	Set  map[string]any
	Cold bool
	// Break begins the fault and gives what ends it.
	Break func(ctx context.Context, w trial) (mend func() error, err error)
	// From changes where the data source looks; it is asked there while the fault lasts, and, where Mended is set, elsewhere after.
	From   func(w trial, of ask.Source) ask.Source
	Mended func(w trial, of ask.Source) ask.Source
	// Status and Says are what each error must be: one of these, with one of these phrases.
	Status []int
	Says   []string
	// Harmless: every answer stays what it was.
	Harmless bool
	// Few: only a part of the formats meets the fault, and others of the same upstream stay.
	Few bool
	// Later is the format that is right again only within a quarter of an hour, as it rests that long after it failed.
	Later string
	// Shift is how wrong the clock is that says which time is asked for.
	Shift time.Duration
	// Within are the MiB that the plugin may hold at most; 0: not looked at.
	Within int64
}

// heal ends what proxies do; faults that do more have a way of their own.
func heal(w trial) func() error { return w.Heal }

// All are all faults, in the order of the table.
func All() []Fault {
	all := append([]Fault{{Name: "nothing (control)", Harmless: true, Break: func(_ context.Context, w trial) (func() error, error) { return heal(w), nil }}},
		prometheusFaults...)
	return append(append(all, postgresFaults...), otherFaults...)
}
