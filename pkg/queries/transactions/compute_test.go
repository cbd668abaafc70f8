package transactions

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// busy is a homeserver of ten seconds of database time per second, in which each tested transaction stands.
func judged(desc string, calls, mean, serverCost, serverCalls float64) string {
	cost := calls * mean
	return row{
		id: id{"a.org", desc}, calls: calls, mean: mean, cost: cost, serverCost: serverCost,
		share: cost / serverCost, callShare: calls / serverCalls,
	}.judge()
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name                                string
		desc                                string
		calls, mean, serverCost, totalCalls float64
		want                                string
	}{
		{"often and long", "persist_events", 20, 0.1, 10, 2000, hot},
		{"often, each short, much in all", "get_user_by_id", 1000, 0.002, 10, 2000, hot},
		{"often and cheap", "get_user_by_id", 300, 0.001, 10, 2000, chatty},
		{"often, but one of many such", "get_user_by_id", 60, 0.001, 10, 2000, quiet},
		{"cheap and not often", "get_user_by_id", 9, 0.001, 10, 100, quiet},
		{"often, but each takes its time", "get_room_summary", 150, 0.006, 10, 2000, quiet},
		{"rare, very long, much in all", "get_all_new_event_ids_stream", 0.5, 3, 10, 2000, slow},
		{"once a second, long, much in all", "do_fetch", 1.5, 3, 10, 2000, hot},
		{"rare and long, little in all", "get_room_summary", 0.2, 2, 10, 2000, slow},
		{"long, but next to nothing in all", "get_room_summary", 0.001, 2, 10, 2000, quiet},
		{"exactly a tenth of the time", "do_fetch", 10, 0.1, 10, 2000, hot},
		{"just below a tenth of the time", "do_fetch", 9.99, 0.05, 10, 2000, quiet},
		{"housekeeping may lead", "read_forward_extremities", 20, 0.1, 10, 2000, maintaining},
		{"housekeeping on an idle server", "background_updates", 20, 0.001, 0.02, 30, maintaining},
		{"an idle server has no problem", "persist_events", 0.5, 0.2, 0.15, 2, quiet},
		{"an idle server is not chatty", "get_user_by_id", 50, 0.001, 0.19, 60, quiet},
		{"the floor itself counts", "persist_events", 1, 0.2, 0.2, 2, hot},
	} {
		if got := judged(c.desc, c.calls, c.mean, c.serverCost, c.totalCalls); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestRank(t *testing.T) {
	m := measurements{
		calls:      perTransaction{{"b.org", "x"}: 1, {"a.org", "x"}: 10, {"a.org", "y"}: 5, {"a.org", "z"}: 5, {"a.org", "stopped"}: 0, {"a.org", "ended"}: 3},
		cost:       perTransaction{{"b.org", "x"}: 9, {"a.org", "x"}: 1, {"a.org", "y"}: 2, {"a.org", "z"}: 2, {"a.org", "stopped"}: 0.1, {"a.org", "ended"}: 0},
		costOnFull: perTransaction{{"a.org", "x"}: 0.5},
	}
	type short struct {
		server, desc string
		rank         int64
		mean, share  float64
		onFull       float64
	}
	var got []short
	for _, r := range m.rank() {
		got = append(got, short{r.id.server, r.id.desc, r.rank, r.mean, r.share, r.onFull})
	}
	// The cost of a transaction without calls counts to the whole, but is no row: its mean would be infinite.
	want := []short{
		{"a.org", "y", 1, 0.4, 2 / 5.1, 0}, {"a.org", "z", 2, 0.4, 2 / 5.1, 0}, {"a.org", "x", 3, 0.1, 1 / 5.1, 0.5},
		{"b.org", "x", 1, 9, 1, 0},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(short{}), cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
		t.Error(diff)
	}
}

// Asked for one transaction only, its share is still that of the whole homeserver.
func TestShareIsOfTheWholeHomeserver(t *testing.T) {
	one := perTransaction{{"a.org", "get_user_by_id"}: 0.3}
	m := measurements{
		calls: perTransaction{{"a.org", "get_user_by_id"}: 300}, cost: one,
		totalCost: perServer{"a.org": 10}, totalCalls: perServer{"a.org": 2000},
	}
	if r := m.rank()[0]; r.share != 0.03 || r.callShare != 0.15 || r.verdict != chatty {
		t.Errorf("share %g, of calls %g, %s", r.share, r.callShare, r.verdict)
	}
}

func TestCostChange(t *testing.T) {
	for _, c := range []struct {
		name         string
		cost, others float64
		earlier      float64
		want         string
	}{
		{"twice", 2, 1, 1, "2"},
		{"unchanged", 1, 1, 1, "1"},
		{"half", 1, 1, 2, "0.5"},
		{"exactly 5 % of the cost", 0.5, 9.5, 0.25, "2"},
		{"below 5 % of the cost", 0.49, 9.51, 0.25, "null"},
		{"new", 2, 1, 0, "null"},
	} {
		m := measurements{
			calls: perTransaction{{"a", "x"}: 1, {"a", "y"}: 1}, cost: perTransaction{{"a", "x"}: c.cost, {"a", "y"}: c.others},
			earlier: perTransaction{{"a", "x"}: c.earlier}, comparedTo: map[string]time.Duration{"a": dayAgo},
		}
		for _, r := range m.rank() {
			if r.id.desc != "x" {
				continue
			}
			got := "null"
			if r.change != nil {
				got = fmt.Sprint(*r.change)
			}
			if got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		name string
		row  row
		want string
	}{
		{"persist_events, hot", row{id: id{"a", "persist_events"}, verdict: hot, calls: 12.3, mean: 0.045, share: 0.42, serverCost: 2},
			"Expensive: 42 % of database time, 12 times a second at 45 ms each. Writing events normally leads this list; what counts is " +
				"how long one takes and whether that grew."},
		{"get_user_by_id, chatty", row{id: id{"a", "get_user_by_id"}, verdict: chatty, calls: 310, mean: 0.0003, share: 0.031, serverCost: 3,
			guard: "get_user_by_id", cache: &guard{requests: 4000, misses: 310, sizeEvictions: ptr(200.0)}},
			"Asked often (310 times a second) but quick (0.3 ms): 3 % of database time, not what makes the server slow. The cache get_user_by_id " +
				"in front of it misses 310 times a second and drops an entry for lack of room 200 times a second: look at it among the cache factors first."},
		{"chatty, the cache is large enough", row{id: id{"a", "x"}, verdict: chatty, calls: 310, mean: 0.0003, share: 0.031, serverCost: 3,
			guard: "x", cache: &guard{requests: 4000, misses: 300, sizeEvictions: ptr(29.0)}},
			"Asked often (310 times a second) but quick (0.3 ms): 3 % of database time, not what makes the server slow. The cache x in front of it " +
				"misses 300 times a second, hardly ever for lack of room: a larger cache would not help."},
		{"a tenth of the misses is enough", row{verdict: hot, calls: 1, mean: 1, share: 0.5, serverCost: 3, guard: "x", cache: &guard{requests: 100, misses: 10, sizeEvictions: ptr(1.0)}},
			"Expensive: 50 % of database time, once a second at 1.0 s each. The cache x in front of it misses 10 times a second and drops an entry " +
				"for lack of room once a second: look at it among the cache factors first."},
		{"evictions are not exported", row{verdict: slow, calls: 0.01, mean: 2, share: 0.02, serverCost: 3, guard: "x", cache: &guard{requests: 100, misses: 10}},
			"Slow per call: 2.0 s each, 36 times an hour, 2 % of database time. The cache x in front of it misses 10 times a second; whether for " +
				"lack of room is not known."},
		{"the cache misses nothing", row{verdict: hot, calls: 1, mean: 1, share: 0.5, serverCost: 3, guard: "x", cache: &guard{requests: 100, sizeEvictions: ptr(5.0)}},
			"Expensive: 50 % of database time, once a second at 1.0 s each. The cache x in front of it answers all that it is asked, so these " +
				"calls come another way: a larger cache would not help."},
		{"nobody asks the cache", row{verdict: hot, calls: 1, mean: 1, share: 0.5, serverCost: 3, guard: "x", cache: &guard{}},
			"Expensive: 50 % of database time, once a second at 1.0 s each."},
		{"quiet ones get no advice about caches", row{verdict: quiet, calls: 1, mean: 0.001, share: 0.005, serverCost: 3, guard: "x", cache: &guard{requests: 10, misses: 9, sizeEvictions: ptr(9.0)}},
			"Little: less than 1 % of database time, once a second at 1.0 ms each."},
		{"a full process", row{verdict: hot, calls: 1, mean: 1, share: 0.5, serverCost: 3, onFull: 0.8},
			"Expensive: 50 % of database time, once a second at 1.0 s each. 80 % of this was measured on processes that are themselves full, " +
				"where waiting for the processor counts as well: look at their CPU before you blame PostgreSQL."},
		{"mostly on processes with room", row{verdict: hot, calls: 1, mean: 1, share: 0.5, serverCost: 3, onFull: 0.49},
			"Expensive: 50 % of database time, once a second at 1.0 s each."},
		{"dearer than a week ago", row{verdict: hot, calls: 1, mean: 1, share: 0.5, serverCost: 3, change: ptr(2.0), ago: "a week"},
			"Expensive: 50 % of database time, once a second at 1.0 s each. It costs 2.0 times what it did a week ago."},
		{"cheaper", row{verdict: hot, calls: 1, mean: 1, share: 0.5, serverCost: 3, change: ptr(0.4), ago: "one day"},
			"Expensive: 50 % of database time, once a second at 1.0 s each. It costs 40 % of what it did one day ago."},
		{"as dear as ever", row{verdict: hot, calls: 1, mean: 1, share: 0.5, serverCost: 3, change: ptr(1.2), ago: "a week"},
			"Expensive: 50 % of database time, once a second at 1.0 s each. Its cost is much as it was a week ago."},
		{"housekeeping", row{id: id{"a", "background_updates"}, verdict: maintaining, calls: 1, mean: 1, share: 0.5, serverCost: 3},
			"Synapse's own housekeeping: 50 % of database time now; it passes by itself. Look at it only where it stays on top for more than a day."},
		{"rare and long on an idle server", row{verdict: quiet, calls: 0.01, mean: 12, share: 0.9, serverCost: 0.13},
			"The database has little to do (busy 13 % of one connection in all), but whoever waits for one of these notices it: 12.0 s each, 36 times an hour."},
		{"an idle server", row{verdict: quiet, calls: 0.5, mean: 0.02, share: 0.9, serverCost: 0.011},
			"The database has little to do (busy 1 % of one connection in all), so this is not what makes the server slow: 0.5 times a second at 20 ms each."},
	} {
		if diff := cmp.Diff(c.want, c.row.explain()); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestWords(t *testing.T) {
	for perSecond, want := range map[float64]string{
		12345: "12345 times a second", 9.96: "10 times a second", 9.94: "9.9 times a second", 0.1: "0.1 times a second", 0.05: "3 times a minute",
		0.016: "once a minute", 0.01: "36 times an hour", 0.0003: "1.1 times an hour", 0.00001: "less than once an hour", 0: "less than once an hour",
	} {
		if got := rate(perSecond); got != want {
			t.Errorf("rate(%g) = %q, want %q", perSecond, got, want)
		}
	}
	for seconds, want := range map[float64]string{12.34: "12.3 s", 1: "1.0 s", 0.9996: "1.0 s", 0.999: "999 ms", 0.01: "10 ms", 0.0099: "9.9 ms", 0.0001: "0.1 ms", 0.00004: "less than 0.1 ms"} {
		if got := length(seconds); got != want {
			t.Errorf("length(%g) = %q, want %q", seconds, got, want)
		}
	}
	for share, want := range map[float64]string{0: "0 %", 0.004: "less than 1 %", 0.01: "1 %", 0.999: "100 %", 1: "100 %"} {
		if got := percent(share); got != want {
			t.Errorf("percent(%g) = %q, want %q", share, got, want)
		}
	}
	for d, want := range map[time.Duration]string{dayAgo: "one day", 7 * dayAgo: "a week", 14 * dayAgo: "14 days", 90 * time.Minute: "1h30m", 36 * time.Hour: "36h"} {
		if got := span(d); got != want {
			t.Errorf("span(%s) = %q, want %q", d, got, want)
		}
	}
}
