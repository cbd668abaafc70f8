package extremities

import (
	"fmt"
	"strings"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

// Advice says why a room has its verdict and what to do, one step per line.
func Advice(f Facts, j Judgement, threshold int64) string {
	steps := Steps(f, j, threshold)
	if len(steps) == 0 {
		steps = []string{"Nothing to do."}
	}
	return why(f, j, threshold) + "\n" + strings.Join(steps, "\n")
}

func why(f Facts, j Judgement, threshold int64) string {
	switch j.Reason {
	case NoneLeft:
		return "Local users are in this room, but it has no forward extremity left: no event can be added (\"No forward extremities left!\" in the log)."
	case Unusable:
		return whyUnusable(f, threshold)
	case Joining:
		return "A join of this room is in progress: its extremities change until all of its state has arrived."
	case LeftReceiving:
		return "No local user is in this room any more, but an event arrived in the last " + words.Duration(recent) + "; each one writes a row per extremity."
	case LeftQuiet:
		return "No local user is in this room, and nothing has arrived for " + words.Duration(recent) + ": it costs nothing."
	case Few:
		return fmt.Sprintf("At most %d extremities are normal: Synapse does not merge them below that.", threshold)
	case OneGroup:
		return "All extremities have the same state: there is nothing to resolve, so they cost little."
	case OneGroupHealing:
		return "All extremities have the same state, and Synapse is merging them with dummy events."
	case Blocked:
		return "Synapse merges extremities in the rooms with the most first, and stops every time at a corrupt room above this one."
	case Healing:
		return fmt.Sprintf("Synapse is merging the extremities: up to %d fewer every %s, in %d rooms at a time.", dummyGain, words.Duration(dummyInterval), dummyRooms)
	case Many:
		return "Every event has to resolve many different states."
	case Some:
		return fmt.Sprintf("More than %d extremities with different states, and Synapse is not merging them at the moment.", threshold)
	}
	panic("a room without a reason for its verdict")
}

// CorruptSteps are what to do about a corrupt room, from harmless to risky.
var CorruptSteps = []string{
	"Search Synapse's log for the room's id, and make a backup of the database.",
	"Report it with those lines at https://github.com/element-hq/synapse/issues. Do not delete extremities, neither by SQL nor by the admin API: rooms were lost that way.",
	"Last, if the room exists on other homeservers: delete it here with `DELETE /_synapse/admin/v2/rooms/<room_id>` and join it again through another homeserver. " +
		"This removes its local members and loses history that only this homeserver has.",
}

const (
	wait  = "Wait. After a restart it takes longer, because Synapse first retries rooms that it had given up."
	power = "Make sure that a local member may send events there (power level): without one Synapse cannot merge extremities, and it retries only after 7 days or a restart."
)

// Steps are what to do about a room, from harmless to risky; none where there is nothing to do. No step is SQL.
func Steps(f Facts, j Judgement, threshold int64) []string {
	message := fmt.Sprintf("Let local members send %s: each one merges up to %d extremities.", words.Count(ceil(f.Extremities-threshold, dummyGain), "message", "messages"), dummyGain+1)
	switch j.Reason {
	case NoneLeft, Unusable:
		return CorruptSteps
	case Joining:
		return []string{"Wait. If it takes more than a day, search Synapse's log for `sync_partial_state_room`."}
	case LeftReceiving:
		return []string{"Upgrade Synapse, if there is a newer version.",
			"If nobody needs the room's history, make a backup and delete the room with `DELETE /_synapse/admin/v2/rooms/<room_id>`. This can't be undone."}
	case OneGroupHealing, Healing:
		return []string{wait}
	case Blocked:
		return []string{"Repair the corrupt room above this one first.", message}
	case Many:
		return []string{message, power, "If nobody needs the room, let its local members leave.",
			"Last, after a backup, by hand and for this room only: `DELETE /_synapse/admin/v1/rooms/<room_id>/forward_extremities`. It keeps the extremity that arrived last, " +
				"which can be the wrong one, and does not recompute the room's state: rooms were broken by it. Do not run the SQL of issue 1760, to which the guide links: " +
				"it makes the same choice behind Synapse's back."}
	case Some:
		return []string{message, power, "Look again tomorrow."}
	case LeftQuiet, Few, OneGroup:
	}
	return nil
}

func whyUnusable(f Facts, threshold int64) string {
	text := fmt.Sprintf("Synapse cannot build on %d of %d extremities (%s).", f.Bad, f.Extremities, badness(f))
	if f.OnlyRejected() {
		text += " Rejected events alone are a weaker sign than other faults."
	}
	switch {
	case !f.Local():
		text += " No local user is in the room, so nobody is affected."
	case f.Tidied(threshold):
		text += " Synapse may stop merging extremities at this room every time and not reach the rooms below it."
	}
	return text
}

// Faults says what is wrong with a corrupt room, as evidence for one viewer.
func Faults(f Facts, view query.View) string {
	if f.Bad > 0 {
		return fmt.Sprintf("%d of %s cannot be built on (%s).", f.Bad, words.Count(f.Extremities, "forward extremity", "forward extremities"), badness(f))
	}
	return "0 forward extremities are left, but " + members(f, view) + " in the room."
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
