package cachemodel

import (
	"flag"
	"math"
	"sync"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

var (
	howMany = flag.Int("fresh", 120, "fresh caches to judge the model on")
	seed    = flag.Uint64("seed", 1, "which ones")
)

var fresh = sync.OnceValue(func() *Set { return Fresh(*howMany, *seed) })

// TestFreshBounds holds the proofs against caches that nobody saw before.
func TestFreshBounds(t *testing.T) { holdBounds(t, "fresh", fresh()) }

// TestFreshAccuracy prints how well the model predicts them. Of 120 caches a single cliff moves the mean error by half a
// point; for a comparison take some thousand: go test -v -run FreshAccuracy ./cachemodel -fresh 2000
func TestFreshAccuracy(t *testing.T) {
	predict := func(c *Cache) []model.Prediction {
		return model.Predict(c.Series, fresh().TTL, c.Window, Multipliers).Predictions
	}
	t.Log(table("Fresh caches, the model", fresh(), predict))
	plain := Judge(fresh().Caches, predict, groups[1].belongs)
	if plain.MAE[Doubling] > 4 || plain.Rank < .9 {
		t.Errorf("without loops the error at 2× is %.1f points, the rank correlation %.2f", plain.MAE[Doubling], plain.Rank)
	}
	// Of 120 caches, chance alone moves this by three points.
	if held := plain.covered(); held < .75 || held > .93 {
		t.Errorf("without loops %.2f of the truths lie in the 80%% interval", held)
	}
}

// TestFreshVerdicts counts how right the plugin's verdicts on them are.
func TestFreshVerdicts(t *testing.T) { holdVerdicts(t, "fresh", fresh()) }

// TestReplayLikeTheRecord replays recorded streams with another seed: at every size, what Synapse's own LruCache counted
// and what ours counts agree but for chance.
func TestReplayLikeTheRecord(t *testing.T) {
	var recorded []*Cache
	tuning := load(t, "tuning")
	for i := range tuning.Caches {
		// The members of a room and the popularity of a log-normal key are drawn again: those caches are others.
		if c := &tuning.Caches[i]; i%3 == 0 && c.Spec.Known() && (c.Spec.Kind == "" || c.Spec.Kind == "burst") {
			recorded = append(recorded, c)
		}
	}
	apart := make([]float64, len(recorded))
	each(len(recorded), func(i int) {
		c := recorded[i]
		again := Replay(&c.Spec, uint64(i))
		apart[i] = math.Abs(again.Base.HitRatio() - c.Base.HitRatio())
		for k := range c.Larger {
			apart[i] = max(apart[i], math.Abs(again.Larger[k].HitRatio()-c.Larger[k].HitRatio()))
		}
	})
	far := 0
	for i, c := range recorded {
		if apart[i] > .01 {
			far++
			t.Logf("%s is %.3f apart", c.Name, apart[i])
		}
	}
	t.Logf("%d of %d caches are more than a point apart", far, len(recorded))
	if len(recorded) < 30 || far > 1 {
		t.Error("the replay is not what was recorded")
	}
}
