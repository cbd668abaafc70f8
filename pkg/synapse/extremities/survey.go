package extremities

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

const (
	surveyRooms   = 100 // the rooms with the most extremities; each costs a few look-ups by index
	surveyOrphans = 20
)

// Room is a room with what was found about it. It prints its pseudonym.
type Room struct {
	query.Room
	Facts
	Judgement
	// Called is the room's name, else its alias; nil where it has neither.
	Called *string
}

// Survey is all that matters of a homeserver's rooms, the most extremities first.
type Survey struct {
	Rooms []Room
	// Beyond counts the rooms above the threshold that were not looked at: they have fewer extremities than those that were.
	Beyond int64
	// OrphansUnknown: rooms with local members and no extremity were not looked for, there are too many memberships.
	OrphansUnknown bool
}

// Look reads and judges the rooms of a ranking that Synapse would tidy, and those that have no extremity left.
func Look(ctx context.Context, tx query.Tx, ranking Ranking, o settings.Settings, now time.Time) (Survey, error) {
	threshold := int64(o.Homeserver.DummyEventsThreshold)
	rooms, beyond := ranking.Above(threshold, surveyRooms)
	s := Survey{Beyond: beyond, OrphansUnknown: ranking.OrphansUnknown}
	details, _, err := Details(ctx, tx, now, slices.Concat(rooms, ranking.Orphans[:min(surveyOrphans, len(ranking.Orphans))]))
	if err != nil {
		return Survey{}, err
	}
	s.Rooms = judged(details, o, threshold, now)
	return s, nil
}

func judged(details []Detail, o settings.Settings, threshold int64, now time.Time) []Room {
	slices.SortFunc(details, func(a, b Detail) int {
		return cmp.Or(cmp.Compare(b.Extremities, a.Extremities), cmp.Compare(a.RoomID, b.RoomID))
	})
	known := make([]Facts, len(details))
	for i, d := range details {
		known[i] = d.Facts()
	}
	rooms := make([]Room, len(details))
	for i, j := range JudgeAll(known, threshold, now) {
		rooms[i] = Room{query.NewRoom(o, details[i].RoomID), known[i], j, cmp.Or(details[i].Name, details[i].CanonicalAlias)}
	}
	return rooms
}
