package cachefactors

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/caches"
)

func TestConfig(t *testing.T) {
	event, other := undersized(caches.EventCache), undersized("get_aliases_for_room")
	event.MaxEntries = new(5120.0)
	other.MaxEntries, other.Evicted, other.Before = new(10_000.0), 0, 0
	several := caches.All{} // of factor 0.5
	for _, name := range []string{"get_user_by_id", "get_device", "is_guest"} {
		several[caches.Key{Server: "example.org", Cache: name}] = &caches.Measurements{MaxEntries: new(500.0), Key: caches.Key{Server: "example.org", Cache: name}}
	}
	h := caches.Homeservers(several, settings.Settings{Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute, PerCacheFactors: map[string]float64{"get_room_version_id": 0.5, "state_cache": 3}}}, false)["example.org"]
	var rows []row
	for _, m := range []*caches.Measurements{undersized(roomVersion), event, other} {
		rows = append(rows, rowOf(m, h))
	}
	got, err := configOf(rows, h, 50)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Caches struct {
			PerCacheFactors map[string]float64 `yaml:"per_cache_factors"`
		} `yaml:"caches"`
	}
	if err := yaml.Unmarshal([]byte(got.yaml), &read); err != nil {
		t.Fatalf("%v\n%s", err, got.yaml)
	}
	want := map[string]float64{"get_room_version_id": 1, "getevent": 1, "get_aliases_for_room": 2, "state_cache": 3}
	for name, factor := range want {
		if read.Caches.PerCacheFactors[name] != factor {
			t.Errorf("%s has factor %g, want %g", name, read.Caches.PerCacheFactors[name], factor)
		}
	}
	if len(read.Caches.PerCacheFactors) != len(want) {
		t.Errorf("want %v in\n%s", want, got.yaml)
	}
	for _, line := range []string{"# raise, now 0.5: at most 41 of 52 misses per second avoidable", "# as it is now"} {
		if !strings.Contains(got.yaml, line) {
			t.Errorf("%q is missing in\n%s", line, got.yaml)
		}
	}
	if want := "SYNAPSE_CACHE_FACTOR_GETEVENT=1\nSYNAPSE_CACHE_FACTOR_GET_ROOM_VERSION_ID=1"; got.environment != want {
		t.Errorf("environment\n%s\nwant\n%s", got.environment, want)
	}
	if !strings.Contains(got.notes, "SIGHUP") {
		t.Errorf("notes without SIGHUP: %s", got.notes)
	}
}

func TestConfigWithoutSteps(t *testing.T) {
	quiet := undersized(roomVersion)
	quiet.Requests = 1
	got, err := configOf([]row{rowOf(quiet, usual())}, usual(), 50)
	if err != nil || got.yaml != "" || got.environment != "" || got.notes == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

// A cache that nothing proves too small is offered as a comment: pasting the block must not raise it.
func TestConfigOffersTriesAsComments(t *testing.T) {
	scan := undersized("get_thread_summary")
	scan.MaxEntries, scan.Hits = new(500.0), 0
	got, err := configOf([]row{rowOf(scan, usual())}, usual(), 50)
	if err != nil {
		t.Fatal(err)
	}
	if want := "    # get_thread_summary: 1 # probe, now 0.5"; !strings.Contains(got.yaml, want) || strings.Contains(got.yaml, "\n    get_thread_summary") {
		t.Errorf("want %q and no active line in\n%s", want, got.yaml)
	}
	if err := yaml.Unmarshal([]byte(got.yaml), &struct{}{}); err != nil || got.environment != "" {
		t.Errorf("%v, environment %q", err, got.environment)
	}
}

// pythonKey is Synapse's own rule: what is no letter, underscore or digit from 1 to 9 goes, the rest in lower case.
func pythonKey(name string) string {
	return strings.ToLower(regexp.MustCompile("[^A-Za-z_1-9]").ReplaceAllString(name, ""))
}

// Whatever the metrics call a cache, Synapse finds its line again.
func TestConfigNames(t *testing.T) {
	for _, name := range []string{"*getEvent*", "*stateGroupMembersCache*", "get_user_by_id", "get_room_version_id", "have_seen_event"} {
		m := undersized(name)
		m.MaxEntries = new(caches.Named(name).BaseSize / 2)
		m.Entries, m.FullEntries = m.MaxEntries, *m.MaxEntries
		r := rowOf(m, usual())
		r.Verdict = caches.Raise // to stand as a line, not as a comment
		if r.factor.Next == nil {
			t.Errorf("%s: %s, no step: %s", name, r.Verdict, r.reason())
			continue
		}
		got, err := configOf([]row{r}, usual(), 50)
		if err != nil {
			t.Fatal(err)
		}
		var read struct {
			Caches struct {
				Factors map[string]float64 `yaml:"per_cache_factors"`
			} `yaml:"caches"`
		}
		if err := yaml.Unmarshal([]byte(got.yaml), &read); err != nil || read.Caches.Factors[pythonKey(name)] != 1 || len(read.Caches.Factors) != 1 {
			t.Errorf("%s, %v: want factor 1 in\n%s", name, err, got.yaml)
		}
		if want := "SYNAPSE_CACHE_FACTOR_" + strings.ToUpper(pythonKey(name)) + "=1"; got.environment != want {
			t.Errorf("environment %s, want %s", got.environment, want)
		}
	}
}

func TestConfigSaysWhatTheBlockCant(t *testing.T) {
	event := undersized(caches.EventCache)
	event.MaxEntries = new(51_200.0) // of no default size
	alone, uneven := undersized(roomVersion), undersized(roomVersion)
	alone.Alone, uneven.LeastMax = "synapse/sync1", new(2500.0)
	got, err := configOf([]row{rowOf(event, usual()), rowOf(alone, usual()), rowOf(uneven, usual())}, usual(), 50)
	if err != nil || strings.Contains(got.yaml, "getevent") {
		t.Errorf("%v\n%s", err, got.yaml)
	}
	for _, want := range []string{"event_cache_size is an option at the top of homeserver.yaml and needs a restart", "happens on synapse/sync1",
		"processes have different factors, and the step is from the largest"} {
		if !strings.Contains(got.notes, want) {
			t.Errorf("%q is missing in\n%s", want, got.notes)
		}
	}
}

// What could be lower is written as well.
func TestConfigLowers(t *testing.T) {
	m, h := undersized(roomVersion), usual()
	m.Hits, m.Evicted, m.Before, m.Avoidable = 0.09*m.Requests, 0, 0, 0
	h.MemoryShort = true
	got, err := configOf([]row{rowOf(m, h)}, h, 50)
	if want := "get_room_version_id: 0.25 # lower, now 0.5: costs at most 18 misses per second"; err != nil || !strings.Contains(got.yaml, want) {
		t.Errorf("%v: want %q in\n%s", err, want, got.yaml)
	}
}
