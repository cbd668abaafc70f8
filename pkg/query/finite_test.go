package query

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/prometheus/common/model"
)

// oddPrometheus answers with what is no number, and keeps its answers.
type oddPrometheus struct {
	vector model.Vector
	matrix model.Matrix
}

func (p oddPrometheus) Instant(context.Context, string, time.Time) (model.Vector, []string, error) {
	return p.vector, nil, nil
}

func (p oddPrometheus) Range(context.Context, string, time.Time, time.Time, time.Duration) (model.Matrix, []string, error) {
	return p.matrix, nil, nil
}

func TestWhatIsNoNumberStaysOutside(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	odd := oddPrometheus{
		vector: model.Vector{sample("a", "nan", nan), sample("a", "1", 1), sample("a", "+inf", inf), sample("a", "-inf", -inf), sample("a", "0", 0)},
		matrix: model.Matrix{stream(model.Metric{"x": "gaps"}, nan, 1, inf, -inf, 2), stream(model.Metric{"x": "nothing"}, nan, inf)},
	}
	s := NewSession(Request{}, lastHour, noon, settings.Settings{}, odd, nil)
	var vector, earlier model.Vector
	var matrix model.Matrix
	if err := s.Ask(t.Context(), At("x", &vector), AtTime("x", noon, &earlier), Over("x", &matrix)); err != nil {
		t.Fatal(err)
	}
	for _, got := range []model.Vector{vector, earlier} {
		if diff := cmp.Diff(model.Vector{sample("a", "1", 1), sample("a", "0", 0)}, got); diff != "" {
			t.Error(diff)
		}
	}
	want := stream(model.Metric{"x": "gaps"}, 0, 1, 0, 0, 2)
	want.Values = []model.SamplePair{want.Values[1], want.Values[4]}
	if diff := cmp.Diff(model.Matrix{want}, matrix); diff != "" {
		t.Error(diff)
	}
	if len(odd.vector) != 5 || !math.IsNaN(float64(odd.vector[0].Value)) || len(odd.matrix[0].Values) != 5 {
		t.Error("the answer, which others may hold, was changed")
	}
}
