// Package database fills a PostgreSQL database with the tables of a Synapse homeserver and seeded rooms, some of which
// have more forward extremities than they should (see planted.go).
package database

import "time"

// Options describe the homeserver; the zero value of each field means its default.
type Options struct {
	Seed       uint64
	ServerName string    // default example.org
	Now        time.Time // default: now; times in the database are relative to it
	Healthy    bool      // leaves the planted problems out
}

func (o Options) withDefaults() Options {
	if o.ServerName == "" {
		o.ServerName = "example.org"
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	return o
}
