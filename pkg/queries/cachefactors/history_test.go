package cachefactors

import (
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func TestSeriesKeepsCompleteMoments(t *testing.T) {
	samples := func(at ...int64) (all []model.SamplePair) {
		for _, t := range at {
			all = append(all, model.SamplePair{Timestamp: model.Time(t * 1000), Value: model.SampleValue(t)})
		}
		return all
	}
	all := []int64{0, 15, 30, 45}
	for name, test := range map[string]struct {
		change func(h *history)
		want   []float64
	}{
		"all":               {func(*history) {}, []float64{0, 15, 30, 45}},
		"one lost":          {func(h *history) { h[columnEntries] = samples(0, 30, 45) }, []float64{0, 30, 45}},
		"different ones":    {func(h *history) { h[columnSize], h[columnHits] = samples(15, 30), samples(0, 30, 45) }, []float64{30}},
		"a metric absent":   {func(h *history) { h[columnUnread] = nil }, nil},
		"begins later":      {func(h *history) { h[columnFull] = samples(30, 45, 60) }, []float64{30, 45}},
		"requests in holes": {func(h *history) { h[columnRequests] = samples(15, 45) }, []float64{15, 45}},
	} {
		t.Run(name, func(t *testing.T) {
			var h history
			for c := range h {
				h[c] = samples(all...)
			}
			test.change(&h)
			s := h.series()
			for _, got := range [][]float64{s.Times, s.Requests, s.Hits, s.EvictedSize, s.EvictedInvalidation, s.Entries, s.MaxSize} {
				if !slices.Equal(got, test.want) {
					t.Errorf("%v, want %v", got, test.want)
				}
			}
		})
	}
}

func TestStretch(t *testing.T) {
	const ttl, scrape = 30*time.Minute + 30*time.Second, 15 * time.Second
	to := time.Unix(1_800_000_000, 0)
	ago := func(d time.Duration) *time.Time { at := to.Add(-d); return &at }
	for name, test := range map[string]struct {
		length   time.Duration
		lifetime time.Duration
		started  *time.Time
		series   int
		start    time.Duration // before the end
		judged   time.Duration
		step     time.Duration
	}{
		"no restart in sight":              {6 * time.Hour, ttl, nil, 10, 6*time.Hour + 2*ttl + 2*scrape, 6 * time.Hour, scrape},
		"restarted before the range":       {6 * time.Hour, ttl, ago(20 * time.Hour), 10, 20*time.Hour + 2*scrape, 6 * time.Hour, scrape},
		"restarted within the range":       {6 * time.Hour, ttl, ago(time.Hour), 10, 6*time.Hour + 2*ttl + 2*scrape, 6 * time.Hour, scrape},
		"no expiry":                        {6 * time.Hour, 0, nil, 10, 6*time.Hour + 2*scrape, 6 * time.Hour, scrape},
		"many series take a longer step":   {6 * time.Hour, 0, nil, 300, 6 * time.Hour, 6 * time.Hour, time.Minute},
		"of a long range the last day":     {7 * 24 * time.Hour, 0, nil, 1, 24*time.Hour + 2*scrape, 24 * time.Hour, scrape},
		"a day and a restart a day before": {24 * time.Hour, ttl, ago(48 * time.Hour), 1, 48*time.Hour + 2*scrape, 24 * time.Hour, 2 * scrape},
	} {
		t.Run(name, func(t *testing.T) {
			got := stretchOf(query.TimeRange{From: to.Add(-test.length), To: to}, test.lifetime, scrape, test.started, test.series)
			if to.Sub(got.start) != test.start || to.Sub(got.judged) != test.judged || got.step != test.step || got.to != to {
				t.Errorf("%s before the end, judged %s, every %s", to.Sub(got.start), to.Sub(got.judged), got.step)
			}
			if points := to.Sub(got.start)/got.step + 1; points > 11_000 {
				t.Errorf("%d points", points)
			}
		})
	}
}
