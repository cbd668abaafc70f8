// Package extremities is what Synapse's database tells about forward extremities: the statements that read it, the
// rule that says what to make of a room, and its words. A room's text never names the room.
package extremities

import (
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
)

// Verdict is what an admin should make of a room. The values are public API.
type Verdict string

// The verdicts, worst first.
const (
	Corrupt     Verdict = "corrupt"
	Act         Verdict = "act"
	Watch       Verdict = "watch"
	HealsItself Verdict = "heals-itself"
	Harmless    Verdict = "harmless"
)

// Reason is why a room has its verdict: one for each rule.
type Reason int

// The reasons, in the order of the rules.
const (
	NoneLeft Reason = iota // local members, but no extremity at all
	Unusable               // extremities that Synapse can't build on
	Joining
	LeftReceiving
	LeftQuiet
	Few
	OneGroup
	OneGroupHealing
	Blocked
	Healing
	Many
	Some
)

const (
	// dummyInterval, dummyRooms and dummyGain are Synapse's own tidying: every five minutes it sends one dummy event to
	// each of the five rooms with the most extremities (handlers/message.py). An event joins up to ten extremities and
	// is one itself (event_federation.py, get_prev_events_for_room).
	dummyInterval = 5 * time.Minute
	dummyRooms    = 5
	dummyGain     = 9
	// recent is the age below which a room counts as alive (ours).
	recent = 24 * time.Hour
	// longestHealing is the time beyond which healing is no answer (ours).
	longestHealing = 24 * time.Hour
)

// ManyExtremities is where every event becomes expensive.
var ManyExtremities = limits.Limit{Name: "manyExtremities", Value: 50, Meaning: "number of forward extremities with different states from which every event is expensive", Source: "ours"}

// Facts are what the database tells about one room.
type Facts struct {
	Extremities, StateGroups, LocalMembers int64
	// Bad extremities, and why; one may have several reasons.
	Bad, Missing, Outliers, Rejected, Elsewhere, Stateless int64

	Newest, Oldest *time.Time
	// Dummy: Synapse sent a dummy event within the last 15 minutes that is an extremity now.
	Dummy bool
	// Partial: the room's state has not all arrived yet.
	Partial bool
}

// Local tells whether a user of this homeserver is in the room.
func (f Facts) Local() bool { return f.LocalMembers > 0 }

// Tidied tells whether Synapse's own tidying considers this room.
func (f Facts) Tidied(threshold int64) bool { return f.Local() && f.Extremities > threshold }

// Corrupt tells whether Synapse can't go on from here.
func (f Facts) Corrupt() bool { return f.Bad > 0 || f.Extremities == 0 && f.Local() }

// Judgement is a room's verdict, its reason, and how long healing takes where it heals.
type Judgement struct {
	Verdict Verdict
	Reason  Reason
	HealsIn *time.Duration
}

// position is where a room stands among those that Synapse tidies, the most extremities first.
type position struct {
	rank    int64 // from 1; 0 where Synapse does not tidy it
	blocked bool  // a corrupt room stands above: Synapse stops there every time
}

// JudgeAll judges rooms that are sorted by extremities, the most first, without gaps at the top.
func JudgeAll(rooms []Facts, threshold int64, now time.Time) []Judgement {
	all := make([]Judgement, len(rooms))
	var at position
	for i, f := range rooms {
		here := position{}
		if f.Tidied(threshold) {
			at.rank++
			here = at
			at.blocked = at.blocked || f.Corrupt()
		}
		all[i] = judge(f, here, threshold, now)
	}
	return all
}

// judge is the rule: the first line that matches.
func judge(f Facts, at position, threshold int64, now time.Time) Judgement {
	since := now.Add(-recent)
	eta := healsIn(f.Extremities, threshold, at.rank)
	switch {
	case f.Bad > 0:
		return Judgement{Verdict: Corrupt, Reason: Unusable}
	case f.Corrupt():
		return Judgement{Verdict: Corrupt, Reason: NoneLeft}
	case f.Partial:
		return Judgement{Verdict: Watch, Reason: Joining}
	case !f.Local() && f.Newest != nil && !f.Newest.Before(since):
		return Judgement{Verdict: Act, Reason: LeftReceiving}
	case !f.Local():
		return Judgement{Verdict: Harmless, Reason: LeftQuiet}
	case f.Extremities <= threshold:
		return Judgement{Verdict: Harmless, Reason: Few}
	case f.StateGroups == 1 && f.Dummy:
		return Judgement{HealsItself, OneGroupHealing, &eta}
	case f.StateGroups == 1:
		return Judgement{Verdict: Harmless, Reason: OneGroup}
	case at.blocked:
		return Judgement{Verdict: Watch, Reason: Blocked}
	case (f.Dummy || at.rank <= dummyRooms && f.Oldest != nil && !f.Oldest.Before(since)) && eta <= longestHealing:
		return Judgement{HealsItself, Healing, &eta}
	case f.Extremities >= int64(ManyExtremities.Value):
		return Judgement{Verdict: Act, Reason: Many}
	}
	return Judgement{Verdict: Watch, Reason: Some}
}

// healsIn is how long Synapse's tidying takes at best, when the rooms above go first.
func healsIn(extremities, threshold, rank int64) time.Duration {
	runs := ceil(extremities-threshold, dummyGain)
	return time.Duration(runs*ceil(rank, dummyRooms)) * dummyInterval
}

func ceil(n, by int64) int64 { return (n + by - 1) / by }
