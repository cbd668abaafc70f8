package query

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/common/model"
	"golang.org/x/sync/errgroup"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// Session is what one Run may use. It records every statement and every notice; both end up in the frames.
type Session struct {
	Request
	Range    TimeRange
	Now      time.Time
	Settings settings.Settings

	// Memory is what earlier reads of PostgreSQL found.
	Memory *Memory

	metrics  Metrics
	database Database

	// parts are shared with other Runs of the same identity; nil: nothing is shared.
	parts    *Shared[part]
	identity string
	alert    bool

	mu       sync.Mutex
	executed []string
	notices  []data.Notice
}

// NewSession makes the session of one Run. metrics or database may be nil where they are not configured.
func NewSession(r Request, tr TimeRange, now time.Time, o settings.Settings, metrics Metrics, database Database) *Session {
	return &Session{Request: r, Range: tr, Now: now, Settings: o, Memory: NewMemory(), metrics: metrics, database: database}
}

// Notice tells the reader why an answer is partial. The same text is told once.
func (s *Session) Notice(severity data.NoticeSeverity, format string, args ...any) {
	notice := data.Notice{Severity: severity, Text: fmt.Sprintf(format, args...)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.notices, notice) {
		s.notices = append(s.notices, notice)
	}
}

// Warn is a Notice that the reader should act on or know before trusting the answer.
func (s *Session) Warn(format string, args ...any) {
	s.Notice(data.NoticeSeverityWarning, format, args...)
}

// Inform is a Notice that explains the answer.
func (s *Session) Inform(format string, args ...any) {
	s.Notice(data.NoticeSeverityInfo, format, args...)
}

func (s *Session) record(statement string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.executed, statement) {
		s.executed = append(s.executed, statement)
	}
}

func (s *Session) warnOf(texts []string) {
	for _, text := range texts {
		s.Warn("Prometheus: %s", text)
	}
}

// Question is one PromQL query whose answer goes to a variable.
type Question func(ctx context.Context, s *Session) error

// At asks for the values at the end of the range.
func At(promql string, answer *model.Vector) Question {
	return func(ctx context.Context, s *Session) error { return s.instant(ctx, promql, s.Range.To, answer) }
}

// AtTime asks for the values at another time.
func AtTime(promql string, at time.Time, answer *model.Vector) Question {
	return func(ctx context.Context, s *Session) error { return s.instant(ctx, promql, at, answer) }
}

// Over asks for the values at every step of the range.
func Over(promql string, answer *model.Matrix) Question {
	return func(ctx context.Context, s *Session) error {
		return Between(promql, s.Range.From, s.Range.To, s.Range.Step, answer)(ctx, s)
	}
}

// Between asks for the values at every step of another range; both ends belong to it.
func Between(promql string, from, to time.Time, step time.Duration, answer *model.Matrix) Question {
	return func(ctx context.Context, s *Session) error {
		s.record(promql)
		matrix, warnings, err := s.metrics.Range(ctx, promql, from, to, step)
		s.warnOf(warnings)
		*answer = finitePoints(matrix)
		return err
	}
}

func (s *Session) instant(ctx context.Context, promql string, at time.Time, answer *model.Vector) error {
	s.record(promql)
	vector, warnings, err := s.metrics.Instant(ctx, promql, at)
	s.warnOf(warnings)
	*answer = finiteSamples(vector)
	return err
}

// concurrentQuestions bounds what one query asks of Prometheus at a time; its own default limit is 20 for everybody.
const concurrentQuestions = 10

// Ask sends independent questions together and waits for all answers; the first error ends it.
func (s *Session) Ask(ctx context.Context, questions ...Question) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(concurrentQuestions)
	for _, question := range questions {
		group.Go(func() error { return CatchPanic(func() error { return question(ctx, s) }) })
	}
	return group.Wait()
}

// HasDatabase tells whether PostgreSQL is configured.
func (s *Session) HasDatabase() bool { return s.database != nil }

// Owner is the homeserver that PostgreSQL belongs to.
func (s *Session) Owner(ctx context.Context) (string, error) { return s.database.Owner(ctx) }

// Read runs fn in one read-only transaction and records its statements; limit 0 is the configured statement timeout.
func (s *Session) Read(ctx context.Context, limit time.Duration, fn func(ctx context.Context, tx Tx) error) error {
	return s.database.Read(ctx, limit, func(ctx context.Context, tx Tx) error {
		return fn(ctx, recordingTx{tx, s})
	})
}

// recordingTx notes each statement as it was written, with $1 in place of values.
type recordingTx struct {
	Tx
	session *Session
}

func (t recordingTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	t.session.record(sql)
	return t.Tx.Query(ctx, sql, args...)
}
