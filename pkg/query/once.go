package query

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// part is a piece of an answer that several Runs use, with what was recorded while it was computed.
type part struct {
	value    any
	executed []string
	notices  []data.Notice
}

// ruleSpread is the time over which Grafana spreads the rules that it evaluates together. All of them name the same
// time, so what is kept that long is as fresh for the last as for the first.
const ruleSpread = 10 * time.Second

// keptParts bounds the memory of kept parts; one diagnosis has some hundred.
const keptParts = 512

// Once does a piece of work once for all Runs that name it by the same key, as answers are shared: within the time that
// the data source keeps answers, and, unless PostgreSQL tells it, for the same credentials and the same time range.
// So alert rules that each ask for one check of the diagnosis cost the upstreams what one diagnosis costs. The value is
// shared: nobody may change it.
func Once[V any](ctx context.Context, s *Session, of Upstream, key string, work func(context.Context, *Session) (V, error)) (V, error) {
	do := func(ctx context.Context) (part, error) {
		own := NewSession(s.Request, s.Range, s.Now, s.Settings, s.metrics, s.database)
		own.Memory = s.Memory
		value, err := work(ctx, own)
		return part{value, own.executed, own.notices}, err
	}
	var p part
	var err error
	if s.parts == nil {
		p, err = do(ctx)
	} else {
		p, err = s.parts.Do(ctx, s.partKey(of, key), s.partTTL(of), do)
	}
	for _, statement := range p.executed {
		s.record(statement)
	}
	for _, n := range p.notices {
		s.Notice(n.Severity, "%s", n.Text)
	}
	if err != nil {
		var none V
		return none, err
	}
	value, ok := p.value.(V)
	if !ok {
		panic(fmt.Sprintf("the key %q names a %T here and a %T elsewhere: each kind of answer needs a key of its own", key, value, p.value))
	}
	return value, nil
}

func (s *Session) partTTL(of Upstream) time.Duration {
	switch {
	case of == Postgres:
		return databaseTTL(s.Settings, s.alert)
	case s.Settings.CacheTTL == 0:
		return 0
	}
	return max(s.Settings.CacheTTL, ruleSpread)
}

func (s *Session) partKey(of Upstream, key string) string {
	tr, identity := s.Range, s.identity
	if of == Postgres { // it tells about now, and the data source's role reads it for everybody
		tr, identity = TimeRange{}, ""
	}
	raw, err := json.Marshal([]any{of, key, tr.From.UnixMilli(), tr.To.UnixMilli(), tr.Step, identity})
	if err != nil {
		panic("a key can't be written as JSON: " + err.Error())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
