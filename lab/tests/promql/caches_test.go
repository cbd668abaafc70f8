package promql

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/caches"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// eightHours is the length of the series; queries ask about the last six hours.
const eightHours = 8 * time.Hour

// askLastSixHours runs one query of a type, given as JSON.
func askLastSixHours(t *testing.T, engine *Engine, typ query.Type, change func(*settings.Settings), raw string) data.Frames {
	t.Helper()
	request, err := typ.Decode([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	options := settings.Settings{ScrapeInterval: 15 * time.Second, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}
	if change != nil {
		change(&options)
	}
	end := time.Unix(0, 0).Add(eightHours)
	within := query.Align(end.Add(-6*time.Hour), end, time.Minute, options.ScrapeInterval)
	frames, err := query.NewRunner(options, engine, nil).Run(t.Context(), typ, request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

// legends are the lines' names with their last values.
func legends(t *testing.T, frames data.Frames) map[string]float64 {
	t.Helper()
	last := map[string]float64{}
	for _, frame := range frames {
		if frame.Rows() == 0 {
			continue
		}
		value := frame.Fields[1]
		last[value.Config.DisplayNameFromDS] = value.At(value.Len() - 1).(float64)
	}
	return last
}

func notices(frames data.Frames) string {
	var texts []string
	for _, notice := range frames[0].Meta.Notices {
		texts = append(texts, notice.Text)
	}
	return strings.Join(texts, "\n")
}

func wantValues(t *testing.T, got, want map[string]float64) {
	t.Helper()
	for name, w := range want {
		g, there := got[name]
		if !there || math.Abs(g-w) > 0.005*math.Max(1, math.Abs(w)) {
			t.Errorf("%q is %g (there: %t), want %g", name, g, there, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Two homeservers with a cache of the same name; on a.example two processes, of which one restarts.
const twoHomeservers = `load 15s
  synapse_util_caches_cache{server_name="a.example",name="get_user_by_id",job="synapse",index="1"} 0+150x960 0+150x960
  synapse_util_caches_cache{server_name="a.example",name="get_user_by_id",job="synapse",index="2"} 0+1500x1920
  synapse_util_caches_cache_hits{server_name="a.example",name="get_user_by_id",job="synapse",index="1"} 0+0x1921
  synapse_util_caches_cache_hits{server_name="a.example",name="get_user_by_id",job="synapse",index="2"} 0+1500x1920
  synapse_util_caches_cache_evicted_size{server_name="a.example",name="get_user_by_id",reason="size",job="synapse",index="1"} 0+30x1920
  synapse_util_caches_cache_evicted_size{server_name="a.example",name="get_user_by_id",reason="time",job="synapse",index="1"} 0+0x1920
  synapse_util_caches_cache_evicted_size{server_name="a.example",name="get_user_by_id",reason="invalidation",job="synapse",index="1"} 0+15x1920
  synapse_util_caches_cache_size{server_name="a.example",name="get_user_by_id",job="synapse",index="1"} 500+0x1920
  synapse_util_caches_cache_size{server_name="a.example",name="get_user_by_id",job="synapse",index="2"} 300+0x1920
  synapse_util_caches_cache{server_name="a.example",name="is_guest",job="synapse",index="1"} 0+45x1920
  synapse_util_caches_cache_hits{server_name="a.example",name="is_guest",job="synapse",index="1"} 0+15x1920
  synapse_util_caches_cache{server_name="a.example",name="*getEvent*",job="synapse",index="1"} 0+0x1920
  synapse_util_caches_cache_hits{server_name="a.example",name="*getEvent*",job="synapse",index="1"} 0+0x1920
  synapse_util_caches_cache{server_name="b.example",name="get_user_by_id",job="synapse",index="1"} 0+60x1920
  synapse_util_caches_cache_hits{server_name="b.example",name="get_user_by_id",job="synapse",index="1"} 0+45x1920
  synapse_util_caches_response_cache{server_name="a.example",name="sync",job="synapse",index="1"} 0+15x1920
  synapse_util_caches_response_cache_hits{server_name="a.example",name="sync",job="synapse",index="1"} 0+0x1920
`

func TestCaches(t *testing.T) {
	engine := Load(t, twoHomeservers)
	for name, test := range map[string]struct {
		query  string
		want   map[string]float64
		notice string
	}{
		"misses": {query: `{"format":"misses"}`, want: map[string]float64{
			"get_user_by_id · a.example": 10, "is_guest · a.example": 2, "get_user_by_id · b.example": 1}},
		"the top one of each homeserver": {query: `{"format":"misses","limit":1}`, notice: "Only the top 1 caches",
			want: map[string]float64{"get_user_by_id · a.example": 10, "get_user_by_id · b.example": 1}},
		"a ratio is never averaged": {query: `{"format":"hitRatio","serverName":"a.example","cache":"get_user_by_id"}`,
			want: map[string]float64{"get_user_by_id": 100.0 / 110}},
		"requests of the other homeserver": {query: `{"format":"requests","serverName":"b.example"}`, want: map[string]float64{"get_user_by_id": 4}},
		"evictions in words that don't mislead": {query: `{"format":"evictions"}`, want: map[string]float64{
			"get_user_by_id: full": 2, "get_user_by_id: unused or memory limit": 1}},
		"size of all processes":        {query: `{"format":"size"}`, want: map[string]float64{"get_user_by_id": 800}},
		"response caches are separate": {query: `{"format":"misses","responseCaches":true}`, want: map[string]float64{"sync": 1}},
		"nothing to count":             {query: `{"format":"misses","cache":"*getEvent*"}`, want: map[string]float64{"*getEvent*": 0}},
		"nothing dropped":              {query: `{"format":"evictions","serverName":"b.example"}`, want: map[string]float64{}, notice: "has no synapse_util_caches_cache_evicted_size"},
		"nobody asked":                 {query: `{"format":"hitRatio","cache":"*getEvent*"}`, want: map[string]float64{}, notice: "nothing was counted for the selected caches"},
		"some that are not there": {query: `{"format":"hitRatio","serverName":"a.example","cache":["is_guest","*getEvent*","is_gest"]}`,
			want: map[string]float64{"is_guest": 1.0 / 3}, notice: "No data for *getEvent*, is_gest in this time range"},
		"no such homeserver": {query: `{"format":"misses","serverName":"c.example"}`, want: map[string]float64{},
			notice: "Prometheus has no synapse_util_caches_cache for this selection"},
	} {
		t.Run(name, func(t *testing.T) {
			frames := askLastSixHours(t, engine, caches.Type(), nil, test.query)
			wantValues(t, legends(t, frames), test.want)
			if got := notices(frames); !strings.Contains(got, test.notice) || (test.notice == "" && got != "") {
				t.Errorf("notices %q, want %q", got, test.notice)
			}
		})
	}
}
