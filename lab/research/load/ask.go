package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/federation"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/forwardextremities"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/tables"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

// nothing is a Prometheus that has none of what it is asked.
type nothing struct{}

func (nothing) Instant(context.Context, string, time.Time) (model.Vector, []string, error) {
	return nil, nil, nil
}

func (nothing) Range(context.Context, string, time.Time, time.Time, time.Duration) (model.Matrix, []string, error) {
	return nil, nil, nil
}

// cost is what one statement took, as EXPLAIN (ANALYZE, BUFFERS) says.
type cost struct {
	Plan struct {
		Hit     int64 `json:"Shared Hit Blocks"`
		Read    int64 `json:"Shared Read Blocks"`
		Written int64 `json:"Temp Written Blocks"`
	}
	Milliseconds float64 `json:"Execution Time"`
	sql          string
}

// explained is a database that runs each statement once more, the first time, to learn what it costs. It has no background, so a
// ranking is counted where it is asked for.
type explained struct {
	query.Database
	mu    sync.Mutex
	costs []cost
}

func (e *explained) Read(ctx context.Context, limit time.Duration, fn func(context.Context, query.Tx) error) error {
	return e.Database.Read(ctx, limit, func(ctx context.Context, tx query.Tx) error { return fn(ctx, explainedTx{tx, e}) })
}

type explainedTx struct {
	query.Tx
	e *explained
}

func (t explainedTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if !t.e.known(sql) {
		rows, err := t.Tx.Query(ctx, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "+sql, args...)
		if err != nil {
			return nil, err
		}
		text, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
		if err != nil {
			return nil, err
		}
		var found []cost
		if err := json.Unmarshal([]byte(text), &found); err != nil || len(found) != 1 {
			return nil, fmt.Errorf("a plan of %.60s: %w", sql, err)
		}
		found[0].sql = sql
		t.e.mu.Lock()
		t.e.costs = append(t.e.costs, found[0])
		t.e.mu.Unlock()
	}
	return t.Tx.Query(ctx, sql, args...)
}

func (e *explained) known(sql string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.costs {
		if c.sql == sql {
			return true
		}
	}
	return false
}

// each asks everything that the plugin asks PostgreSQL.
func each(ctx context.Context, db query.Database) ([]cost, error) {
	e := &explained{Database: db}
	err := everything(ctx, e)
	return e.costs, err
}

// everything asks what panels and rules ask.
func everything(ctx context.Context, db query.Database) error {
	var failed []error
	for _, q := range []struct {
		kind query.Type
		json string
	}{
		{forwardextremities.Type(), `{}`}, {federation.Type(), `{"format": "destinations"}`}, {tables.Type(), `{}`}, {diagnosis.Type(), `{}`},
	} {
		request, err := q.kind.Decode([]byte(q.json))
		if err != nil {
			return err
		}
		o := settings.Settings{
			DatasourceUID: "uid", ScrapeInterval: 15 * time.Second, QueryTimeout: 10 * time.Minute,
			Postgres: settings.Postgres{FullPassTimeout: 10 * time.Minute}, Homeserver: settings.Homeserver{DummyEventsThreshold: 10},
		}
		within := query.Align(time.Now().Add(-time.Hour), time.Now(), time.Minute, o.ScrapeInterval)
		_, err = query.NewRunner(o, nothing{}, db).Run(ctx, q.kind, request, within, query.Asker{})
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// ranking is one count of all rooms.
type ranking struct {
	steps         int
	took, longest time.Duration
	rooms         int64
}

// stepping measures the transactions of a count.
type stepping struct {
	query.Database
	r ranking
}

func (s *stepping) Read(ctx context.Context, limit time.Duration, fn func(context.Context, query.Tx) error) error {
	began := time.Now()
	err := s.Database.Read(ctx, limit, fn)
	if s.r.steps++; limit <= time.Second { // else it looks for rooms without any extremity, once
		s.r.longest = max(s.r.longest, time.Since(began))
	}
	return err
}

func rank(ctx context.Context, db query.Database) (ranking, error) {
	d := &stepping{Database: db}
	o := settings.Settings{QueryTimeout: 10 * time.Minute}
	began := time.Now()
	got, err := extremities.Rank(ctx, query.NewSession(query.Request{}, query.TimeRange{}, began, o, nothing{}, d), 0)
	d.r.took = time.Since(began)
	_, d.r.rooms = got.Above(0, 0)
	return d.r, err
}
