package model

// Constants are the model's free numbers. They were found on 160 simulated caches other than those that it is judged on:
// cross-validated, a further search improves nothing.
type Constants struct {
	// Prior, as log weights of a shape.
	New  float64 // per log of the share of requests that are for keys asked for again
	Soon float64 // per log of the share that is no immediate repetition
	Keys float64 // per log of keys per size

	PointNoise float64 // of a fill point's hit ratio, besides counting noise

	// Correction of the log of the miss ratio.
	FillLaw   float64 // share of the fill law
	FillPower float64 // its elasticity per fill ratio above 1
	ClumpFrom float64 // index of dispersion from which misses count as clumped
	Clumps    float64 // extra elasticity for clumps

	// Interval, around the mean, on the log of the miss ratio.
	LowSpread, HighSpread float64 // factors on the shapes' quantiles
	Floor                 float64 // added on each side, as an elasticity
	Unseen                float64 // the same where no fill was seen
	// WidenLow divides what the low end avoids, on the same logarithm, and WidenHigh multiplies what the high end avoids. They
	// were chosen for one half of the caches of a real server (docs/cache-evaluation.md), which vary more than simulated ones do:
	// keys come in small sets that fit all at once, and caches depend on each other.
	WidenLow, WidenHigh float64
}

// Tuned is what Predict uses.
var Tuned = Constants{
	New: 6, Soon: 2, Keys: -.3, PointNoise: .01,
	FillLaw: .3, FillPower: 1.2, ClumpFrom: 7.5, Clumps: 1.2,
	LowSpread: .45, HighSpread: 1.25, Floor: .03, Unseen: .1, WidenLow: 1.3, WidenHigh: 3.5,
}
