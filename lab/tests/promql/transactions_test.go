package promql

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/transactions"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// Eight days, a sample each minute: the last six hours begin at minute 11160, the same hours of the last week at 1080.
//
//   - a.org: the main process (index 1) restarts four hours into the window, the worker (index 2) is full, and writing
//     an event takes twice as long as a week ago; get_user_by_id is quick, often asked, and its cache is too small.
//   - b.org has the same job and index on another host, the names of metrics before Synapse 1.64, and data of two days.
//   - c.org is there since twelve hours, d.org restarted ten minutes into the window, e.org twenty minutes into last
//     week's; f.org's first sample lies within last week's window.
//   - Another process of the same job started with the window; it is none of Synapse's.
const eightDays = `load 1m
  synapse_storage_transaction_time_count_total{server_name="a.org",desc="persist_events",job="synapse",index="2",instance="a:2"} 0+120x11520
  synapse_storage_transaction_time_sum_total{server_name="a.org",desc="persist_events",job="synapse",index="2",instance="a:2"} 0+12x5000 60000+24x6519
  synapse_storage_transaction_time_count_total{server_name="a.org",desc="get_user_by_id",job="synapse",index="1",instance="a:1"} 0+6600x11399 0+6600x120
  synapse_storage_transaction_time_sum_total{server_name="a.org",desc="get_user_by_id",job="synapse",index="1",instance="a:1"} 0+1.98x11399 0+1.98x120
  synapse_storage_transaction_time_count_total{server_name="a.org",desc="background_updates",job="synapse",index="1",instance="a:1"} 0+6x11520
  synapse_storage_transaction_time_sum_total{server_name="a.org",desc="background_updates",job="synapse",index="1",instance="a:1"} 0+0.6x11520
  synapse_storage_transaction_time_count_total{server_name="a.org",desc="once",job="synapse",index="1",instance="a:1"} 5x11520
  synapse_storage_transaction_time_sum_total{server_name="a.org",desc="once",job="synapse",index="1",instance="a:1"} 5x11520
  synapse_storage_transaction_time_count{server_name="b.org",desc="do_fetch",job="synapse",index="2",instance="b:2"} _x8000 0+60x3520
  synapse_storage_transaction_time_sum{server_name="b.org",desc="do_fetch",job="synapse",index="2",instance="b:2"} _x8000 0+30x3520
  synapse_storage_transaction_time_count_total{server_name="c.org",desc="do_fetch",job="c",index="1",instance="c:1"} _x10800 0+60x720
  synapse_storage_transaction_time_sum_total{server_name="c.org",desc="do_fetch",job="c",index="1",instance="c:1"} _x10800 0+30x720
  synapse_storage_transaction_time_count_total{server_name="d.org",desc="do_fetch",job="d",index="1",instance="d:1"} 0+120x11170 0+120x349
  synapse_storage_transaction_time_sum_total{server_name="d.org",desc="do_fetch",job="d",index="1",instance="d:1"} 0+30x11170 0+30x349
  synapse_storage_transaction_time_count_total{server_name="e.org",desc="do_fetch",job="e",index="1",instance="e:1"} 0+60x11520
  synapse_storage_transaction_time_sum_total{server_name="e.org",desc="do_fetch",job="e",index="1",instance="e:1"} 0+30x11520
  synapse_storage_schedule_time_count{server_name="a.org",job="synapse",index="1",instance="a:1"} 0+1x11520
  synapse_storage_schedule_time_count{server_name="a.org",job="synapse",index="2",instance="a:2"} 0+1x11520
  synapse_storage_schedule_time_count{server_name="b.org",job="synapse",index="2",instance="b:2"} _x8000 0+1x3520
  synapse_storage_schedule_time_count{server_name="c.org",job="c",index="1",instance="c:1"} _x10800 0+1x720
  synapse_storage_schedule_time_count{server_name="d.org",job="d",index="1",instance="d:1"} 0+1x11520
  synapse_storage_schedule_time_count{server_name="e.org",job="e",index="1",instance="e:1"} 0+1x11520
  process_start_time_seconds{job="synapse",index="1",instance="a:1"} 0x11399 684000x120
  process_start_time_seconds{job="synapse",index="2",instance="a:2"} 0x11520
  process_start_time_seconds{job="synapse",index="2",instance="b:2"} _x8000 480000x3520
  process_start_time_seconds{job="c",index="1",instance="c:1"} _x10800 648000x720
  process_start_time_seconds{job="d",index="1",instance="d:1"} 0x11169 670200x350
  process_start_time_seconds{job="e",index="1",instance="e:1"} 0x1099 66000x10420
  process_start_time_seconds{job="synapse",index="9",instance="exporter:1"} 669600x11520
  synapse_storage_transaction_time_count_total{server_name="f.org",desc="do_fetch",job="f",index="1",instance="f:1"} _x1200 0+120x10320
  synapse_storage_transaction_time_sum_total{server_name="f.org",desc="do_fetch",job="f",index="1",instance="f:1"} _x1200 0+30x10320
  synapse_storage_schedule_time_count{server_name="f.org",job="f",index="1",instance="f:1"} _x1200 0+1x10320
  python_twisted_reactor_tick_time_sum{job="synapse",index="1",instance="a:1"} 0+6x11520
  python_twisted_reactor_tick_time_sum{job="synapse",index="2",instance="a:2"} 0+57x11520
  python_twisted_reactor_tick_time_sum{job="synapse",index="2",instance="b:2"} _x8000 0+30x3520
  synapse_util_caches_cache{server_name="a.org",name="get_user_by_id",job="synapse",index="1",instance="a:1"} 0+24000x11520
  synapse_util_caches_cache_hits{server_name="a.org",name="get_user_by_id",job="synapse",index="1",instance="a:1"} 0+18000x11520
  synapse_util_caches_cache_evicted_size{server_name="a.org",name="get_user_by_id",reason="size",job="synapse",index="1",instance="a:1"} 0+1200x11520
  synapse_util_caches_cache_evicted_size{server_name="a.org",name="get_user_by_id",reason="time",job="synapse",index="1",instance="a:1"} 0+9999x11520
  synapse_util_caches_cache{server_name="c.org",name="*getEvent*",job="c",index="1",instance="c:1"} _x10800 0+60x720
  synapse_util_caches_cache_hits{server_name="c.org",name="*getEvent*",job="c",index="1",instance="c:1"} _x10800 0+60x720
  synapse_util_caches_cache{server_name="b.org",name="get_user_by_id",job="synapse",index="2",instance="b:2"} 0+60x11520
  synapse_util_caches_cache_hits{server_name="b.org",name="get_user_by_id",job="synapse",index="2",instance="b:2"} 0+60x11520
`

// lastHours asks about the end of series that are as long as given.
func lastHours(t *testing.T, engine *Engine, typ query.Type, end, asked, scrape time.Duration, raw string) data.Frames {
	t.Helper()
	request, err := typ.Decode([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	to := time.Unix(0, 0).Add(end)
	within := query.Align(to.Add(-asked), to, time.Minute, scrape)
	runner := query.NewRunner(settings.Settings{ScrapeInterval: scrape, QueryTimeout: time.Minute}, engine, nil)
	frames, err := runner.Run(t.Context(), typ, request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

// cells are a table's values by server_name/transaction, then by column; null is nil.
func cells(frame *data.Frame) map[string]map[string]any {
	table := map[string]map[string]any{}
	for row := range frame.Rows() {
		values := map[string]any{}
		for _, field := range frame.Fields {
			if v, there := field.ConcreteAt(row); there {
				values[field.Name] = v
			} else {
				values[field.Name] = nil
			}
		}
		table[fmt.Sprint(values["server_name"], "/", values["transaction"])] = values
	}
	return table
}

func close2(got any, want float64) bool {
	v, ok := got.(float64)
	return ok && math.Abs(v-want) <= 0.01*math.Abs(want)
}

func TestTransactionsTable(t *testing.T) {
	engine := Load(t, eightDays)
	ask := func(raw string) (map[string]map[string]any, string) {
		frames := lastHours(t, engine, transactions.Type(), 8*24*time.Hour, 6*time.Hour, time.Minute, raw)
		return cells(frames[0]), notices(frames)
	}
	table, told := ask(`{}`)
	var names []string
	for name := range table {
		names = append(names, name)
	}
	slices.Sort(names)
	if got, want := strings.Join(names, " "), "a.org/background_updates a.org/get_user_by_id a.org/persist_events b.org/do_fetch c.org/do_fetch d.org/do_fetch e.org/do_fetch f.org/do_fetch"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	for name, want := range map[string]struct {
		rank                     int64
		calls, mean, cost, share float64
		change                   float64 // 0: null
		verdict                  string
	}{
		"a.org/persist_events":     {1, 2, 0.2, 0.4, 0.903, 2, "slow"},
		"a.org/get_user_by_id":     {2, 109.7, 0.0003, 0.0329, 0.0743, 1, "chatty"},
		"a.org/background_updates": {3, 0.1, 0.1, 0.01, 0.0226, 0, "maintenance"},
		"b.org/do_fetch":           {1, 1, 0.5, 0.5, 1, 1, "hot"},
		"c.org/do_fetch":           {1, 1, 0.5, 0.5, 1, 0, "hot"},
		"d.org/do_fetch":           {1, 2, 0.25, 0.5, 1, 0, "slow"},
		"e.org/do_fetch":           {1, 1, 0.5, 0.5, 1, 0, "hot"},
		"f.org/do_fetch":           {1, 2, 0.25, 0.5, 1, 1, "hot"},
	} {
		got := table[name]
		if got == nil {
			continue
		}
		if got["rank"] != want.rank || got["verdict"] != want.verdict || !close2(got["calls_per_second"], want.calls) ||
			!close2(got["mean_duration"], want.mean) || !close2(got["cost"], want.cost) || !close2(got["share"], want.share) {
			t.Errorf("%s: %v, want %+v", name, got, want)
		}
		if change := got["cost_change"]; (want.change == 0) != (change == nil) || change != nil && !close2(change, want.change) {
			t.Errorf("%s: cost_change %v, want %g", name, change, want.change)
		}
	}
	for _, want := range []string{
		"\"Change\" compares b.org with one day ago: there is no complete data from a week ago.",
		"\"Change\" compares f.org with one day ago: there is no complete data from a week ago.",
		"\"Change\" is empty for c.org: there is no complete data from a week ago or one day ago.",
		"\"Change\" is empty for d.org: a process started within an hour of the start of one of the two windows, and cold caches cost more.",
		"\"Change\" is empty for e.org: a process started within an hour of the start of one of the two windows, and cold caches cost more.",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("no notice %q in\n%s", want, told)
		}
	}
	if got := strings.Count(told, "\n") + 1; got != 5 {
		t.Errorf("%d notices, want 5:\n%s", got, told)
	}
	user := table["a.org/get_user_by_id"]
	if user["cache"] != "get_user_by_id" || !close2(user["cache_hit_ratio"], 0.75) || !close2(user["cache_misses_per_second"], 100) {
		t.Errorf("cache of another homeserver mixed in: %v", user)
	}
	for name, want := range map[string]string{
		"a.org/get_user_by_id": "misses 100 per second and evicts 20 per second because it is full",
		"a.org/persist_events": "100% of it was measured on saturated processes",
	} {
		if got := table[name]["explanation"].(string); !strings.Contains(got, want) {
			t.Errorf("%s: %q does not say %q", name, got, want)
		}
	}
	// b.org's process has the job and index of a.org's full one, but is another.
	if got := table["b.org/do_fetch"]["explanation"].(string); strings.Contains(got, "saturated") {
		t.Errorf("b.org is called full: %s", got)
	}
	if persist := table["a.org/persist_events"]; persist["cache"] != "" || persist["cache_hit_ratio"] != nil {
		t.Errorf("persist_events has a cache: %v", persist)
	}
}

func TestTransactionsTableParameters(t *testing.T) {
	engine := Load(t, eightDays)
	ask := func(raw string) (map[string]map[string]any, string) {
		frames := lastHours(t, engine, transactions.Type(), 8*24*time.Hour, 6*time.Hour, time.Minute, raw)
		return cells(frames[0]), notices(frames)
	}
	// Only one transaction: its share, verdict and change are those that it has among all.
	table, _ := ask(`{"serverName":"a.org","transaction":"get_user_by_id"}`)
	if got := table["a.org/get_user_by_id"]; len(table) != 1 || !close2(got["share"], 0.0743) || got["verdict"] != "chatty" || !close2(got["cost_change"], 1) {
		t.Errorf("%v", table)
	}
	table, told := ask(`{"limit":1}`)
	if len(table) != 6 || !strings.Contains(told, "Not shown: 2 cheaper transactions (limit 1 for each homeserver).") {
		t.Errorf("%d rows; %s", len(table), told)
	}
	table, told = ask(`{"serverName":["b.org","a.org"],"compareTo":"1d"}`)
	if got := table["a.org/persist_events"]; len(table) != 4 || told != "" || !close2(got["cost_change"], 1) {
		t.Errorf("against yesterday: %v; %s", got, told)
	}
	table, told = ask(`{"serverName":"c.org","compareTo":"1d"}`)
	if got := table["c.org/do_fetch"]; got["cost_change"] != nil || told != "\"Change\" is empty for c.org: there is no complete data from one day ago." {
		t.Errorf("%v; %s", got, told)
	}
	table, told = ask(`{"serverName":"c.org","compareTo":"0s"}`)
	if got := table["c.org/do_fetch"]; got["cost_change"] != nil || told != "" {
		t.Errorf("without a comparison: %v; %s", got, told)
	}
	table, told = ask(`{"serverName":"a.org","index":"1"}`)
	if got := table["a.org/get_user_by_id"]; !close2(got["share"], 0.767) || !strings.Contains(told, "Shares and verdicts are about the selected processes only") {
		t.Errorf("one process: %v; %s", got, told)
	}
	table, told = ask(`{"serverName":"nobody.org"}`)
	if len(table) != 0 || !strings.Contains(told, "Prometheus has no synapse_storage_transaction_time_sum_total for this selection and time range.") {
		t.Errorf("%v; %s", table, told)
	}
}

// A homeserver of which Prometheus has half of the range, and no cache.
func TestTransactionsInPart(t *testing.T) {
	engine := Load(t, `load 1m
  synapse_storage_transaction_time_count_total{server_name="new.org",desc="get_user_by_id",job="n",instance="n:1"} _x180 0+60x180
  synapse_storage_transaction_time_sum_total{server_name="new.org",desc="get_user_by_id",job="n",instance="n:1"} _x180 0+30x180
  synapse_storage_schedule_time_count{server_name="new.org",job="n",instance="n:1"} _x180 0+1x180
  process_start_time_seconds{job="n",instance="n:1"} _x180 10x180
  synapse_storage_transaction_time_sum_total{server_name="half.org",desc="do_fetch",job="h",instance="h:1"} 0+30x360
`)
	ask := func(raw string) (map[string]map[string]any, string) {
		frames := lastHours(t, engine, transactions.Type(), 6*time.Hour, 6*time.Hour, time.Minute, raw)
		return cells(frames[0]), notices(frames)
	}
	table, told := ask(`{"serverName":"new.org"}`)
	if got := table["new.org/get_user_by_id"]; !close2(got["cost"], 0.25) || !close2(got["mean_duration"], 0.5) {
		t.Errorf("%v", got)
	}
	for _, want := range []string{"Prometheus has numbers of new.org for a part of the time range only.", "Prometheus has no synapse_util_caches_cache of the caches in front of these transactions"} {
		if !strings.Contains(told, want) {
			t.Errorf("%q does not say %q", told, want)
		}
	}
	table, told = ask(`{"serverName":"half.org"}`)
	if len(table) != 0 || !strings.Contains(told, "Prometheus has no synapse_storage_transaction_time_count_total for this selection") {
		t.Errorf("%v; %s", table, told)
	}
}

func TestTransactionsOverTime(t *testing.T) {
	engine := Load(t, eightDays)
	for _, c := range []struct {
		query  string
		want   map[string]float64
		notice string
	}{
		{`{"format":"cost","serverName":"a.org"}`, map[string]float64{"persist_events": 0.4, "get_user_by_id": 0.033, "background_updates": 0.01}, ""},
		{`{"format":"cost","serverName":["a.org","b.org"],"limit":1}`, map[string]float64{"persist_events · a.org": 0.4, "do_fetch · b.org": 0.5},
			"Only the top 1 transactions of each homeserver are drawn"},
		{`{"format":"rate","serverName":"a.org","limit":2}`, map[string]float64{"get_user_by_id": 110, "persist_events": 2}, "Only the top 2 transactions of each homeserver are drawn"},
		{`{"format":"meanDuration","serverName":"a.org","limit":2}`, map[string]float64{"get_user_by_id": 0.0003, "persist_events": 0.2}, "Only the top 2 transactions of each homeserver are drawn"},
		{`{"format":"cost","transaction":"get_user_by_id"}`, map[string]float64{"get_user_by_id": 0.033}, ""},
		{`{"format":"cost","serverName":"nobody.org"}`, map[string]float64{}, "Prometheus has no synapse_storage_transaction_time_count_total"},
	} {
		frames := lastHours(t, engine, transactions.Type(), 8*24*time.Hour, 6*time.Hour, time.Minute, c.query)
		wantValues(t, legends(t, frames), c.want)
		if told := notices(frames); !strings.Contains(told, c.notice) || c.notice == "" && told != "" {
			t.Errorf("%s: notices %q, want %q", c.query, told, c.notice)
		}
	}
	frames := lastHours(t, engine, transactions.Type(), 8*24*time.Hour, 6*time.Hour, time.Minute, `{"format":"cost","serverName":"a.org"}`)
	for _, f := range frames {
		if first := f.Fields[1].Config.DisplayNameFromDS; f.Fields[1].Name != "cost" || f.Fields[1].Labels["server_name"] != "a.org" {
			t.Errorf("%s: field %s, labels %v", first, f.Fields[1].Name, f.Fields[1].Labels)
		}
	}
	if frames[0].Fields[1].Config.DisplayNameFromDS != "persist_events" {
		t.Error("the dearest is not drawn first")
	}
}
