package traffic

import (
	"math"
	"math/rand/v2"
)

// Draw makes up a stream: three of five are mixtures of one to three parts, the others have the structure of rooms and
// bursts. The ranges are those of testdata/tuning.tar.gz.
func Draw(seed uint64) *Spec {
	d := drawn{rand.New(rand.NewPCG(seed, 2))}
	s := &Spec{Hours: 3, Amp: d.between(.1, .8)}
	if d.Float64() < .6 {
		d.mixture(s)
		return s
	}
	s.Orig = d.magnitude(340, 35000)
	switch s.Kind = []string{"fanout", "burst", "lognormal"}[d.IntN(3)]; s.Kind {
	case "fanout":
		s.Rate, s.Rooms, s.Tail = d.between(1, 3.2), d.magnitude(230, 10000), d.between(1, 1.6)
		s.Min, s.Max, s.Users, s.A = d.between(2, 10), d.magnitude(210, 2500), d.magnitude(1000, 42000), d.between(.7, 1.2)
	case "burst":
		s.Rate, s.P, s.Gap = d.between(6, 35), d.between(.22, .67), d.magnitude(1.8, 250)
		s.Mix = []Part{{Kind: "scan", Share: 1}}
		if d.Float64() < .6 {
			s.Mix = []Part{{Kind: "zipf", Share: 1, N: d.magnitude(700, 160000), A: d.between(.55, 1.05)}}
		}
	case "lognormal":
		s.Rate, s.N, s.Sigma = d.magnitude(10, 90), d.magnitude(1400, 125000), d.between(.8, 3.1)
	}
	return s
}

type drawn struct{ *rand.Rand }

func (d drawn) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

// magnitude is as likely between 1 and 10 as between 10 and 100.
func (d drawn) magnitude(low, high float64) float64 { return low * math.Pow(high/low, d.Float64()) }

func (d drawn) mixture(s *Spec) {
	s.Orig, s.Rate = d.magnitude(100, 70000), d.magnitude(10, 100)
	for range 1 + d.IntN(3) {
		s.Mix = append(s.Mix, d.part(s))
	}
	if d.Float64() < .17 {
		s.Restart = []float64{d.between(.85, 2.5)}
	}
}

func (d drawn) part(s *Spec) Part {
	p := Part{Share: d.between(.05, 1.05)}
	keys := func(low, high float64) float64 { return max(20, math.Round(s.Orig*d.magnitude(low, high))) }
	switch x := d.Float64(); {
	case x < .35:
		p.Kind, p.N, p.A = "zipf", keys(.25, 50), d.between(.5, 1.3)
	case x < .55:
		p.Kind, p.N, p.A, p.Life = "churn", keys(.34, 14), d.between(.5, 1.2), d.magnitude(350, 31000)
	case x < .69:
		p.Kind, p.Share = "scan", d.between(.07, .6)
	case x < .81:
		p.Kind, p.New, p.Scale, p.Shape = "recency", s.Rate*d.magnitude(.002, .115), d.magnitude(10, 900), d.between(.45, 1.8)
	case x < .92:
		p.Kind, p.N = "uniform", keys(.2, 4.2)
	default:
		p.Kind, p.N = "loop", keys(.25, 2.3)
	}
	return p
}
