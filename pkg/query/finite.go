package query

import (
	"math"
	"slices"

	"github.com/prometheus/common/model"
)

// Samples enter the plugin here: what is not a number is left out, so that no code behind has to check. Prometheus answers
// NaN for a mean of nothing and ±Inf for a division by nothing. Quantiles are never infinite: one beyond the last bucket is
// that bucket's bound.

func finiteSamples(vector model.Vector) model.Vector {
	return slices.DeleteFunc(slices.Clone(vector), func(s *model.Sample) bool { return !finite(s.Value) })
}

// finitePoints leaves gaps; a series without a number is none.
func finitePoints(matrix model.Matrix) model.Matrix {
	var kept model.Matrix
	for _, stream := range matrix {
		points := slices.DeleteFunc(slices.Clone(stream.Values), func(p model.SamplePair) bool { return !finite(p.Value) })
		if len(points) > 0 {
			kept = append(kept, &model.SampleStream{Metric: stream.Metric, Values: points})
		}
	}
	return kept
}

func finite(v model.SampleValue) bool { return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) }
