package forwardextremities

import "time"

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

// reason is why a room has its verdict: one for each rule.
type reason int

const (
	noneLeft reason = iota // local members, but no extremity at all
	unusable               // extremities that Synapse can't build on
	joining
	leftReceiving
	leftQuiet
	few
	oneGroup
	oneGroupHealing
	blocked
	healing
	many
	some
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
	// manyExtremities is where every event becomes expensive (ours).
	manyExtremities = 50
)

// facts are what the database tells about one room.
type facts struct {
	extremities, stateGroups, localMembers int64
	// bad extremities, and why; one may have several reasons.
	bad, missing, outliers, rejected, elsewhere, stateless int64

	newest, oldest *time.Time
	// dummy: Synapse sent a dummy event within the last 15 minutes that is an extremity now.
	dummy bool
	// partial: the room's state has not all arrived yet.
	partial bool
}

func (f facts) local() bool { return f.localMembers > 0 }

// tidied tells whether Synapse's own tidying considers this room.
func (f facts) tidied(threshold int64) bool { return f.local() && f.extremities > threshold }

func (f facts) corrupt() bool { return f.bad > 0 || f.extremities == 0 && f.local() }

type judgement struct {
	verdict Verdict
	reason  reason
	healsIn *time.Duration
}

// position is where a room stands among those that Synapse tidies, the most extremities first.
type position struct {
	rank    int64 // from 1; 0 where Synapse does not tidy it
	blocked bool  // a corrupt room stands above: Synapse stops there every time
}

// judgeAll judges rooms that are sorted by extremities, the most first, without gaps at the top.
func judgeAll(rooms []facts, threshold int64, now time.Time) []judgement {
	all := make([]judgement, len(rooms))
	var at position
	for i, f := range rooms {
		here := position{}
		if f.tidied(threshold) {
			at.rank++
			here = at
			at.blocked = at.blocked || f.corrupt()
		}
		all[i] = judge(f, here, threshold, now)
	}
	return all
}

// judge is the rule: the first line that matches.
func judge(f facts, at position, threshold int64, now time.Time) judgement {
	since := now.Add(-recent)
	eta := healsIn(f.extremities, threshold, at.rank)
	switch {
	case f.bad > 0:
		return judgement{verdict: Corrupt, reason: unusable}
	case f.corrupt():
		return judgement{verdict: Corrupt, reason: noneLeft}
	case f.partial:
		return judgement{verdict: Watch, reason: joining}
	case !f.local() && f.newest != nil && !f.newest.Before(since):
		return judgement{verdict: Act, reason: leftReceiving}
	case !f.local():
		return judgement{verdict: Harmless, reason: leftQuiet}
	case f.extremities <= threshold:
		return judgement{verdict: Harmless, reason: few}
	case f.stateGroups == 1 && f.dummy:
		return judgement{HealsItself, oneGroupHealing, &eta}
	case f.stateGroups == 1:
		return judgement{verdict: Harmless, reason: oneGroup}
	case at.blocked:
		return judgement{verdict: Watch, reason: blocked}
	case (f.dummy || at.rank <= dummyRooms && f.oldest != nil && !f.oldest.Before(since)) && eta <= longestHealing:
		return judgement{HealsItself, healing, &eta}
	case f.extremities >= manyExtremities:
		return judgement{verdict: Act, reason: many}
	}
	return judgement{verdict: Watch, reason: some}
}

// healsIn is how long Synapse's tidying takes at best, when the rooms above go first.
func healsIn(extremities, threshold, rank int64) time.Duration {
	runs := ceil(extremities-threshold, dummyGain)
	return time.Duration(runs*ceil(rank, dummyRooms)) * dummyInterval
}

func ceil(n, by int64) int64 { return (n + by - 1) / by }
