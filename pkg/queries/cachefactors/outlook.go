package cachefactors

import (
	"slices"

	"github.com/prometheus/common/model"

	theory "github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse"
)

// fewSamples are not enough to predict from. Source: ours.
const fewSamples = 20

// outlook is what the model says about one row.
type outlook struct {
	present     float64 // hit ratio of the time that it looked at
	predictions []theory.Prediction
	confidence  float64
	alone       string // the process that would avoid nearly all of it
}

// predict combines the processes that belong to a row; nil where the model can't say.
func predict(belongs func(key) bool, histories map[key]*history, ttl float64, w theory.Window, step float64, multipliers []float64) *outlook {
	sizes := append([]float64{step}, multipliers...)
	sizes = slices.DeleteFunc(sizes, func(m float64) bool { return m <= 1 })
	slices.Sort(sizes)
	sizes = slices.Compact(sizes)
	var parts []theory.Part
	var names []string
	for k, h := range histories {
		if !belongs(k) {
			continue
		}
		s := h.series()
		if len(s.Times) < fewSamples {
			continue
		}
		s.Repeats = k.repeats()
		f := theory.Predict(s, ttl, w, sizes)
		if f.Bounds.Resized {
			return nil
		}
		if f.Bounds.Requests > 0 {
			parts = append(parts, theory.Part{Forecast: f, Requests: f.Bounds.Requests})
			names = append(names, synapse.Identity{"job", "index", "instance"}.Name(k.process()))
		}
	}
	return combine(parts, names, step)
}

// combine weighs the processes; names are theirs.
func combine(parts []theory.Part, names []string, step float64) *outlook {
	requests, avoidable, confidence := 0.0, 0.0, 0.0
	for _, p := range parts {
		requests += p.Requests
		most := p.Forecast.Bounds.Avoidable(step)
		avoidable += most
		confidence += most * p.Forecast.Confidence
	}
	if requests < enoughRequests || avoidable <= 0 {
		return nil
	}
	c := theory.Combine(parts)
	rising(c.Predictions)
	o := &outlook{present: c.HitRatio, predictions: c.Predictions, confidence: confidence / avoidable}
	if c.Alone >= 0 {
		o.alone = names[c.Alone]
	}
	return o
}

// rising: no larger LRU cache hits less, so neither do the ends of its interval.
func rising(all []theory.Prediction) {
	for i := 1; i < len(all); i++ {
		before := all[i-1]
		all[i].HitRatio, all[i].Low, all[i].High = max(all[i].HitRatio, before.HitRatio), max(all[i].Low, before.Low), max(all[i].High, before.High)
	}
}

// includes tells whether a process's series belongs to the row, which may be of one process or of all.
func (r row) includes(k key) bool {
	if r.job == "" && r.index == "" && r.instance == "" {
		return k.server == r.server && k.cache == r.cache
	}
	return k == r.key
}

func (k key) process() model.Metric {
	return model.Metric{"job": model.LabelValue(k.job), "index": model.LabelValue(k.index), "instance": model.LabelValue(k.instance)}
}
