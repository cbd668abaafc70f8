// Command tune searches the constants of the cache model on the tuning set. With -folds it searches on each part of the
// set without one fold and judges on that fold, which tells what a cache that nobody has seen can expect.
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/matrix-insight/synapse-datasource/lab/research/cachemodel"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

func main() {
	file := flag.String("set", "cachemodel/testdata/tuning.tar.gz", "archive to tune on, from lab/")
	fresh := flag.Int("fresh", 0, "tune on so many fresh caches instead")
	folds := flag.Int("folds", 0, "judge on this many folds")
	rounds := flag.Int("rounds", 4, "rounds of the search")
	interval := flag.Bool("interval", false, "search the interval's constants instead of the prediction's")
	only := flag.String("only", "", "comma-separated constants to search instead")
	flag.Parse()
	set := caches(*file, *fresh)
	t := tuner{ttl: set.TTL, names: ofPrediction, loss: lossOfPrediction}
	if *interval {
		t.names, t.loss = ofInterval, lossOfInterval
	}
	if *only != "" {
		t.names = strings.Split(*only, ",")
	}
	judged := slices.DeleteFunc(set.Caches, func(c cachemodel.Cache) bool { return c.Loop })
	if *folds == 0 {
		fmt.Printf("%+v\n", t.search(judged, *rounds, true))
		return
	}
	before, after := 0.0, 0.0
	for fold := range *folds {
		var in, out []cachemodel.Cache
		for i := range judged {
			if i%*folds == fold {
				out = append(out, judged[i])
			} else {
				in = append(in, judged[i])
			}
		}
		k := t.search(in, *rounds, false)
		b, a := t.measure(&model.Tuned, out), t.measure(&k, out)
		fmt.Printf("fold %d: %.3f to %.3f  %+v\n", fold, b, a, k)
		before += b * float64(len(out))
		after += a * float64(len(out))
	}
	fmt.Printf("all folds: %.3f to %.3f\n", before/float64(len(judged)), after/float64(len(judged)))
}

func caches(file string, fresh int) *cachemodel.Set {
	if fresh > 0 {
		return cachemodel.Fresh(fresh, 1)
	}
	set, err := cachemodel.Load(file)
	if err != nil {
		log.Fatal(err)
	}
	return set
}

var ofPrediction = []string{"New", "Soon", "Keys", "PointNoise", "FillLaw",
	"FillPower", "ClumpFrom", "Clumps"}

var ofInterval = []string{"LowSpread", "HighSpread", "Floor"}

// scrapes are the scrape intervals that are searched together, in units of the simulated one: a constant that helps one
// only is not about the traffic.
var scrapes = []int{1, 4}

// tuner searches one constant after the other: a step up, a step down, shorter steps when neither helps.
type tuner struct {
	ttl   float64
	names []string
	loss  func(c *cachemodel.Cache, p []model.Prediction) float64
}

func (t *tuner) search(caches []cachemodel.Cache, rounds int, say bool) model.Constants {
	k := model.Tuned
	best := t.measure(&k, caches)
	steps := make([]float64, len(t.names))
	for i, name := range t.names {
		steps[i] = max(.1, .3*math.Abs(field(&k, name).Float()))
	}
	for round := range rounds {
		for i, name := range t.names {
			f := field(&k, name)
			from := f.Float()
			improved := false
			for _, to := range []float64{from + steps[i], from - steps[i]} {
				if !allowed(name, to) {
					continue
				}
				f.SetFloat(to)
				if l := t.measure(&k, caches); l < best-1e-4 {
					best, improved = l, true
					break
				}
				f.SetFloat(from)
			}
			if improved {
				steps[i] *= 1.4
			} else {
				steps[i] /= 2
			}
		}
		if say {
			fmt.Printf("round %d: %.4f %+v\n", round, best, k)
		}
	}
	return k
}

// allowed keeps noises and shares positive.
func allowed(name string, v float64) bool {
	switch name {
	case "New", "Soon", "Keys", "Lomax", "Flat":
		return true
	case "PointNoise":
		return v > .005
	}
	return v >= 0
}

func field(k *model.Constants, name string) reflect.Value {
	return reflect.ValueOf(k).Elem().FieldByName(name)
}

func (t *tuner) measure(k *model.Constants, caches []cachemodel.Cache) float64 {
	losses := make([]float64, len(caches))
	var wg sync.WaitGroup
	for worker := range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := worker; i < len(caches); i += 2 {
				c := &caches[i]
				for _, step := range scrapes {
					series := cachemodel.Thin(c.Series, step)
					losses[i] += t.loss(c, k.Predict(series, t.ttl, c.Window, cachemodel.Multipliers).Predictions) / float64(len(scrapes))
				}
			}
		}()
	}
	wg.Wait()
	sum := 0.0
	for _, l := range losses {
		sum += l
	}
	return sum / float64(len(caches))
}

// lossOfPrediction is the error in percentage points at 1.5×, 2× and 4×, cut where it is a cliff that no metric shows.
func lossOfPrediction(c *cachemodel.Cache, p []model.Prediction) float64 {
	loss := 0.0
	for _, part := range []struct {
		at          int
		weight, cut float64
	}{{0, .3, 12}, {cachemodel.Doubling, 1, 15}, {cachemodel.Quadrupling, .6, 25}, {5, .1, 30}} {
		miss := 100 * math.Abs(p[part.at].HitRatio-c.Larger[part.at].HitRatio())
		loss += part.weight * min(miss, part.cut)
	}
	return loss
}

// lossOfInterval is the pinball loss of both ends, whose least is at the 10 and the 90 % quantile.
func lossOfInterval(c *cachemodel.Cache, p []model.Prediction) float64 {
	loss := 0.0
	for _, at := range []int{0, cachemodel.Doubling, cachemodel.Quadrupling} {
		h := c.Larger[at].HitRatio()
		loss += pinball(100*(h-p[at].Low), .1) + pinball(100*(h-p[at].High), .9)
	}
	return loss
}

func pinball(d, q float64) float64 { return max(q*d, (q-1)*d) }
