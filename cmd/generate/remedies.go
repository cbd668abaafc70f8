package main

// remedies say what to do about each check's finding, from harmless to risky. The finding itself is more exact: it knows
// the numbers. Nothing here writes to the database.
var remedies = map[string][]string{
	"event-send-time": {
		"Look at what the diagnosis names as the cause: a full process, a slow database, a full pool, state resolution.",
		"If it names none, look at spam-checker and other modules and at the proxy in front of Synapse: no metric shows them.",
		"See how much bridges send: their messages are among the sends.",
	},
	"sync-time": {
		"Look at the processes that serve sync: a full one makes every sync slow.",
		"Look at the transactions that sync causes and at the caches in front of them.",
		"Last, where such a process stays full: spread users over more sync workers, each user always on the same one.",
	},
	"cpu-saturation": {
		"See first where the CPU goes: requests, background jobs, garbage collection or state resolution.",
		"Take away what causes it, where the diagnosis names a cause.",
		"Otherwise move one kind of work to a worker of its own. Every worker costs CPU and memory too, also an idle one.",
	},
	"memory": {
		"See whether it grows within Synapse's objects or beside them: with jemalloc the memory is told apart.",
		"Use jemalloc, and let Synapse tune its caches by memory (`caches.cache_autotuning`) where it does not yet.",
		"Don't lower cache factors as a reflex: a cache that is too small costs CPU and database time instead.",
	},
	"restarts": {
		"A rollout or an upgrade is no problem; a loop is.",
		"Read the end of the process's log before each restart, and the kernel's log: an out-of-memory killer, a health check that is too strict, an exception.",
	},
	"reactor-lag": {
		"It is a symptom: look at garbage collection, CPU and state resolution of the same process first.",
		"Look at what ran at the time of the long rounds: nightly jobs, joins of huge rooms, exports.",
	},
	"database-cost": {
		"Find the transaction's caller and the cache in front of it in the query type Transactions.",
		"Where it grew within a week, look for what changed: an upgrade, a bridge, a room, the planner's statistics.",
		"Don't add indices of your own to Synapse's tables: upgrades don't expect them.",
	},
	"database-chatty": {
		"Raise the cache that guards the transaction, but only where the check cache-undersized says that a larger one would help.",
		"Otherwise find who asks so often: one client or bridge can be enough.",
	},
	"database-slow": {
		"Look at PostgreSQL's machine: disk latency, memory, other databases, a backup or a vacuum that runs now.",
		"Look for long transactions and lost planner statistics (the check postgres-hygiene).",
		"Where a process is full, its transactions only seem slow: relieve the process.",
	},
	"database-pool": {
		"Find the long transactions that hold the connections.",
		"Where CPU is short, relieve the process first: a full process holds connections longer.",
		"Raise `cp_max` only within the budget of PostgreSQL's `max_connections` over all processes.",
	},
	"database-connections": {
		"Lower `cp_max` of processes that do little: it counts for each of them.",
		"Raise PostgreSQL's `max_connections`, which costs memory and needs a restart.",
	},
	"postgres-hygiene": {
		"Run ANALYZE where statistics are missing, above all after pg_upgrade.",
		"End sessions that stay idle in a transaction at their source.",
		"Leave an invalid index alone where a background update of Synapse builds it. Otherwise let PostgreSQL rebuild it at a quiet time (`reindexdb --concurrently`).",
	},
	"state-resolution": {
		"Find the room: switch on DEBUG for the logger `synapse.state.metrics` and look for \"biggest rooms for state-res\".",
		"See whether that room has many forward extremities; then that is what to cure.",
		"One join of a huge room passes by itself.",
	},
	"federation-presence": {
		"Upgrade to Synapse 1.124 or later, and check that nobody raised `rc_presence.per_user`.",
		"From 1.156 on, raise `last_active_granularity`; leave `include_offline_users_on_sync` at false.",
		"Give presence a stream writer of its own.",
		"Last, switch presence off (`presence.enabled: false`, or `untracked` where a module needs it). Only then does Synapse ignore the presence that other homeservers send.",
	},
	"federation-lag": {
		"After a restart wait ten minutes: the sender catches up.",
		"See whether the federation sender is short of CPU, and what takes it: presence and large rooms are the usual.",
		"Last, where it stays full: share the sending among several (`federation_sender_instances`). Each reads all events, so each costs CPU of its own.",
	},
	"federation-inbound": {
		"See whether the processes that take federation traffic are short of CPU, and whether state resolution is busy.",
		"One server or room that sends very much is limited by `rc_federation`; the defaults are good.",
		"Last, where these processes stay full: spread inbound federation over more workers, each sender always on the same one.",
	},
	"federation-destinations": {
		"Dead servers are normal. When most fail at the same time the fault is on this side: check DNS, the TLS certificate, the way out and the clock.",
		"Don't reset the retry timings of all destinations: that makes a burst.",
	},
	"device-lists": {
		"See whether the process that writes device lists is short of CPU, and whether the database is slow.",
		"After the join of a huge room it passes by itself.",
		"Don't delete from these tables: that breaks decryption.",
	},
	"appservice-lag": {
		"Look at the bridge first: its log, its CPU, whether it answers at all. A slow bridge holds up its own events only.",
		"See whether the process that notifies application services is short of CPU.",
	},
	"replication-lag": {
		"See whether the process that is behind is short of CPU.",
		"Look at Redis: its memory, its connections, the way to it.",
	},
	"cache-undersized": {
		"Take the lines that the query type Cache factors prints, raise one step, and measure again after a day.",
		"Don't raise a cache whose entries nobody asks for twice, nor one that drops nothing for lack of room: nothing changes.",
	},
	"cache-memory": {
		"Preload jemalloc, and set `PYTHONMALLOC=malloc` with it, so that it counts Python's own objects too. Both take a restart.",
		"Remember that limits of memory are per process.",
	},
	"extremities": {
		"Wait, where the finding says that the room heals itself.",
		"Let a local user send a message to the room: it merges up to ten extremities.",
		"See whether any local user may send there at all: in a room for announcements Synapse can't heal by itself.",
		"Last, and only for single rooms: Synapse's admin API for forward extremities, after a backup. Its own documentation warns never to use it as an automated task, and not without need. Never for a corrupt room, nor where all extremities have the same state.",
		"Don't run the SQL of [issue 1760](https://github.com/matrix-org/synapse/issues/1760), to which the guide links: it can keep the wrong extremity, after which nothing can be added to the room any more ([issue 6708](https://github.com/matrix-org/synapse/issues/6708)).",
	},
	"extremities-corrupt": {
		"Don't delete anything: rooms were lost that way.",
		"Make a backup of the database.",
		"Report it to Synapse with the lines of the log that name the room.",
	},
	"partial-state": {
		"Wait: a join of a huge room takes hours.",
		"See in the log whether the servers that know the room's state answer; if none does, leave the room and join it through another server.",
	},
	"gc-pauses": {
		"It is a symptom: find what holds so many objects, caches or a leak, by the process's memory over time.",
		"If it comes back some days after each restart, it is a leak: see whether a newer Synapse has mended it.",
		"Change `gc_thresholds` last: rarer collections are longer ones.",
	},
	"workers": {
		"Spread the load of the full process evenly over those of its role, in the proxy's routing.",
		"A single writer of a stream can't be spread; move other work away from it.",
		"Don't add a worker before: an idle one costs CPU, memory and database connections too, and the full one would stay full.",
	},
	"background-updates": {
		"Don't start a further upgrade of Synapse before they are done.",
		"Where one failed, its reason is in the main process's log; report it with that.",
	},
	"table-growth": {
		"Follow the link to the known issue: some are fixed in a later version.",
		"Let autovacuum keep up; look at why it does not.",
		"Last, VACUUM FULL gives the space back to the disk, but needs as much free disk as the table, and locks it: only with Synapse stopped.",
	},
	"scrape-health": {
		"See whether the process runs, and which error Prometheus' page of targets names.",
		"See whether the process was too busy to answer: then that is what to cure.",
		"Give metrics a listener of their own (type `metrics`) in each process.",
		"Last, scrape less often, or raise the scrape's time-out. Until then every graph shows too little.",
	},
	"metric-coverage": {
		"See whether every process is scraped, and whether a relabelling rule drops metrics.",
		"Upgrade Synapse where the metric came with a later version.",
		"The query type Metric coverage lists what is missing, and what can't be judged without it.",
	},
}
