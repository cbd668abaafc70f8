package simulate

import (
	"strconv"
	"time"
)

// The planted problems of the Troubled profile, at average load; with the time of day they move by a tenth, with the
// noise by as much. The rooms with too many forward extremities are planted by lab/database.

// PlantedTransaction is a transaction whose numbers tell something.
type PlantedTransaction struct {
	Description         string
	CallsPerSecond      float64 // over all processes
	MeanSeconds         float64
	ChangeSinceLastWeek float64 // of its cost
}

var (
	// ChattyTransaction is called often, but is cheap: about 4 % of the database time.
	ChattyTransaction = PlantedTransaction{"get_user_by_id", 180, 0.0004, 1}
	// ExpensiveTransaction costs more database time than any other.
	ExpensiveTransaction = PlantedTransaction{"persist_events", 8, 0.07, 1}
	// DoubledTransaction costs two and a half times what it did one week earlier.
	DoubledTransaction = PlantedTransaction{"_get_state_groups_from_groups", 4, 0.05, 2.5}
)

// PlantedCache is a cache whose numbers tell something, over all processes.
type PlantedCache struct {
	Name             string
	LookupsPerSecond float64
	HitRatio         float64
	MaxEntries       float64 // in each process
}

var (
	// UndersizedCache is full and drops by size what is soon asked for again.
	UndersizedCache = PlantedCache{"_get_joined_profile_from_event_id", 600, 0.80, 5000}
	// ChattyCache guards ChattyTransaction and is too small as well, for less gain.
	ChattyCache = PlantedCache{"get_user_by_id", 560, 0.68, 500}
	// ScanCaches are asked for each event once while history is read: they are full, they drop by size, and no size
	// helps. (No metric tells a scan from a loop that is a little longer than the cache.)
	ScanCaches = []PlantedCache{
		{"get_applicable_edit", 60, 0.004, 500},
		{"get_references_for_event", 60, 0.004, 500},
		{"get_thread_summary", 60, 0.004, 500},
	}
)

// Facts of the model that hold in both profiles.
var (
	// IdleCaches are never asked.
	IdleCaches = []string{"get_aliases_for_room", "get_monthly_active_count", "user_last_seen_monthly_active",
		"lazy_loaded_profile_fields_cache", "get_room_hierarchy_cache"}
	// ExpiringOnlyCaches miss, and what they drop was unused for the cache_entry_ttl.
	ExpiringOnlyCaches = []string{"get_device", "is_user_erased", "get_tags_for_room", "have_seen_event", "get_global_account_data_for_user"}
	// LowHitRatioStreamCaches answer few lookups with "unchanged", which is normal.
	LowHitRatioStreamCaches = []string{"PresenceStreamChangeCache", "ReceiptsRoomChangeCache", "EventsRoomStreamChangeCache"}
	// LowHitRatioResponseCaches only join simultaneous equal requests.
	LowHitRatioResponseCaches = []string{"sync", "fed_txn_handler"}
)

// PlantedRestart is the one restart within the written past; its counters begin at zero.
var PlantedRestart = struct {
	Job, Index string
	BeforeEnd  time.Duration
}{"generic_worker", "2", 3 * time.Hour}

// PlantedPauses are long collections of the garbage collector's oldest generation; each stops the reactor as long.
var PlantedPauses = struct {
	Job, Index string
	BeforeEnd  time.Duration // of the first
	Every      time.Duration
	Seconds    []float64
}{"generic_worker", "1", 2 * time.Hour, 75 * time.Second, []float64{3.4, 6.2, 4.1, 5.3, 3.7, 4.8, 7.1, 5.9, 4.4, 6.6, 5.2, 3.9}}

// PlantedFiles is a process whose limit of open files is that of an old start script, and nearly reached.
var PlantedFiles = struct {
	Job, Index   string
	Limit, Share float64
}{"federation_sender", "1", 1024, 0.8}

// PresenceStorm makes most of the EDUs sent presence, which takes half of the main process's time.
var PresenceStorm = struct {
	EDUType       string
	EDUsPerSecond float64
	Times         float64 // more presence than on the healthy server
}{"m.presence", 24, 9}

// plantProblems changes the tables of the healthy server.
func plantProblems(m *modelTables) error {
	for _, t := range []PlantedTransaction{ExpensiveTransaction, DoubledTransaction} {
		r, err := find(m.transactions, "description", t.Description)
		if err != nil {
			return err
		}
		r["calls_per_second"] = text(t.CallsPerSecond)
		r["mean_milliseconds"] = text(t.MeanSeconds * 1000)
	}
	for _, c := range append([]PlantedCache{UndersizedCache, ChattyCache}, ScanCaches...) {
		r, err := find(m.caches, "name", c.Name)
		if err != nil {
			return err
		}
		r["lookups_per_second"], r["hit_ratio"] = text(c.LookupsPerSecond), text(c.HitRatio)
		r["drop"], r["fill"] = "size", "1"
	}
	presenceCPU := map[string]float64{"handle_presence_timeouts": 1600, "presence.notify_new_event": 12,
		"bump_presence_active_time": 14, "persist_presence_changes": 400}
	for name, milliseconds := range presenceCPU {
		r, err := find(m.backgroundProcesses, "name", name)
		if err != nil {
			return err
		}
		r["cpu_milliseconds"] = text(milliseconds)
	}
	for _, servlet := range m.requests {
		if servlet["servlet"] == "RoomSendEventRestServlet" && servlet["code"] == "200" {
			servlet["median_seconds"], servlet["sigma"] = "0.42", "0.75"
		}
	}
	return nil
}

func text(number float64) string { return strconv.FormatFloat(number, 'g', -1, 64) }
