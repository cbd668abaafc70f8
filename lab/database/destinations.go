package database

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Destinations counts the other homeservers that Fill knows, by state.
var Destinations = struct {
	Healthy, LaggingBehind                            int // lagging ones are healthy, but miss events
	DownUnderHour, DownUnderDay, DownUnderWeek, Older int
}{Healthy: 260, LaggingBehind: 12, DownUnderHour: 6, DownUnderDay: 18, DownUnderWeek: 31, Older: 85}

// band is an age of failures, and how long Synapse then waits between two tries.
type band struct {
	number             int
	from, to, interval time.Duration
}

func (r *rowWriter) destinations(rooms []Room, random *rand.Rand) {
	bands := []band{
		{number: Destinations.Healthy + Destinations.LaggingBehind},
		{Destinations.DownUnderHour, time.Minute, 55 * time.Minute, 10 * time.Minute},
		{Destinations.DownUnderDay, 70 * time.Minute, 23 * hour, 2 * hour},
		{Destinations.DownUnderWeek, 25 * hour, 6*day + 20*hour, day},
		{Destinations.Older, 8 * day, 500 * day, 7 * day},
	}
	number := 0
	for i, b := range bands {
		for range b.number {
			name := fmt.Sprintf("server-%d.example.net", number)
			number++
			latest := r.nextStream + int64(random.IntN(1000))
			lastSuccess := latest
			if i > 0 || number > Destinations.Healthy {
				lastSuccess -= int64(500 + random.IntN(90_000))
			}
			if i == 0 {
				r.add("destinations", name, int64(0), int64(0), nil, lastSuccess)
			} else {
				failing := b.from + time.Duration(random.Float64()*float64(b.to-b.from))
				tried := time.Duration(random.Float64() * float64(min(failing, b.interval)))
				r.add("destinations", name, r.ago(tried), b.interval.Milliseconds(), r.ago(failing), lastSuccess)
			}
			for room := range 3 {
				r.add("destination_rooms", name, rooms[(number*7+room*13)%len(rooms)].ID, latest-int64(room))
			}
		}
	}
}
