package extremities

import (
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

const (
	keepHandsOff = "Change and delete nothing, neither by SQL nor by the admin API. Make a backup, look for the room's id in " +
		"Synapse's log, and report it with those lines at github.com/element-hq/synapse. "
	message  = "Let any local member send a normal message: each message merges up to 10 of them. "
	mayStop  = "After a restart Synapse first tries rooms that it had given up, which takes longer. "
	mayPower = "Make sure that some local member may send events there (power level): Synapse's own tidying needs one, and " +
		"tries again 7 days after a failure or after a restart. "
)

// Advice says why a room has its verdict and what to do, from harmless to risky. No step is SQL.
func Advice(f Facts, j Judgement, threshold int64) string {
	return strings.TrimSpace(sentence(f, j, threshold))
}

func sentence(f Facts, j Judgement, threshold int64) string {
	switch j.Reason {
	case NoneLeft:
		return "Local users are in this room, but Synapse has no forward extremity of it left: no event can be added " +
			"(\"No forward extremities left!\" in the log). " + keepHandsOff + "A new room is the way out for its members meanwhile."
	case Unusable:
		return unusableText(f, threshold)
	case Joining:
		return "This room is still being joined: its state has not all arrived, and its extremities change until it has. Wait. " +
			"If that lasts for more than a day, look for sync_partial_state_room in Synapse's log."
	case LeftReceiving:
		return "No local user is in this room any more, but an event arrived within the last 24 hours; each one writes a row " +
			"per extremity. Check that Synapse is up to date. If nobody needs the room's history: the admin API's Delete Room " +
			"takes the room off this homeserver, which can't be undone; make a backup before."
	case LeftQuiet:
		return "No local user is in this room and nothing has arrived for 24 hours: it costs nothing. Nothing to do."
	case Few:
		return fmt.Sprintf("Not more than %d: normal, Synapse does not tidy below that. Nothing to do.", threshold)
	case OneGroup:
		return "All have the same state: there is nothing to resolve, so they cost little. Nothing to do. A message sent " +
			"there merges up to 10 of them."
	case OneGroupHealing:
		return "All have the same state, and Synapse is merging them with dummy events. Wait. " + mayStop
	case Blocked:
		return "Synapse tidies the rooms with the most extremities first, and stops every time at a corrupt room that stands " +
			"above this one. Look at that room first. " + message
	case Healing:
		return fmt.Sprintf("Synapse merges them by itself: up to %d fewer every 5 minutes, in %d rooms at a time. Wait. ",
			dummyGain, dummyRooms) + mayStop
	case Many:
		return "Every event must resolve many different states. 1. " + message + "2. " + mayPower +
			"3. If nobody needs the room, let its local members leave. 4. Last, after a backup, by hand and for this room only: " +
			"the admin API's DELETE /_synapse/admin/v1/rooms/<room id>/forward_extremities. It keeps the one that arrived last, " +
			"which can be the wrong one, and does not compute the room's state anew; rooms were broken by it. Don't run the SQL of issue 1760, to which the guide " +
			"links: it makes the same choice, behind Synapse's back."
	case Some:
		return fmt.Sprintf("More than %d with different states to resolve, and Synapse does not merge them at the moment. 1. ", threshold) + message + "2. " + mayPower + "3. Look again tomorrow."
	}
	panic("a room without a reason for its verdict")
}

func unusableText(f Facts, threshold int64) string {
	text := fmt.Sprintf("Synapse can't build on %d of %d extremities (%s). ", f.Bad, f.Extremities, badness(f))
	if f.OnlyRejected() {
		text += "Rejected events alone are a weaker sign than the others. "
	}
	if !f.Local() {
		text += "No local user is in the room, so nobody notices. "
	} else if f.Tidied(threshold) {
		text += "Synapse's tidying may stop here every time and not reach the rooms below. "
	}
	return text + keepHandsOff
}

// Faults says what is wrong with a corrupt room, as evidence for one viewer.
func Faults(f Facts, view query.View) string {
	if f.Bad > 0 {
		return fmt.Sprintf("Synapse can't build on %d of %d forward extremities (%s).", f.Bad, f.Extremities, badness(f))
	}
	return "No forward extremity of the room is left, but " + members(f, view) + " in it."
}

// OnlyRejected tells whether all that is wrong is that events were rejected, a weaker sign than the others.
func (f Facts) OnlyRejected() bool {
	return f.Bad > 0 && f.Bad == f.Rejected && f.Missing+f.Outliers+f.Elsewhere+f.Stateless == 0
}

func badness(f Facts) string {
	outliers := "outliers"
	if f.Outliers == 1 {
		outliers = "outlier"
	}
	var parts []string
	for _, p := range []struct {
		n    int64
		what string
	}{
		{f.Missing, "without an event"}, {f.Outliers, outliers}, {f.Rejected, "rejected"},
		{f.Elsewhere, "of another room"}, {f.Stateless, "without a state group"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

func members(f Facts, view query.View) string {
	switch {
	case !view.ShowMembers():
		return "local users are"
	case f.LocalMembers == 1:
		return "1 local user is"
	}
	return view.SayRoomCount(f.LocalMembers) + " local users are"
}
