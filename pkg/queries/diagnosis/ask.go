package diagnosis

import (
	"context"
	"errors"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// at asks once for all diagnoses of the same time: there is an alert rule for each check.
func at(promql string, answer *model.Vector) query.Question {
	return func(ctx context.Context, s *query.Session) (err error) {
		*answer, err = query.Once(ctx, s, query.Prometheus, "at "+promql, func(ctx context.Context, s *query.Session) (v model.Vector, err error) {
			err = query.At(promql, &v)(ctx, s)
			return v, err
		})
		return err
	}
}

// over is the same for a range.
func over(promql string, answer *model.Matrix) query.Question {
	return func(ctx context.Context, s *query.Session) (err error) {
		*answer, err = query.Once(ctx, s, query.Prometheus, "over "+promql, func(ctx context.Context, s *query.Session) (m model.Matrix, err error) {
			err = query.Over(promql, &m)(ctx, s)
			return m, err
		})
		return err
	}
}

// askUnlessRefused gives the reason where Prometheus refuses one query for a limit of its own (samples, length, queries at
// a time): that blinds the checks that need the answer and no other. Any other error is one of the whole source.
func askUnlessRefused(ctx context.Context, s *query.Session, question query.Question) (refused string, err error) {
	err = question(ctx, s)
	var fault *upstream.Fault
	if errors.As(err, &fault) && fault.Kind == upstream.Limit {
		return fault.Error(), nil
	}
	return "", err
}
