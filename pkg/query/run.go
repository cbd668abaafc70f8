package query

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend/tracing"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// keptAnswers bounds the memory of kept answers; a dashboard asks for some thirty.
const keptAnswers = 256

// leastKept is what is kept in any case: without settings there is no limit to obey.
const leastKept = 32 << 20

// Runner wraps every Run of one data source.
type Runner struct {
	settings settings.Settings
	metrics  Metrics
	database Database
	memory   *Memory
	shared   *Shared[answer]
	parts    *Shared[part]
	now      func() time.Time
}

// answer is a Result with what was recorded while it was computed.
type answer struct {
	result   Result
	step     time.Duration // between points of a series
	executed []string
	notices  []data.Notice
}

// NewRunner makes the runner of one data source; metrics or database are nil where not configured.
func NewRunner(o settings.Settings, metrics Metrics, database Database) *Runner {
	half := uint64(max(o.MemoryLimit, leastKept)) / 2
	return &Runner{
		settings: o, metrics: metrics, database: database, memory: NewMemory(), now: time.Now,
		shared: NewShared[answer](o.QueryTimeout, keptAnswers).Bounded(half),
		parts:  NewShared[part](o.QueryTimeout, keptParts).Bounded(half),
	}
}

// Close lets what runs come to its end, and cancels what takes longer than a query may.
func (r *Runner) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), r.settings.QueryTimeout)
	defer cancel()
	r.shared.Drain(ctx)
	r.parts.Drain(ctx)
}

// Asker is on whose behalf a query runs.
type Asker struct {
	View
	// Identity is a hash of the credentials forwarded upstream; answers are shared only within one.
	Identity string
	// Alert: an alert rule asks; it gets no old answer of PostgreSQL, however long the data source keeps answers.
	Alert bool
}

// Run answers one query for one asker, within the data source's query timeout.
func (r *Runner) Run(ctx context.Context, t Type, req Request, tr TimeRange, asker Asker) (data.Frames, error) {
	ctx, span := tracing.DefaultTracer().Start(ctx, "synapse."+t.ID, trace.WithAttributes(attribute.String("format", req.Format.ID)))
	defer span.End()
	ctx, cancel := context.WithTimeout(ctx, r.settings.QueryTimeout)
	defer cancel()

	a, err := r.shared.Do(ctx, key(req, tr, asker), r.ttl(req.Format), func(ctx context.Context) (answer, error) {
		return r.compute(ctx, t, req, tr, asker)
	})
	if err != nil {
		span.SetStatus(codes.Error, t.ID+" failed")
		return nil, err
	}
	return a.framesFor(asker.View), nil
}

// leastDatabaseTTL is how long PostgreSQL's answers serve at least: rooms change slowly, and the database is Synapse's.
const leastDatabaseTTL = time.Minute

// databaseTTL is how old an answer of PostgreSQL may be. The admin's wish to keep answers longer is for people who look,
// not for alert rules.
func databaseTTL(s settings.Settings, alert bool) time.Duration {
	if alert {
		return leastDatabaseTTL
	}
	return max(s.CacheTTL, leastDatabaseTTL)
}

// ttl is how long an answer serves. What PostgreSQL tells is kept below it, by what is read (Once): then another limit, filter or
// minimum makes another answer, and no further read.
func (r *Runner) ttl(f Format) time.Duration {
	if f.Needs == Postgres {
		return 0
	}
	return r.settings.CacheTTL
}

func (r *Runner) compute(ctx context.Context, t Type, req Request, tr TimeRange, asker Asker) (answer, error) {
	if req.Format.Needs == Postgres && r.database == nil {
		return answer{}, &NotConfigured{Type: t.Title, Format: req.Format.Title}
	}
	s := NewSession(req, tr, r.now(), r.settings, r.metrics, r.database)
	s.parts, s.identity, s.alert, s.Memory = r.parts, asker.Identity, asker.Alert, r.memory
	result, err := t.Run(ctx, s)
	if err != nil {
		return answer{}, err
	}
	return answer{result, s.Range.Step, s.executed, s.notices}, nil
}

// What was run stands in every frame. The first one holds a whole diagnosis; a diagnosis in numbers has a frame
// for each, and all of it in each would be most of the answer.
const (
	executedInFirst = 64 << 10
	executedInOther = 4 << 10
)

// joinStatements puts statements together as far as they fit, and says how many are left out; the first one is never.
func joinStatements(statements []string, size int) string {
	var text strings.Builder
	for i, statement := range statements {
		if i == 0 {
			text.WriteString(truncate(statement, size))
			continue
		}
		if text.Len()+len(statement) > size {
			fmt.Fprintf(&text, "\n\n… and %d more", len(statements)-i)
			break
		}
		text.WriteString("\n\n" + statement)
	}
	return text.String()
}

func (a answer) framesFor(view View) data.Frames {
	frames := a.result.Frames(view)
	executed := joinStatements(a.executed, executedInFirst)
	for i, frame := range frames {
		if frame.Meta == nil {
			frame.Meta = &data.FrameMeta{}
		}
		frame.Meta.ExecutedQueryString = executed
		if frame.Meta.Type == data.FrameTypeTimeSeriesMulti && len(frame.Fields) > 0 {
			// Grafana draws no line over a point that is missing where it knows how far points are apart.
			frame.Fields[0].Config.Interval = float64(a.step.Milliseconds())
		}
		if i == 0 {
			frame.Meta.Notices = append(frame.Meta.Notices, a.notices...)
			executed = joinStatements(a.executed, executedInOther)
		}
	}
	return frames
}

// NotConfigured says that a format needs PostgreSQL and the data source has none.
type NotConfigured struct{ Type, Format string }

func (e *NotConfigured) Error() string {
	return e.Type + " (" + e.Format + ") is read from Synapse's PostgreSQL, which this data source does not have. " +
		"Fill in the PostgreSQL section of the data source; a server on SQLite can't answer this."
}

// key names the work: what is asked, of which time, with whose credentials unless PostgreSQL answers, which has those of the data source. What PostgreSQL tells within an answer of a
// range, or about now, may be older for people than for alert rules.
func key(req Request, tr TimeRange, asker Asker) string {
	if req.Format.Current {
		tr = TimeRange{}
	}
	if req.Format.Needs == Postgres {
		asker.Identity = ""
	}
	raw, err := json.Marshal([]any{
		req.Type, req.Format.ID, req.Filters, req.Limit, req.params, tr.From.UnixMilli(), tr.To.UnixMilli(), tr.Step, asker.Identity, asker.Alert,
	})
	if err != nil {
		panic("a request can't be written as JSON: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
