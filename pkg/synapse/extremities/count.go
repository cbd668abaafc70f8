package extremities

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

// The table of forward extremities has no count by room, so ranking the rooms reads all of it: 60 million rows on the largest known
// homeserver. It is read by the index of rooms in steps of at most a second each. Between two steps there is no transaction of ours,
// so neither a lock nor the horizon of vacuum is held: who waits for a lock of ours gets it when the step ends. That is why READ COMMITTED
// would hold nothing for a shorter time than the REPEATABLE READ of all our reads: a step is one statement, with one snapshot in both.
const (
	stepLimit = time.Second
	stepRows  = 50_000
	fewRows   = 500
	// stalls is how often in a row the smallest step may reach its limit, as while a disk or a backup holds everything up.
	stalls = 5
	// keptRooms bounds what a count keeps: some MB at most.
	keptRooms = 20_000
)

// stepSQL counts the rooms of the next rows after a room. The last one may go on beyond them.
const stepSQL = `SELECT room_id, count(*) AS extremities FROM (
  SELECT room_id FROM event_forward_extremities WHERE room_id > $1 ORDER BY room_id LIMIT $2) step
GROUP BY room_id ORDER BY room_id`

// roomSQL counts one room that has more rows than a step.
const roomSQL = `SELECT $1 AS room_id, count(*) AS extremities FROM event_forward_extremities WHERE room_id = $1`

// Counted is one room of the ranking.
type Counted struct {
	RoomID      string `db:"room_id"`
	Extremities int64
}

// Ranking is the rooms by their forward extremities.
type Ranking struct {
	rooms   []Counted       // the most first
	byCount map[int64]int64 // rooms by their number of extremities, also those that are not kept
	// Orphans are rooms with local members and no extremity; they were not looked for where there are too many memberships.
	Orphans        []Counted
	OrphansUnknown bool
	Sizes          Sizes
	// At is when it was complete.
	At time.Time
}

// Above gives the rooms with more extremities than least, at most limit, and how many further ones there are.
func (r Ranking) Above(least int64, limit int) (shown []Counted, beyond int64) {
	for count, rooms := range r.byCount {
		if count > least {
			beyond += rooms
		}
	}
	n, _ := slices.BinarySearchFunc(r.rooms, least, func(room Counted, least int64) int { return cmp.Compare(least, room.Extremities) })
	for n > 0 && r.rooms[n-1].Extremities <= least { // any of several equal ones was found
		n--
	}
	shown = r.rooms[:min(n, limit)]
	return shown, beyond - int64(len(shown))
}

func (r *Ranking) add(rooms []Counted) {
	for _, room := range rooms {
		r.byCount[room.Extremities]++
	}
	if r.rooms = append(r.rooms, rooms...); len(r.rooms) > 2*keptRooms {
		r.sort()
	}
}

// sort keeps the first ones.
func (r *Ranking) sort() {
	slices.SortFunc(r.rooms, func(a, b Counted) int {
		return cmp.Or(cmp.Compare(b.Extremities, a.Extremities), cmp.Compare(a.RoomID, b.RoomID))
	})
	r.rooms = slices.Clone(r.rooms[:min(len(r.rooms), keptRooms)])
}

// count reads the whole table, step by step. It rests as long as each step took, so that it takes half of one connection at most.
func count(ctx context.Context, read query.Reading) (Ranking, error) {
	r := Ranking{byCount: map[int64]int64{}}
	after, size, stalled := "", int64(stepRows), 0
	for {
		began := time.Now()
		rooms, err := step(ctx, read, stepSQL, after, size)
		if timedOut(err) && stalled < stalls {
			if size = max(size/2, fewRows); size == fewRows {
				stalled++
			}
			if err := pause(ctx, time.Since(began)); err != nil {
				return Ranking{}, err
			}
			continue
		}
		if err != nil {
			return Ranking{}, err
		}
		stalled = 0
		rows := int64(0)
		for _, room := range rooms {
			rows += room.Extremities
		}
		last := len(rooms) - 1
		if rows < size {
			r.add(rooms)
			r.sort()
			return r, nil
		}
		if last > 0 { // the last room may go on: the next step begins with it
			r.add(rooms[:last])
			after = rooms[last-1].RoomID
		} else {
			after = rooms[0].RoomID
			whole, err := step(ctx, read, roomSQL, after)
			if err != nil && !timedOut(err) {
				return Ranking{}, err
			}
			if len(whole) == 1 { // else it has at least as many as the step
				rooms = whole
			}
			r.add(rooms)
		}
		if time.Since(began) < stepLimit/4 { // a stall is over
			size = min(2*size, stepRows)
		}
		if err := pause(ctx, time.Since(began)); err != nil {
			return Ranking{}, err
		}
	}
}

func step(ctx context.Context, read query.Reading, sql string, args ...any) (rooms []Counted, err error) {
	err = read(ctx, stepLimit, func(ctx context.Context, tx query.Tx) (err error) {
		rooms, err = query.Rows[Counted](ctx, tx, sql, args...)
		return err
	})
	return rooms, err
}

// timedOut tells that a statement reached its limit.
func timedOut(err error) bool {
	var limited interface {
		error
		TimedOut() bool
	}
	return errors.As(err, &limited) && limited.TimedOut()
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
