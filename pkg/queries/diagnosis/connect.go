package diagnosis

import (
	"context"
	"errors"
	"slices"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

var refusalKinds = map[upstream.Kind]checks.RefusalKind{
	upstream.Auth: checks.NotLetIn, upstream.TLS: checks.NotLetIn, upstream.Full: checks.NoneFree, upstream.Starting: checks.Starting, upstream.Timeout: checks.Deaf,
	upstream.Unreachable: checks.Unreachable,
}

// connect tries a new connection to PostgreSQL where a check wants to know. Settings that can't be used are no refusal, nor is
// a query that was given up.
func connect(ctx context.Context, s *query.Session, wanted []checks.Check) (*checks.Refusal, error) {
	if !s.HasDatabase() || !slices.ContainsFunc(wanted, func(c checks.Check) bool { return c.Connects }) {
		return nil, nil
	}
	return query.Once(ctx, s, query.Postgres, "connect", func(ctx context.Context, s *query.Session) (*checks.Refusal, error) {
		ctx, cancel := leavingTime(ctx)
		defer cancel()
		var fault *upstream.Fault
		if err := s.Connect(ctx); !errors.As(err, &fault) || fault.Kind == upstream.Auth && fault.Status == 400 {
			return nil, nil
		}
		if kind, is := refusalKinds[fault.Kind]; is {
			return &checks.Refusal{Kind: kind, Why: fault.Message}, nil
		}
		return nil, nil
	})
}
