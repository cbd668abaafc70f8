package database

import (
	"fmt"
	"math/rand/v2"
	"time"
)

const ordinaryRooms = 3000

// Room is one room as the database is to hold it.
type Room struct {
	ID, Name, Alias, Version    string
	Extremities, StateGroups    int
	LocalMembers, JoinedMembers int
	// StateEvents is what room_stats_current says; a room without local members has no current state rows.
	StateEvents             int
	NewestAge, OldestAge    time.Duration // of its extremities, by received_ts
	DummyEventAge           time.Duration // of an extremity that is a dummy event; 0: none
	PartialState, Left      bool
	Outlier, Rejected, Bare bool // faults of one extremity each: an outlier, rejected, without state group
	Verdict                 string
	createdAge              time.Duration
	creator                 string
}

// CurrentStateRows is the number of its rows in current_state_events.
func (r Room) CurrentStateRows() int {
	if r.LocalMembers == 0 {
		return 0
	}
	return r.StateEvents
}

// Rooms lists every room of the homeserver, the planted ones first. Options.Now does not change which they are.
func Rooms(o Options) []Room {
	o = o.withDefaults()
	random := rand.New(rand.NewPCG(o.Seed, 0x526f6f6d73))
	var rooms []Room
	if !o.Healthy {
		for _, room := range PlantedRooms(o) {
			rooms = append(rooms, complete(room, random, o))
		}
	}
	for number := range ordinaryRooms {
		rooms = append(rooms, complete(ordinaryRoom(number, random, o), random, o))
	}
	return rooms
}

func ordinaryRoom(number int, random *rand.Rand, o Options) Room {
	room := Room{
		ID:          roomID(random, o.ServerName),
		Name:        fmt.Sprintf("Room %d", number+1),
		Version:     []string{"6", "9", "10", "10", "11"}[random.IntN(5)],
		Extremities: 1,
		StateGroups: 1,
		StateEvents: 7 + random.IntN(18),
		NewestAge:   time.Duration(1+random.IntN(30*24*60)) * time.Minute,
		Verdict:     "harmless",
	}
	room.OldestAge = room.NewestAge
	if random.IntN(100) < 8 {
		room.Extremities, room.StateGroups = 2, 1+random.IntN(2)
		room.OldestAge += time.Duration(1+random.IntN(600)) * time.Minute
	}
	if random.IntN(100) < 80 {
		room.LocalMembers = 1 + random.IntN(6)
	} else {
		room.Left = true
	}
	room.JoinedMembers = room.LocalMembers + random.IntN(12)
	if random.IntN(100) < 30 {
		room.Alias = fmt.Sprintf("#room-%d:%s", number+1, o.ServerName)
	}
	return room
}

func complete(room Room, random *rand.Rand, o Options) Room {
	room.createdAge = room.OldestAge + time.Duration(24+random.IntN(24*900))*time.Hour
	room.creator = userID(random.IntN(localUsers), o.ServerName)
	return room
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func roomID(random *rand.Rand, serverName string) string {
	return "!" + randomText(random, letters, 18) + ":" + serverName
}

func randomText(random *rand.Rand, alphabet string, length int) string {
	text := make([]byte, length)
	for i := range text {
		text[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(text)
}

func userID(number int, serverName string) string {
	return fmt.Sprintf("@user-%d:%s", number, serverName)
}
