package tables

// Issue is a table that is known to grow without bound, or to be much larger than it should.
type Issue struct {
	// Link is where it is discussed.
	Link string
	// Meaning says what makes it grow.
	Meaning string
	// Steps are what to do, at most two, from harmless to risky.
	Steps []string
	// Rare: on a healthy server it is never the largest part of the database.
	Rare bool
}

// issues are the tables with reports from several servers. Source: the issues that they link to, and Synapse 1.160.
var issues = map[string]Issue{
	"stream_ordering_to_exterm": {
		Link: "https://github.com/element-hq/synapse/issues/19241", Rare: true,
		Meaning: "It gets one row per forward extremity with each event that changes them, and keeps them for a month: rooms with many extremities fill it, also rooms that were left but still receive events.",
		Steps: []string{
			"Find the rooms in \"Rooms with more than ten forward extremities\" on this dashboard. Once their extremities fall, the rows go within a month. Don't delete rows by hand.",
			"Keep enough free disk for that month: the files stay as large until the table is rewritten.",
		},
	},
	"device_lists_changes_in_room": {
		Link: "https://github.com/element-hq/synapse/issues/13043", Rare: true,
		Meaning: "It gets one row per room for each change of a device, so logins of users in many rooms fill it. Older versions of Synapse never clear it; recent ones do (pull request 19473).",
		Steps: []string{
			"Upgrade Synapse: recent versions clear it by themselves. Don't delete rows by hand: that breaks decryption.",
			"Look for a bot or a script that logs in again and again, and let it keep its access token.",
		},
	},
	"push_rules_stream": {
		Link: "https://github.com/element-hq/synapse/issues/19313", Rare: true,
		Meaning: "Synapse never clears it. A client that keeps writing push rules fills it.",
		Steps: []string{
			"Find the clients that write push rules in a loop (PUT /pushrules in the access log) and update them. Don't delete rows by hand.",
		},
	},
	"received_transactions": {
		Link: "https://github.com/element-hq/synapse/issues/6437", Rare: true,
		Meaning: "It keeps the transactions of other homeservers for a day (older versions: a month). If it is much larger, the clean-up fails or its index is damaged.",
		Steps: []string{
			"Search Synapse's log for errors of `_cleanup_transactions` and PostgreSQL's log for a damaged index of this table. Don't delete rows by hand.",
		},
	},
	"device_federation_outbox": {
		Link: "https://github.com/element-hq/synapse/issues/5888", Rare: true,
		Meaning: "It keeps to-device messages for homeservers that can't be reached.",
		Steps: []string{
			"Open \"Destinations that fail or miss events\" on this dashboard and see which homeservers can't be reached. Don't delete rows by hand: that breaks decryption.",
		},
	},
	"device_federation_inbox": {
		Link: "https://github.com/element-hq/synapse/issues/17370", Rare: true,
		Meaning: "It keeps the numbers of device messages that came from other homeservers, so that none counts twice. Older versions of Synapse never clear it.",
		Steps: []string{
			"Upgrade Synapse: recent versions clear it by themselves. Don't delete rows by hand: messages could be processed twice.",
		},
	},
	"device_inbox": {
		Link: "https://github.com/element-hq/synapse/issues/16479", Rare: true,
		Meaning: "It keeps messages for devices until they sync: bots that log in and never sync, and devices that nobody uses any more, fill it. Reading it then holds up requests.",
		Steps: []string{
			"Log out devices that nobody uses, above all of bots and bridges: their messages go with them. Don't delete rows by hand: that breaks decryption.",
			"Let scripts keep one access token instead of logging in each time.",
		},
	},
	"current_state_delta_stream": {
		Link:    "https://github.com/element-hq/synapse/issues/5888",
		Meaning: "It gets one row with each change of a room's state, and Synapse never clears it: it grows with the age of the server.",
		Steps:   []string{"Plan the disk for it: nothing is wrong. Don't delete rows by hand."},
	},
	"state_groups_state": {
		Link:    "https://github.com/element-hq/synapse/issues/3364",
		Meaning: "It holds the states of all rooms and is normally the largest table. Forward extremities and large rooms multiply it.",
		Steps: []string{
			"Look at the rooms in \"Rooms with more than ten forward extremities\" on this dashboard first. Don't delete rows by hand.",
			"After a backup, rust-synapse-compress-state makes it smaller. It needs free disk while it runs; only a rewrite of the table returns the space to the disk, and that locks it.",
		},
	},
}

// KnownIssue tells whether a table is known to grow.
func KnownIssue(table string) (Issue, bool) {
	issue, ok := issues[table]
	return issue, ok
}
