package simulate

import (
	"hash/fnv"
	"math"
	"time"
)

// eventsPerSecond is what the whole server persists at average load.
const eventsPerSecond = 8.0

// step is one stretch of simulated time, seen by every model of every process.
type step struct {
	from, at time.Time
	seconds  float64
	load     float64 // 1 on average, by the time of day
	events   float64 // persisted by the server in this step
	position float64 // of the events stream at its end
	noise    noise
	end      time.Time // of the written past; planted problems are timed against it
	tally    *tally    // of this process
}

// tally sums what the models of one process did in a step, for those that follow from it.
type tally struct {
	transactions, transactionSeconds float64
	cpu, presenceCPU                 float64
	longTicks                        []float64 // seconds that each long tick of the reactor took
	gcSeconds                        float64
}

// dailyLoad is busiest in the evening (UTC) and quietest in the early morning; it moves little, so that the planted
// problems are above their thresholds at any time of day.
func dailyLoad(at time.Time) float64 {
	hour := float64(at.Unix()%86400) / 3600
	return 1 + 0.08*math.Cos((hour-19)/24*2*math.Pi)
}

// noise is a smooth random function of time, the same for the same seed.
type noise struct{ seed uint64 }

const noiseKnot = 240 // seconds between two independent values

// around varies about 1 by at most 18 %, slowly and a little from step to step.
func (n noise) around(key uint64, at time.Time) float64 {
	seconds := at.Unix()
	knot := seconds / noiseKnot
	part := float64(seconds%noiseKnot) / noiseKnot
	slow := n.unit(key, uint64(knot))*(1-part) + n.unit(key, uint64(knot+1))*part
	quick := n.unit(key+1, uint64(at.UnixMilli()))
	return 1 + 0.12*slow + 0.06*quick
}

// unit is a random number in [-1, 1).
func (n noise) unit(key, index uint64) float64 {
	x := n.seed*0x9E3779B97F4A7C15 + key + index*0xD1B54A32D192ED03
	x ^= x >> 30
	x *= 0xBF58476D1CE4E5B9
	x ^= x >> 27
	x *= 0x94D049BB133111EB
	x ^= x >> 31
	return float64(x>>11)/(1<<52) - 1
}

func keyOf(parts ...string) uint64 {
	hash := fnv.New64a()
	for _, part := range parts {
		hash.Write([]byte(part))
		hash.Write([]byte{0})
	}
	return hash.Sum64()
}
