//go:build unix

package main

import (
	"context"
	"slices"
	"time"
)

// fault is one way to make a homeserver sick by real means; a healthy control has no cause.
type fault struct {
	id, how  string
	accepted []string // the checks that name the cause, of which one has to be the first finding
	settings string   // YAML for homeserver.yaml
	through  []string // the command that starts Synapse
	postgres map[string]string
	workers  bool          // there are workers and a Redis
	peer     bool          // another homeserver is in all rooms
	slow     bool          // its check judges no young process, or the mean of a quarter of an hour
	lasts    time.Duration // how long the homeserver is sick at least
	// begin makes the homeserver sick, and what it starts ends with the context of the run.
	begin func(ctx context.Context, w *ward) error
}

func (f fault) control() bool { return len(f.accepted) == 0 }

// faults are all of them; the accepted causes were written down before the first run.
var faults = slices.Concat(controls, databaseFaults, processFaults, clientFaults, workerFaults)

var controls = []fault{
	{id: "quiet", how: "nothing happens besides the usual traffic", begin: nothing},
	{id: "restart", how: "Synapse is ended by SIGTERM and started again", begin: restart},
	{id: "peer-gone", how: "the only other homeserver, which is in all rooms, is stopped (SIGSTOP)", peer: true, slow: true, begin: freezePeer},
	{
		id: "database-crash", how: "a session of PostgreSQL is killed (SIGKILL): it ends all of them and recovers", begin: crashSession,
		postgres: map[string]string{"fsync": "on", "synchronous_commit": "on"}, // without, the last commits are lost, and syncs fail for good
	},
	{id: "backup", how: "pg_dump reads the whole database, again and again", begin: dump},
}

func nothing(context.Context, *ward) error { return nil }

func restart(ctx context.Context, w *ward) error {
	if err := w.server.Stop(); err != nil {
		return err
	}
	return w.server.Start(ctx)
}
