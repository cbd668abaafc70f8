package cachemodel

import (
	"fmt"
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors/model"
)

var groups = []struct {
	name    string
	belongs func(*Cache) bool
}{
	{"all", func(*Cache) bool { return true }},
	{"without loops", func(c *Cache) bool { return !c.Loop }},
	{"mixtures w/o loops", func(c *Cache) bool { return !c.Loop && !c.Structured }},
	{"structured", func(c *Cache) bool { return c.Structured }},
}

func table(s *Set, predict Predictor) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s %3s | %s | %5s %5s %4s %5s %5s | %s | width\n", "", "n", "MAE 1.5 2 3 4 6 10 20", "med2", "rho", "yes", "P", "R", "coverage")
	for _, g := range groups {
		r := Judge(s.Caches, predict, g.belongs)
		fmt.Fprintf(&b, "%-20s %3d | %4.1f | %5.1f %5.2f %4d %5.2f %5.2f | %3.0f | %3.0f\n", g.name, r.Caches, r.MAE, r.Median, r.Rank, r.Yes, r.Precise, r.Recall, scale(r.Coverage), r.Width)
	}
	return b.String()
}

func scale(v []float64) []float64 {
	w := make([]float64, len(v))
	for i := range v {
		w[i] = 100 * v[i]
	}
	return w
}

func TestTable(t *testing.T) {
	for _, name := range []string{"test", "tuning"} {
		s, err := Load("testdata/" + name + ".tar.gz")
		if err != nil {
			t.Fatal(err)
		}
		if name == "test" {
			t.Log("reference\n" + table(s, func(c *Cache) []model.Prediction {
				r := s.Reference[c.Name]
				p := make([]model.Prediction, len(Multipliers))
				for i := range p {
					p[i] = model.Prediction{HitRatio: r.Mean[i], Low: r.Lo[i], High: r.Hi[i]}
				}
				return p
			}))
		}
		t.Log(name + "\n" + table(s, func(c *Cache) []model.Prediction {
			return model.Predict(c.Series, s.TTL, c.Window, Multipliers).Predictions
		}))
	}
}
