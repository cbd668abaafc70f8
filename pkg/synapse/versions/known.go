package versions

// The list was read in the changelogs of all releases up to Newest, which came out on Dated.
const (
	Newest = "1.163.2"
	Dated  = "2026-10-23"
)

// issues are the performance issues that Synapse's changelog says are fixed, the newest fix first. Nothing else is listed: an open
// issue is no fact. Candidates are listed as such, so only a candidate matches. Where the changelog
// names no first release, it is the one that brought the feature. Source: CHANGES.md and docs/changelogs of
// Synapse 1.163.2.
var issues = []Issue{
	{"1.83.0", "1.162.0", "requests for the relations of an event are slow in large rooms", 20182, transactions("get_recent_references_for_event")},
	{"1.124.0", "1.161.0", "a room accepts no message after the database was away, until Synapse is restarted", 20148, Sign{}},
	{"1.115.0", "1.157.0", "the deletion of old sliding sync connections scans the whole table", 19912, transactions("delete_old_sliding_sync_connections")},
	{"1.153.0rc1", "1.153.0rc3", "sliding sync answers too often", 19784, Sign{Kind: SlidingSync}},
	{"", "1.152.1", "processes that wait for one lock use all CPU and block their event loop", 19394, Sign{Kind: LockContention}},
	{"1.140.0", "1.147.0", "memory of ended timers is never freed", 19416, Sign{Kind: MemoryGrowth}},
	{"1.115.0", "1.145.0", "sliding sync becomes slower the longer a client is connected", 19206, Sign{Kind: SlidingSync}},
	{"1.138.0", "1.138.1", "the job for delayed events reads all events one by one", 18926, transactions("_fetch_event_list")},
	{"1.135.0rc1", "1.135.0rc2", "each request looks up whether the user is an admin", 18747, transactions("is_server_admin")},
	{"", "1.135.0", "the federation sender is busy retrying events that a purge has deleted", 18499, jobs("federation_transaction_transmission_loop")},
	{"", "1.131.0", "memory of clients that have left is never freed", 18380, Sign{Kind: MemoryGrowth}},
	{"1.128.0", "1.129.0", "a background update of the membership of rooms is slow", 18372, Sign{}},
	{"1.126.0rc1", "1.126.0rc3", "the clean-up of state groups fills the disk", 18222, Sign{}},
	{"1.124.0rc1", "1.124.0rc3", "sending a message reads and locks more than it needs", 18141, Sign{}},
	{"1.110.0", "1.120.0", "the first sliding sync is slow on large servers", 17946, Sign{Kind: SlidingSync}},
	{"1.110.0", "1.113.0", "incomplete answers make clients ask for keys again and again", 17499, Sign{Kind: RequestCPU, Names: []string{"KeyQueryServlet"}}},
	{"1.109.0", "1.110.0", "a sync may wait for ever after an upgrade", 17386, Sign{}},
	{"1.109.0rc1", "1.109.0rc2", "a sync may wait for ever because of device lists", 17292, Sign{}},
	{"1.100.0", "1.103.0", "joining a very large room blocks the process", 16968, Sign{}},
	{"1.100.0", "1.101.0", "reading chains of auth events is slow", 16893, transactions("get_auth_chain_ids_chains", "get_auth_chain_difference_chains")},
	{"1.100.0rc1", "1.100.0rc3", "PostgreSQL plans queries badly because of changed statistics", 16849, Sign{}},
	{"", "1.96.0", "with SQLite, a sync repeats without a pause after a restart", 16540, Sign{}},
	{"1.88.0", "1.95.0", "purging a large room ends with a time-out", 16455, Sign{}},
	{"1.90.0", "1.92.0", "broken timers take more and more memory", 16210, Sign{Kind: MemoryGrowth}},
	{"1.91.0", "1.91.1", "writing events takes more CPU the longer the process runs", 16220, Sign{Kind: GarbageCollection}},
	{"1.88.0", "1.91.0", "locks between processes are slow in the database", 16061, transactions("try_acquire_read_write_lock")},
	{"1.87.0", "1.91.0", "homeservers that are long gone are asked far too often", 16156, Sign{}},
	{"1.83.0", "1.85.0", "purging a room takes long and loads the database", 15693, transactions("purge_room")},
	{"1.70.0", "1.81.0", "the rest of a joined room is fetched again and again for hours", 15351, jobs("sync_partial_state_room")},
	{"", "1.81.0", "the process that writes typing is always busy after workers were restarted one by one", 15332, jobs("typing._handle_timeouts")},
	{"1.73.0rc1", "1.73.0rc2", "a login of a user with many devices blocks the main process", 14582, Sign{}},
	{"1.64.0", "1.72.0", "a background update loads the database", 14374, Sign{}},
	{"1.67.0", "1.69.0", "reading who is in a room is slow", 13972, transactions("get_users_in_room")},
	{"1.63.0", "1.63.1", "push rules of bridges' users are worked out for each message", 13332, Sign{}},
}

func transactions(names ...string) Sign { return Sign{TransactionTime, names} }

func jobs(names ...string) Sign { return Sign{JobCPU, names} }
