package model

// Part is one of the processes that share a cache's factor.
type Part struct {
	Forecast Forecast
	// Requests weighs the parts: the requests of the process in the window.
	Requests float64
}

// Combined is what one factor does in all processes together.
type Combined struct {
	HitRatio    float64 // at present
	Predictions []Prediction
	// Alone is the index of the process that would avoid nearly all of the misses by itself, so that it alone needs the
	// larger cache; -1 when several gain.
	Alone int
}

// aloneShare is the share of the avoided misses from which one process needs the larger cache alone. Source: ours.
const aloneShare = .9

// Combine weighs the processes' predictions by their requests. All must have the same multipliers. Limits stay proved:
// a weighted sum of bounds bounds the weighted sum. Ends of intervals are weighed as if all processes erred together,
// which they tend to: it is the same traffic.
func Combine(parts []Part) Combined {
	c := Combined{Alone: -1}
	total := 0.0
	for _, p := range parts {
		total += p.Requests
	}
	if total <= 0 {
		return c
	}
	c.Predictions = make([]Prediction, len(parts[0].Forecast.Predictions))
	for _, p := range parts {
		share := p.Requests / total
		c.HitRatio += share * p.Forecast.Bounds.HitRatio()
		for i, q := range p.Forecast.Predictions {
			sum := &c.Predictions[i]
			sum.Multiplier = q.Multiplier
			sum.HitRatio += share * q.HitRatio
			sum.Low += share * q.Low
			sum.High += share * q.High
			sum.Limit += share * q.Limit
		}
	}
	c.Alone = alone(parts, total, c)
	return c
}

func alone(parts []Part, total float64, c Combined) int {
	if len(parts) < 2 || len(c.Predictions) == 0 {
		return -1
	}
	all := c.Predictions[0].HitRatio - c.HitRatio
	for i, p := range parts {
		gain := p.Requests / total * (p.Forecast.Predictions[0].HitRatio - p.Forecast.Bounds.HitRatio())
		if all > 0 && gain >= aloneShare*all {
			return i
		}
	}
	return -1
}
