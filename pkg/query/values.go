package query

import "github.com/prometheus/common/model"

// ValuesBy are the values of series by what names them.
func ValuesBy[K comparable](v model.Vector, name func(model.Metric) K) map[K]float64 {
	values := make(map[K]float64, len(v))
	for _, sample := range v {
		values[name(sample.Metric)] = float64(sample.Value)
	}
	return values
}

// OrZero is a number, 0 where it is unknown.
func OrZero(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// Times multiplies a number; what is unknown stays so.
func Times(v *float64, factor float64) *float64 {
	if v == nil {
		return nil
	}
	return new(*v * factor)
}
