package model

// Constants are the model's free numbers.
type Constants struct {
	// Prior: log weights of a shape.
	New   float64 // per log of the share of requests that are for keys asked for again
	Soon  float64 // per log of the share that is no immediate repetition
	Keys  float64 // Zipf: per log of keys per size
	Lomax float64 // of a shape whose keys age
	Flat  float64 // Zipf: per exponent below 1

	// Likelihood.
	PointNoise float64 // of a fill point's hit ratio, besides counting noise
	FillNoise  float64 // of the log of the fill ratio, besides counting noise
	FillCount  float64 // weight of its counting noise
	PointSlope float64 // how much less a point weighs per octave that it is further from the present size
	PointTop   float64 // the weight of a point at the present size
	PointLeast float64

	// Correction of the log of the miss ratio.
	FillLaw   float64 // share of the closed form in the mean
	FillPower float64 // exponent of the closed form
	ClumpFrom float64 // index of dispersion from which misses count as clumped
	Clumps    float64 // extra elasticity per log of it
	Load      float64 // extra elasticity per load slope
	// Spread of the interval around the mean.
	LowSpread, HighSpread float64
	ClumpSpread           float64 // more above for clumps
	Floor                 float64 // least half width, as a share of the misses and of the bound
}

// Tuned was found on the tuning set.
var Tuned = Constants{
	New: 6, Soon: 2, Keys: -.3,
	PointNoise: .01, FillNoise: .25, PointSlope: 1, PointTop: 2, PointLeast: .25,
	FillLaw: .3, FillPower: 1.2, ClumpFrom: 8, Clumps: 1, Load: 1, LowSpread: .7, HighSpread: 1.1, Floor: .035,
}
