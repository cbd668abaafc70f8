//go:build unix

package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

var processFaults = []fault{
	{
		id: "stopped", how: "Synapse is stopped (SIGSTOP)",
		accepted: []string{"availability", "scrape-health"}, begin: signal(syscall.SIGSTOP),
	},
	{
		id: "killed", how: "Synapse is killed (SIGKILL) and not started again",
		accepted: []string{"availability", "scrape-health", "restarts"}, begin: signal(syscall.SIGKILL),
	},
	{
		id: "blocked-loop", how: "a module sleeps for 20 s on the event loop, five seconds apart",
		accepted: []string{"availability", "reactor-lag"}, begin: touch("block"),
	},
	{
		id: "cpu-limit", how: "Synapse may run for 5 ms of every 100 (SIGSTOP and SIGCONT, as the limit of a container does)", slow: true,
		accepted: []string{"starvation"}, begin: limitCPU(5 * time.Millisecond),
	},
	{
		id: "full-collections", how: "a module holds twelve million lists, and every collection is a full one",
		accepted: []string{"gc-pauses"}, lasts: 72 * time.Minute, begin: touch("heap"), // processes younger than an hour are not judged
	},
	{
		id: "descriptors", how: "Synapse may open 256 files, and idle connections take up all that are free",
		accepted: []string{"open-files"}, through: []string{"prlimit", "--nofile=256:256"}, begin: holdConnections,
	},
}

func signal(s syscall.Signal) func(context.Context, *ward) error {
	return func(_ context.Context, w *ward) error { return w.signal(w.server.PID(), s) }
}

// signal sends one signal; what is stopped is woken up at the end, or it could not be ended.
func (w *ward) signal(pid int, s syscall.Signal) error {
	if s == syscall.SIGSTOP {
		w.space.Own(func() error { _ = syscall.Kill(pid, syscall.SIGCONT); return nil })
	}
	return syscall.Kill(pid, s)
}

// touch makes the file that modules/sick.py waits for.
func touch(name string) func(context.Context, *ward) error {
	return func(_ context.Context, w *ward) error {
		return os.WriteFile(filepath.Join(w.space.Dir, name), nil, 0o644)
	}
}

// limitCPU lets Synapse run for a part of every tenth of a second.
func limitCPU(runs time.Duration) func(context.Context, *ward) error {
	return func(ctx context.Context, w *ward) error {
		pid := w.server.PID()
		w.space.Own(func() error { _ = syscall.Kill(pid, syscall.SIGCONT); return nil })
		w.until(ctx, runs, func() {
			_ = syscall.Kill(pid, syscall.SIGSTOP)
			time.Sleep(100*time.Millisecond - runs)
			_ = syscall.Kill(pid, syscall.SIGCONT)
		})
		return nil
	}
}

func holdConnections(ctx context.Context, w *ward) error {
	address := strings.TrimPrefix(w.server.ClientURL, "http://")
	held := make(chan net.Conn, 250)
	w.until(ctx, 100*time.Millisecond, func() {
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return
		}
		for len(held) == cap(held) {
			_ = (<-held).Close()
		}
		held <- connection
	})
	return nil
}
