package tablestats

// Issue is a table that is known to grow without bound, or to be much larger than it should.
type Issue struct {
	// Link is where it is discussed.
	Link string
	// Meaning says what lets it grow; Advice what to do, from harmless to risky.
	Meaning, Advice string
	// Rare: on a healthy server it is never the largest part of the database.
	Rare bool
}

// never is the end of every advice about rows.
const never = "Don't delete rows by hand."

// issues are the tables with reports from several servers. Source: the issues that they link to, and Synapse 1.160.
var issues = map[string]Issue{
	"stream_ordering_to_exterm": {
		Link: "https://github.com/element-hq/synapse/issues/19241", Rare: true,
		Meaning: "It gets one row per forward extremity with each event that changes them, and keeps a month: rooms with many extremities fill it, also rooms that were left but still get events.",
		Advice: "Find the rooms: query type forwardExtremities, format rooms. Where their extremities fall, the rows go within a month by themselves; the files shrink only after that. " +
			"Leave enough free disk meanwhile. " + never,
	},
	"device_lists_changes_in_room": {
		Link: "https://github.com/element-hq/synapse/issues/13043", Rare: true,
		Meaning: "It gets a row per room for each change of a device, so logins of users in many rooms fill it. Older versions never clear it, recent ones do (pull request 19473).",
		Advice:  "Upgrade Synapse: recent versions clear it by themselves. See whether a bot or a script logs in again and again. Deleting the wrong rows breaks decryption. " + never,
	},
	"push_rules_stream": {
		Link: "https://github.com/element-hq/synapse/issues/19313", Rare: true,
		Meaning: "Synapse never clears it; a client that writes push rules all the time fills it.",
		Advice:  "See which users' clients write push rules in a loop, and update these clients. Upgrade Synapse when the issue is solved. " + never,
	},
	"received_transactions": {
		Link: "https://github.com/element-hq/synapse/issues/6437", Rare: true,
		Meaning: "It keeps the transactions of other homeservers for a day (older versions: a month). Where it is much larger, clearing it fails or its index is damaged.",
		Advice:  "Look for errors of _cleanup_transactions in Synapse's log, and for damage of its index in PostgreSQL's. " + never,
	},
	"device_federation_outbox": {
		Link: "https://github.com/element-hq/synapse/issues/5888", Rare: true,
		Meaning: "It keeps messages to devices on homeservers that can't be reached.",
		Advice:  "Query type federation, format destinations, shows who can't be reached. " + never,
	},
	"current_state_delta_stream": {
		Link:    "https://github.com/element-hq/synapse/issues/5888",
		Meaning: "It gets a row with each change of a room's state, and Synapse never clears it. It grows with the server's life.",
		Advice:  "Nothing is wrong; plan the disk for it. " + never,
	},
	"state_groups_state": {
		Link:    "https://github.com/element-hq/synapse/issues/3364",
		Meaning: "It holds the states of all rooms and is normally the largest table: forward extremities and large rooms multiply it.",
		Advice: "See rooms with many forward extremities first. rust-synapse-compress-state makes it smaller, but needs free disk while it runs, and what it saves " +
			"is given back to the disk only by a rewrite of the table, which locks it: make a backup first. Last, the admin API can purge the history of rooms that nobody reads, which can't be undone. " + never,
	},
}

// KnownIssue tells whether a table is known to grow.
func KnownIssue(table string) (Issue, bool) {
	issue, ok := issues[table]
	return issue, ok
}
