// Package effect measures what a change of a cache's size did: the miss ratio of some hours after it against that of the
// same hours of the days before it, claimed only where it exceeds what the cache does from day to day anyway.
package effect

import "math"

const (
	// back is how many days before are compared: a change is followed up for a week at most.
	back = 7
	// leastDays before the change tell how much a cache differs from day to day. Source: ours.
	leastDays = 3
	// leastRequests of a day's hours tell a miss ratio. Source: ours, the same as for a verdict.
	leastRequests = 1000
)

// Day is one cache over the same hours of one day.
type Day struct {
	Requests, Misses float64
	MaxSize          float64 // of its largest process, at the end of these hours; 0 when unknown
	// Disturbed: the size changed or a process started, within these hours or within cache_entry_ttl before them.
	Disturbed bool
}

func (d Day) usable() bool { return !d.Disturbed && d.Requests >= leastRequests && d.MaxSize > 0 }

func (d Day) missRatio() float64 { return d.Misses / d.Requests }

// Measured is the effect of a cache's last change of size.
type Measured struct {
	From, To float64 // max entries
	Avoided  float64 // share of the misses that it avoided at the same requests; negative when there are more
	// Usual is the largest difference of the miss ratio between two days before the change, as a share, and at least what
	// counting leaves open.
	Usual float64
}

// Certain tells whether the effect stands out from what is usual.
func (m Measured) Certain() bool { return math.Abs(m.Avoided) > m.Usual }

// Last finds the last change of size and its effect; found is false where none is seen, or too little before or after it
// is comparable. days are in falling order, the latest first.
func Last(days []Day) (m Measured, found bool) {
	if len(days) == 0 || !days[0].usable() {
		return m, false
	}
	m.To = days[0].MaxSize
	change := 0
	for change < len(days) && (days[change].MaxSize == m.To || days[change].MaxSize == 0) {
		change++
	}
	if change == len(days) {
		return m, false
	}
	m.From = days[change].MaxSize
	after, before := usable(days[:change], m.To), usable(days[change:], m.From)
	if len(before) < leastDays {
		return m, false
	}
	a, b := sum(after), sum(before)
	if b.Misses <= 0 {
		return m, false
	}
	m.Avoided = 1 - a.missRatio()/b.missRatio()
	m.Usual = 2 * math.Sqrt(1/max(1, a.Misses)+1/b.Misses)
	for i := 1; i < len(before); i++ {
		if earlier := before[i].missRatio(); earlier > 0 {
			m.Usual = max(m.Usual, math.Abs(before[i-1].missRatio()/earlier-1))
		}
	}
	return m, true
}

// usable keeps the comparable days up to the first of another size.
func usable(days []Day, size float64) (kept []Day) {
	for _, d := range days {
		if d.MaxSize > 0 && d.MaxSize != size {
			break
		}
		if d.usable() {
			kept = append(kept, d)
		}
	}
	return kept
}

func sum(days []Day) (total Day) {
	for _, d := range days {
		total.Requests += d.Requests
		total.Misses += d.Misses
	}
	return total
}
