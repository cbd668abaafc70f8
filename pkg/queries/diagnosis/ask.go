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

// unlessRefused hands the reason on where Prometheus refuses a question, instead of an error.
func unlessRefused(question query.Question, refused func(why string)) query.Question {
	return func(ctx context.Context, s *query.Session) error {
		err := question(ctx, s)
		if why, is := refusal(err); is {
			refused(why)
			return nil
		}
		return err
	}
}

// refusal tells whether Prometheus refused one query for a limit of its own (samples, length, queries at a time). That
// blinds the checks that need the answer and no other; any other error is one of the whole source.
func refusal(err error) (why string, refused bool) {
	var fault *upstream.Fault
	if errors.As(err, &fault) && fault.Kind == upstream.Limit {
		return fault.Error(), true
	}
	return "", false
}
