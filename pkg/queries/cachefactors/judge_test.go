package cachefactors

import (
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/cachecatalogue"
)

const sixHours = 6 * time.Hour

// undersized is a full cache of 500 entries whose entries are asked for again but stay 40 s only.
func undersized() facts {
	return named1("get_room_version_id", facts{
		window: sixHours, requests: 4_320_000, hits: 3_196_800, settled: 4_320_000, dropsSeen: true,
		sizeDrops: 2_700_000, carried: 1000, bound: 885_600, fullness: 1, processes: 1,
		entries: known(5000), fullEntries: 5000, maxEntries: known(5000),
	})
}

func named1(name string, f facts) facts {
	f.key = key{server: "example.org", cache: name}
	f.made, f.listed = cachecatalogue.Lookup(name)
	return f
}

func usual() options {
	return options{Options: query.Options{CacheEntryTTL: 30 * time.Minute}, common: map[string]float64{"example.org": 0.5}}
}

func TestJudge(t *testing.T) {
	for name, test := range map[string]struct {
		facts   func(f *facts)
		options func(o *options)
		want    string
		says    string
	}{
		"raise: entries asked for again leave early": {want: raise,
			says: "At most 41 of 52 misses a second could be avoided, whatever the size (proved from its evictions). It answers 74 % of its lookups"},
		"of many keys at once, one can be missed several times": {facts: func(f *facts) { *f = named1("is_user_erased", *f) }, want: raise,
			says: "whatever the size (10 for each eviction, not proved: it is asked for many keys at once, which can miss one key several times)."},
		"of many keys at once, any may be avoidable": {facts: func(f *facts) { *f = named1("is_user_erased", *f); f.bound = f.misses() }, want: raise,
			says: "Any of its 52 misses a second may be avoidable: it is asked for many keys at once, so its evictions set no limit."},
		"raise names the process that needs it": {facts: func(f *facts) { f.alone = "synapse/sync1" }, want: raise,
			says: "Nearly all of it happens on synapse/sync1"},
		"without expiry any residence is early": {facts: func(f *facts) { f.sizeDrops = 900_000 },
			options: func(o *options) { o.CacheEntryTTL = 0 }, want: raise, says: "would never expire"},
		"probe: entries stay long already": {facts: func(f *facts) { f.sizeDrops = 200_000 }, want: probe, says: "take one step and measure"},
		"probe: few hits":                  {facts: func(f *facts) { f.hits = 0.2 * f.requests }, want: probe},
		"a scan is never raised": {facts: func(f *facts) { f.hits, f.bound, f.sizeDrops = 0, f.requests, f.requests }, want: probe,
			says: "this is what a scan looks like, which no size helps"},
		"a playbook's factor is never raised": {options: func(o *options) { o.common["example.org"] = 10 }, want: probe, says: "have factor 10"},

		"keep: the bound is below a tenth of the misses": {facts: func(f *facts) { f.bound = 0.0999 * f.misses() }, want: keep, says: "Not worth a step"},
		"the bound at a tenth":                           {facts: func(f *facts) { f.bound = 0.1 * f.misses() }, want: raise},
		"keep: the bound is below 50 misses": {facts: func(f *facts) {
			f.requests, f.hits, f.bound, f.settled = 1000, 900, 49, 1000
		}, want: keep},
		"keep: full but nothing dropped": {facts: func(f *facts) { f.sizeDrops, f.carried, f.bound = 0, 0, 0 }, want: keep,
			says: "Large enough: 5000 of 5000 entries"},
		"not full and nothing dropped": {facts: func(f *facts) {
			f.sizeDrops, f.carried, f.bound, f.fullness, f.entries = 0, 0, 0, 0.2, known(1000)
		}, want: notSizeBound, says: "1000 of 5000 entries: a larger cache would hold the same. The 52 misses a second are entries asked for the first time"},
		"dropped by expiry only": {facts: func(f *facts) {
			f.sizeDrops, f.carried, f.bound, f.fullness, f.idleDrops = 0, 0, 0, 0.5, 1e6
		}, want: notSizeBound},
		"one entry at most":      {facts: func(f *facts) { *f = named1("get_monthly_active_count", *f) }, want: notSizeBound},
		"few possible entries":   {facts: func(f *facts) { *f = named1("get_id_for_instance", *f) }, want: notSizeBound},
		"one of many of a name":  {facts: func(f *facts) { *f = named1("is_interested_in_room", *f) }, want: cannotTell},
		"no limit":               {facts: func(f *facts) { *f = named1("lazy_loaded_members_cache", *f) }, want: notSizeBound},
		"own expiry only":        {facts: func(f *facts) { *f = named1("well-known", *f) }, want: notSizeBound},
		"a response cache":       {facts: func(f *facts) { *f = named1("sync", *f) }, want: notSizeBound},
		"a stream change cache":  {facts: func(f *facts) { *f = named1("EventsRoomStreamChangeCache", *f) }, want: cannotTell, says: "A low hit ratio is normal here"},
		"a cache of a module":    {facts: func(f *facts) { *f = named1("a_module_s_cache", *f) }, want: raise},
		"an expiring cache full": {facts: func(f *facts) { *f = named1("state_cache", *f) }, want: probe, says: "the oldest entries, used or not"},
		"an expiring cache hardly full": {facts: func(f *facts) { *f = named1("state_cache", *f); f.sizeDrops = 40 }, want: keep,
			says: "Entries dropped for lack of room: only 6.7 an hour"},

		"keep: nearly the largest useful size": {facts: func(f *facts) { f.useful = known(5499) }, want: keep, says: "nothing changes above 5499 entries, and it has 5000"},
		"a tenth below it":                     {facts: func(f *facts) { f.useful = known(5500) }, want: raise},

		"lower: memory is short and nothing is asked for again": {facts: rarelyHit, options: memoryIsShort, want: lower,
			says: "Half the size frees memory and costs 18 misses a second at most, beside 182 misses a second"},
		"lower: a memory limit drops entries": {facts: rarelyHit, options: func(o *options) { o.pressed = map[string]bool{"example.org": true} }, want: lower},
		"not lower: memory is not short":      {facts: rarelyHit, want: keep},
		"not lower: it is hit":                {facts: func(f *facts) { rarelyHit(f); f.hits = 0.1 * f.requests }, options: memoryIsShort, want: keep},
		"not lower: it lacks room":            {facts: func(f *facts) { rarelyHit(f); f.sizeDrops = 0.1 * f.misses(); f.bound = f.sizeDrops }, options: memoryIsShort, want: probe},
		"not lower: half of it is unused":     {facts: func(f *facts) { rarelyHit(f); f.fullness = 0.5 }, options: memoryIsShort, want: notSizeBound},

		"idle: too few lookups": {facts: func(f *facts) { f.requests = 999 }, want: idle, says: "Lookups in 6 h: 999, too few to judge; it takes 1000"},
		"idle: none":            {facts: func(f *facts) { f.requests, f.hits = 0, 0 }, want: idle, says: "Nobody asked it"},
		"just restarted":        {facts: func(f *facts) { f.settled = 999 }, want: cannotTell, says: "restarted within the last hour"},
		"resized":               {facts: func(f *facts) { f.resized = true }, want: cannotTell, says: "resized within the time range"},
		"drops unknown":         {facts: func(f *facts) { f.dropsSeen, f.sizeDrops, f.bound = false, 0, 0 }, want: cannotTell},
		"size unknown":          {facts: func(f *facts) { f.maxEntries, f.fullness = nil, 0 }, want: cannotTell},

		"memory limit drops more":    {facts: func(f *facts) { f.idleDrops = f.sizeDrops }, options: autotune, want: memoryBound, says: "max_cache_memory_usage"},
		"memory limit on, full":      {options: autotune, want: probe, says: "nothing can be proved"},
		"memory limit seen":          {options: func(o *options) { o.pressed = map[string]bool{"example.org": true} }, want: probe, says: "nothing can be proved"},
		"memory limit on, few drops": {facts: func(f *facts) { f.sizeDrops = 0.09 * f.misses() }, options: autotune, want: keep},
	} {
		t.Run(name, func(t *testing.T) {
			f, o := undersized(), usual()
			if test.facts != nil {
				test.facts(&f)
			}
			if test.options != nil {
				test.options(&o)
			}
			got := judge(f, o)
			if got.verdict != test.want || !strings.Contains(got.reason, test.says) {
				t.Errorf("verdict %q because %q; want %q because …%q…", got.verdict, got.reason, test.want, test.says)
			}
			if got.reason == "" || got.confidence < 0 || got.confidence > 1 {
				t.Errorf("reason %q, confidence %g", got.reason, got.confidence)
			}
		})
	}
}

func memoryIsShort(o *options) { o.memoryShort = true }

// rarelyHit has 18 hits and 182 misses a second, and drops next to nothing for lack of room.
func rarelyHit(f *facts) {
	f.hits, f.sizeDrops, f.carried, f.bound = 0.09*f.requests, 0, 0, 0
}

func autotune(o *options) { o.autotuning = true }
