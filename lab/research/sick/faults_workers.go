//go:build unix

package main

import (
	"context"
	"syscall"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers/redis"
	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

// workerFaults are of homeservers with a Redis, a worker that clients speak to and one that alone stores events.
var workerFaults = []fault{
	{id: "rolling-restart", how: "the processes are restarted by SIGTERM, one after the other", workers: true, begin: restartAll},
	{id: "redis-restart", how: "Redis is stopped and started again after five seconds", workers: true, begin: restartRedis},
	{
		id: "worker-killed", how: "the worker that clients speak to is killed (SIGKILL) and not started again", workers: true,
		accepted: []string{"availability", "scrape-health", "restarts"}, begin: signalWorker(synapse.ClientWorker, syscall.SIGKILL),
	},
	{
		id: "worker-stopped", how: "the worker that clients speak to is stopped (SIGSTOP)", workers: true,
		accepted: []string{"availability", "scrape-health"}, begin: signalWorker(synapse.ClientWorker, syscall.SIGSTOP),
	},
	{
		id: "persister-killed", how: "the worker that stores events is killed (SIGKILL) and not started again", workers: true,
		accepted: []string{"availability", "scrape-health", "restarts"}, begin: signalWorker(synapse.EventWorker, syscall.SIGKILL),
	},
	{
		id: "persister-stopped", how: "the worker that stores events is stopped (SIGSTOP)", workers: true,
		accepted: []string{"availability", "scrape-health"}, begin: signalWorker(synapse.EventWorker, syscall.SIGSTOP),
	},
	{
		id: "redis-frozen", how: "Redis is stopped (SIGSTOP)", workers: true, slow: true,
		accepted: []string{"replication-lag", "availability"}, begin: freezeRedis,
	},
	{
		id: "redis-gone", how: "Redis is ended and not started again", workers: true, slow: true,
		accepted: []string{"replication-lag", "availability"}, begin: func(_ context.Context, w *ward) error { return w.redis.Stop() },
	},
}

func signalWorker(name string, s syscall.Signal) func(context.Context, *ward) error {
	return func(_ context.Context, w *ward) error {
		for _, worker := range w.server.Workers {
			if worker.Name == name {
				return w.signal(worker.PID(), s)
			}
		}
		return nil
	}
}

func restartAll(ctx context.Context, w *ward) error {
	if err := restart(ctx, w); err != nil {
		return err
	}
	for _, worker := range w.server.Workers {
		if err := worker.Stop(); err != nil {
			return err
		}
		if err := worker.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

func freezeRedis(_ context.Context, w *ward) error { return w.signal(w.redis.PID(), syscall.SIGSTOP) }

func restartRedis(ctx context.Context, w *ward) error {
	if err := w.redis.Stop(); err != nil {
		return err
	}
	if err := rest(ctx, 5*time.Second); err != nil {
		return err
	}
	return w.startRedis(ctx, w.redis.Port)
}

// startRedis starts it at a port; 0: any.
func (w *ward) startRedis(ctx context.Context, port int) (err error) {
	w.redis, err = redis.Start(ctx, w.space.Dir, port)
	if w.redis != nil {
		w.space.Own(w.redis.Stop)
	}
	return err
}
