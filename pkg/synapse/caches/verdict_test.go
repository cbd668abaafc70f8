package caches

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the snapshot of sentences")

const sixHours = 6 * time.Hour

// undersized is a full cache of 500 entries whose entries are asked for again but stay 40 s only.
func undersized() *Measurements {
	return named("get_room_version_id", Measurements{
		Window: sixHours, Requests: 4_320_000, Hits: 3_196_800, Warm: 4_320_000, EvictionsSeen: true,
		Evicted: 2_700_000, Before: 1000, Avoidable: 885_600, Fill: 1, Processes: 1,
		Entries: at(5000), FullEntries: 5000, MaxEntries: at(5000),
	})
}

func named(name string, m Measurements) *Measurements {
	m.Key = Key{Server: "example.org", Cache: name}
	return &m
}

func at(v float64) *float64 { return &v }

func usual() Homeserver { return Homeserver{EntryTTL: 30 * time.Minute, CommonFactor: 0.5} }

func TestJudge(t *testing.T) {
	cases := map[string]struct {
		facts  func(f *Measurements)
		server func(h *Homeserver)
		want   Verdict
	}{
		"raise: entries asked for again leave early":            {want: Raise},
		"of many keys at once, one can be missed several times": {facts: func(f *Measurements) { f.Cache = "is_user_erased" }, want: Raise},
		"of many keys at once, any may be avoidable":            {facts: func(f *Measurements) { f.Cache = "is_user_erased"; f.Avoidable = f.Misses() }, want: Raise},
		"raise names the process that needs it":                 {facts: func(f *Measurements) { f.Alone = "synapse/sync1" }, want: Raise},
		"without expiry any residence is early": {facts: func(f *Measurements) { f.Evicted = 900_000 },
			server: func(h *Homeserver) { h.EntryTTL = 0 }, want: Raise},
		"probe: entries stay long already":    {facts: func(f *Measurements) { f.Evicted = 200_000 }, want: Probe},
		"probe: few hits":                     {facts: func(f *Measurements) { f.Hits = 0.2 * f.Requests }, want: Probe},
		"a scan is never raised":              {facts: func(f *Measurements) { f.Hits, f.Avoidable, f.Evicted = 0, f.Requests, f.Requests }, want: Probe},
		"a playbook's factor is never raised": {server: func(h *Homeserver) { h.CommonFactor = 10 }, want: Probe},

		"keep: the bound is below a tenth of the misses": {facts: func(f *Measurements) { f.Avoidable = 0.0999 * f.Misses() }, want: Keep},
		"the bound at a tenth":                           {facts: func(f *Measurements) { f.Avoidable = 0.1 * f.Misses() }, want: Raise},
		"keep: the bound is below 50 misses": {facts: func(f *Measurements) {
			f.Requests, f.Hits, f.Avoidable, f.Warm = 1000, 900, 49, 1000
		}, want: Keep},
		"keep: full but nothing dropped": {facts: func(f *Measurements) { f.Evicted, f.Before, f.Avoidable = 0, 0, 0 }, want: Keep},
		"not full and nothing dropped": {facts: func(f *Measurements) {
			f.Evicted, f.Before, f.Avoidable, f.Fill, f.Entries = 0, 0, 0, 0.2, at(1000)
		}, want: NotSizeBound},
		"dropped by expiry only": {facts: func(f *Measurements) {
			f.Evicted, f.Before, f.Avoidable, f.Fill, f.Unread = 0, 0, 0, 0.5, 1e6
		}, want: NotSizeBound},
		"one entry at most":             {facts: func(f *Measurements) { f.Cache = "get_monthly_active_count" }, want: NotSizeBound},
		"few possible entries":          {facts: func(f *Measurements) { f.Cache = "get_id_for_instance" }, want: NotSizeBound},
		"one of many of a name":         {facts: func(f *Measurements) { f.Cache = "is_interested_in_room" }, want: CannotTell},
		"no limit":                      {facts: func(f *Measurements) { f.Cache = "lazy_loaded_members_cache" }, want: NotSizeBound},
		"own expiry only":               {facts: func(f *Measurements) { f.Cache = "well-known" }, want: NotSizeBound},
		"a response cache":              {facts: func(f *Measurements) { f.Cache = "sync" }, want: NotSizeBound},
		"a stream change cache":         {facts: func(f *Measurements) { f.Cache = "EventsRoomStreamChangeCache" }, want: CannotTell},
		"a cache of a module":           {facts: func(f *Measurements) { f.Cache = "a_module_s_cache" }, want: Raise},
		"an expiring cache full":        {facts: func(f *Measurements) { f.Cache = "state_cache" }, want: Probe},
		"an expiring cache hardly full": {facts: func(f *Measurements) { f.Cache = "state_cache"; f.Evicted = 40 }, want: Keep},

		"keep: nearly the largest useful size": {facts: func(f *Measurements) { f.Useful = at(5499) }, want: Keep},
		"a tenth below it":                     {facts: func(f *Measurements) { f.Useful = at(5500) }, want: Raise},

		"lower: memory is short and nothing is asked for again": {facts: rarelyHit, server: memoryIsShort, want: Lower},
		"lower: a memory limit drops entries":                   {facts: rarelyHit, server: func(h *Homeserver) { h.AutotuningSeen = true }, want: Lower},
		"not lower: memory is not short":                        {facts: rarelyHit, want: Keep},
		"not lower: it is hit":                                  {facts: func(f *Measurements) { rarelyHit(f); f.Hits = 0.1 * f.Requests }, server: memoryIsShort, want: Keep},
		"not lower: it lacks room":                              {facts: func(f *Measurements) { rarelyHit(f); f.Evicted = 0.1 * f.Misses(); f.Avoidable = f.Evicted }, server: memoryIsShort, want: Probe},
		"not lower: half of it is unused":                       {facts: func(f *Measurements) { rarelyHit(f); f.Fill = 0.5 }, server: memoryIsShort, want: NotSizeBound},

		"idle: too few lookups": {facts: func(f *Measurements) { f.Requests = 999 }, want: Idle},
		"idle: none":            {facts: func(f *Measurements) { f.Requests, f.Hits = 0, 0 }, want: Idle},
		"just restarted":        {facts: func(f *Measurements) { f.Warm = 999 }, want: CannotTell},
		"resized":               {facts: func(f *Measurements) { f.Resized = true }, want: CannotTell},
		"drops unknown":         {facts: func(f *Measurements) { f.EvictionsSeen, f.Evicted, f.Avoidable = false, 0, 0 }, want: CannotTell},
		"size unknown":          {facts: func(f *Measurements) { f.MaxEntries, f.Fill = nil, 0 }, want: CannotTell},

		"memory limit drops more":    {facts: func(f *Measurements) { f.Unread = f.Evicted }, server: autotune, want: MemoryBound},
		"memory limit on, full":      {server: autotune, want: Probe},
		"memory limit seen":          {server: func(h *Homeserver) { h.AutotuningSeen = true }, want: Probe},
		"memory limit on, few drops": {facts: func(f *Measurements) { f.Evicted = 0.09 * f.Misses() }, server: autotune, want: Keep},

		"the last step helped":             {facts: afterStep(Effect{From: 2500, To: 5000, Avoided: .12, Usual: .04}), want: Raise},
		"the last step brought too little": {facts: afterStep(Effect{From: 2500, To: 5000, Avoided: .049, Usual: .02}), want: Keep},
		"the last step made it worse":      {facts: afterStep(Effect{From: 2500, To: 5000, Avoided: -.3, Usual: .02}), want: Keep},
		"the last step can't be told":      {facts: afterStep(Effect{From: 2500, To: 5000, Avoided: .02, Usual: .1}), want: Raise},
		"no step is advised again, however well the last did": {facts: func(f *Measurements) {
			afterStep(Effect{From: 2500, To: 5000, Avoided: .5, Usual: .02})(f)
			f.Avoidable = 0
		}, want: Keep},
	}
	var said strings.Builder
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		test := cases[name]
		t.Run(name, func(t *testing.T) {
			f, h := undersized(), usual()
			if test.facts != nil {
				test.facts(f)
			}
			if test.server != nil {
				test.server(&h)
			}
			got := Judge(f, h)
			if got.Verdict != test.want {
				t.Errorf("%s, want %s: %s", got.Verdict, test.want, got.Reason)
			}
			if got.Reason == "" || got.Confidence < 0 || got.Confidence > 1 {
				t.Errorf("reason %q, confidence %g", got.Reason, got.Confidence)
			}
			if strings.Contains(got.Reason, "%!") || strings.Contains(got.Reason, "NaN") {
				t.Error(got.Reason)
			}
			fmt.Fprintf(&said, "## %s\n%s\n", name, strings.Join([]string{string(got.Verdict), got.Reason, got.Advice, f.SayAlone(), f.SayLastStep()}, "\n"))
		})
	}
	compareSnapshot(t, "testdata/sentences.txt", said.String())
}

// compareSnapshot keeps what is said, to be read by people: go test ./pkg/synapse/caches -update
func compareSnapshot(t *testing.T, path, said string) {
	t.Helper()
	said = regexp.MustCompile(`\n{2,}`).ReplaceAllString(said, "\n")
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(said), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(path); err != nil || string(kept) != said {
		t.Errorf("%v: the sentences are others; read the diff after go test ./pkg/synapse/caches -update", err)
	}
}

func afterStep(e Effect) func(*Measurements) {
	return func(m *Measurements) { m.LastStep = &e }
}

func memoryIsShort(h *Homeserver) { h.MemoryShort = true }

// rarelyHit has 18 hits and 182 misses a second, and evicts next to nothing because it is full.
func rarelyHit(f *Measurements) {
	f.Hits, f.Evicted, f.Before, f.Avoidable = 0.09*f.Requests, 0, 0, 0
}

func autotune(h *Homeserver) { h.AutotuningStated = true }
