package database

import (
	"math/rand/v2"
	"time"
)

// Canary stands wherever the plugin must never look: in message contents and password hashes.
const Canary = "this text must never leave the database"

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// PlantedRooms are the rooms worth a finding, in the order of the plugin's table: by extremities, then by room id.
// Each verdict is the one that the rule gives with the default dummy_events_threshold of 10.
func PlantedRooms(o Options) []Room {
	o = o.withDefaults()
	random := rand.New(rand.NewPCG(o.Seed, 0x506c616e74))
	rooms := []Room{
		{Name: "Town Square", Alias: "#town-square:" + o.ServerName, Version: "10", Extremities: 213, StateGroups: 37,
			LocalMembers: 412, JoinedMembers: 1830, StateEvents: 2140, NewestAge: 40 * time.Second, OldestAge: 19 * day,
			Verdict: "act"},
		{Name: "Abandoned Bridge", Version: "5", Extremities: 40, StateGroups: 12, JoinedMembers: 9, StateEvents: 260,
			NewestAge: 9 * day, OldestAge: 400 * day, Left: true, Verdict: "harmless"},
		{Name: "Left but Loud", Version: "9", Extremities: 36, StateGroups: 11, JoinedMembers: 2200, StateEvents: 3100,
			NewestAge: 2 * hour, OldestAge: 60 * day, Left: true, Verdict: "act"},
		{Name: "Fresh Burst", Version: "10", Extremities: 34, StateGroups: 6, LocalMembers: 15, JoinedMembers: 240,
			StateEvents: 390, NewestAge: 20 * time.Minute, OldestAge: 6 * hour, Verdict: "heals-itself"},
		{Name: "Healing Garden", Version: "10", Extremities: 31, StateGroups: 4, LocalMembers: 23, JoinedMembers: 310,
			StateEvents: 450, NewestAge: 6 * time.Minute, OldestAge: 3 * day, DummyEventAge: 6 * time.Minute,
			Verdict: "heals-itself"},
		{Name: "One State for All", Version: "11", Extremities: 27, StateGroups: 1, LocalMembers: 8, JoinedMembers: 90,
			StateEvents: 140, NewestAge: hour, OldestAge: 4 * day, Verdict: "harmless"},
		{Name: `"Größe" \ O'Brien's 日本語 🦊 {{ $labels }}`, Version: "9", Extremities: 24, StateGroups: 9,
			LocalMembers: 31, JoinedMembers: 500, StateEvents: 720, NewestAge: 50 * time.Minute, OldestAge: 5 * day,
			Verdict: "watch"},
		{Name: "Still Joining", Version: "10", Extremities: 21, StateGroups: 5, LocalMembers: 2, JoinedMembers: 4,
			StateEvents: 60, NewestAge: 15 * time.Minute, OldestAge: 30 * hour, PartialState: true, Verdict: "watch"},
		{Name: "Broken Graph", Version: "6", Extremities: 18, StateGroups: 5, LocalMembers: 12, JoinedMembers: 77,
			StateEvents: 160, NewestAge: 3 * hour, OldestAge: 33 * day, Outlier: true, Rejected: true, Bare: true,
			Verdict: "corrupt"},
		{Name: "Behind the Broken One", Version: "10", Extremities: 16, StateGroups: 4, LocalMembers: 5,
			JoinedMembers: 44, StateEvents: 99, NewestAge: hour, OldestAge: 5 * hour, Verdict: "watch"},
		{Name: "Almost There", Version: "10", Extremities: 12, StateGroups: 1, LocalMembers: 3, JoinedMembers: 12,
			StateEvents: 40, NewestAge: 9 * time.Minute, OldestAge: 2 * day, DummyEventAge: 9 * time.Minute,
			Verdict: "heals-itself"},
		{Name: "Just Over", Version: "10", Extremities: 11, StateGroups: 3, LocalMembers: 4, JoinedMembers: 25,
			StateEvents: 70, NewestAge: 4 * hour, OldestAge: 7 * day, Verdict: "watch"},
		// Local members but no extremity at all: nothing can be sent any more.
		{Name: "No Way Forward", Version: "6", LocalMembers: 6, JoinedMembers: 20, StateEvents: 45, Verdict: "corrupt"},
	}
	for i := range rooms {
		rooms[i].ID = roomID(random, o.ServerName)
	}
	return rooms
}
