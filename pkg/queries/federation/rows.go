package federation

import (
	"cmp"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// part is one row of the summary: a direction and kind, or a type of outgoing EDUs.
type part struct {
	direction, server, kind, kindType string
	perSecond                         float64
	share                             *float64
}

// partsOf are the rows of the summary: in before out, PDUs before EDUs, the largest first. totals are those of the flows.
func partsOf(totals []model.Vector, types model.Vector) []part {
	var parts []part
	typed := map[string]bool{} // homeservers whose outgoing EDUs are rows by type
	for _, sample := range types {
		server := query.ServerOf(sample.Metric)
		typed[server] = true
		parts = append(parts, part{direction: "out", server: server, kind: "EDU", kindType: string(sample.Metric["type"]), perSecond: float64(sample.Value)})
	}
	for i, f := range flows {
		for _, sample := range totals[i] {
			server := query.ServerOf(sample.Metric)
			if f.direction == "out" && f.kind == "EDU" && typed[server] {
				continue
			}
			parts = append(parts, part{direction: f.direction, server: server, kind: f.kind, perSecond: float64(sample.Value)})
		}
	}
	fillShares(parts)
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.server, b.server), cmp.Compare(a.direction, b.direction), cmp.Compare(b.kind, a.kind),
			cmp.Compare(b.perSecond, a.perSecond), cmp.Compare(a.kindType, b.kindType))
	})
	return parts
}

// fillShares gives each row its part of its homeserver's direction and kind; nothing of nothing is no share.
func fillShares(parts []part) {
	type group struct{ direction, server, kind string }
	total := map[group]float64{}
	for _, p := range parts {
		total[group{p.direction, p.server, p.kind}] += p.perSecond
	}
	for i, p := range parts {
		if all := total[group{p.direction, p.server, p.kind}]; all > 0 {
			share := p.perSecond / all
			parts[i].share = &share
		}
	}
}

// The states of a destination.
const (
	healthy    = "healthy"
	backingOff = "backing-off"
)

// destination is one row.
type destination struct {
	found
	host   query.Destination
	server string
	now    time.Time
}

func (d destination) state() string {
	if d.failing() {
		return backingOff
	}
	return healthy
}

func (d destination) failing() bool { return d.RetryInterval != nil && *d.RetryInterval > 0 }

// The ages of a failure. Source: Synapse waits from 10 minutes to a week between tries.
const (
	hour = time.Hour
	day  = 24 * hour
	week = 7 * day
)

// band is the age of the failure.
func (d destination) band() string {
	if !d.failing() || d.FailureTS == nil {
		return ""
	}
	switch age := d.now.Sub(time.UnixMilli(*d.FailureTS)); {
	case age < hour:
		return "<1h"
	case age < day:
		return "<1d"
	case age < week:
		return "<7d"
	}
	return ">=7d"
}

func (d destination) failingSince() *time.Time {
	if !d.failing() || d.FailureTS == nil {
		return nil
	}
	at := time.UnixMilli(*d.FailureTS).UTC()
	return &at
}

func (d destination) nextRetry() *time.Time {
	if !d.failing() || d.RetryLastTS == nil {
		return nil
	}
	at := time.UnixMilli(*d.RetryLastTS + *d.RetryInterval).UTC()
	return &at
}

func (d destination) interval() *float64 {
	if !d.failing() {
		return nil
	}
	seconds := float64(*d.RetryInterval) / 1000
	return &seconds
}

// missing is the number of rooms with events that the destination has not got, 0 where nobody counts them.
func (d destination) missing() int64 {
	if d.CatchUpRooms == nil {
		return 0
	}
	return *d.CatchUpRooms
}

// destinationsOf hides the names of the found ones: from here on only the host knows it.
func destinationsOf(s *query.Session, owner string, all []found) destinations {
	rows := make(destinations, len(all))
	for i, one := range all {
		host := query.NewDestination(s.Settings, one.Destination)
		one.Destination = ""
		rows[i] = destination{one, host, owner, s.Now}
	}
	return rows
}
