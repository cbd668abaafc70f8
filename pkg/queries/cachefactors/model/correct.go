package model

import "math"

const (
	// nothingHit is the hit ratio below which nobody can tell a scan, which no size helps, from a loop, which the right
	// size turns into hits: both show the same metrics.
	nothingHit = .05
	// plainElasticity is what remains where neither shapes nor a fill tell: misses proportional to size^-0.3.
	plainElasticity = .3
)

// correct adds what the shapes don't know, on the logarithm y of the miss ratio relative to the present one.
//
// The fill law: of a cache with a power law for its footprint, misses fall by an elasticity that is proportional to
// g = m_fill/m_after - 1. It sees the fill as a whole, also where that took less than a scrape:
//
//	y = (1-w) y(shapes) + w (-1.2 g ln x)
//
// Clumps: misses that come in clumps (rooms, pages) fall faster than any shape of independent requests. The more a cache
// hits the more there is to them:
//
//	y = y - h0 1.2 max(0, 1-7.5/clumping) ln x
//
// x is the multiplier.
func (t *target) correct(p *Prediction, e expected) {
	h0 := t.hitRatio
	m0 := 1 - h0
	if m0 <= 0 || p.Limit <= h0 {
		return
	}
	growth := math.Log(p.Multiplier)
	clumps := max(0, 1-t.ClumpFrom/t.clumping)
	extra := t.Clumps * clumps * h0 * growth

	var y, low, high float64
	if e.known {
		change := func(h float64) float64 { return math.Log(max(1e-6, 1-h)/m0) - extra }
		y, low, high = change(e.mean), change(e.low), change(e.high)
	} else {
		y = -plainElasticity*growth - extra
		low, high = y/3, 3*y
	}
	if t.fill.fills > 0 {
		law := -t.FillPower * max(0, t.fill.ratio-1) * growth
		y = (1-t.FillLaw)*y + t.FillLaw*law
	}
	least := t.Floor
	if t.fill.fills == 0 && len(t.fill.points) == 0 {
		least = t.Unseen
	}
	low = (y + t.LowSpread*max(0, low-y) + least*growth) / t.WidenLow
	high = (y - t.HighSpread*max(0, y-high) - least*growth) * t.WidenHigh
	back := func(y float64) float64 { return min(p.Limit, max(h0, 1-m0*math.Exp(min(0, y)))) }
	p.HitRatio, p.Low, p.High = back(y), back(low), back(high)
	if h0 < nothingHit {
		p.High = p.Limit
	}
}
