package transactions

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
)

// defaults are the thresholds of an admin who sets none.
var defaults = thresholdsOf(settings.Settings{})

func TestRank(t *testing.T) {
	m := measurements{
		calls:           perTransaction{{"b.org", "x"}: 1, {"a.org", "x"}: 10, {"a.org", "y"}: 5, {"a.org", "z"}: 5, {"a.org", "stopped"}: 0, {"a.org", "ended"}: 3},
		cost:            perTransaction{{"b.org", "x"}: 9, {"a.org", "x"}: 1, {"a.org", "y"}: 2, {"a.org", "z"}: 2, {"a.org", "stopped"}: 0.1, {"a.org", "ended"}: 0},
		costOnSaturated: perTransaction{{"a.org", "x"}: 0.5},
	}
	type short struct {
		server, desc string
		rank         int64
		mean, share  float64
		onSaturated  float64
	}
	var got []short
	for _, r := range m.rank(defaults) {
		got = append(got, short{r.id.server, r.id.desc, r.rank, r.usage.Mean(), r.usage.Share(), r.onSaturated})
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
		totalCost: perServer{"a.org": 10}, totalCalls: perServer{"a.org": 1500},
	}
	if r := m.rank(defaults)[0]; r.usage.Share() != 0.03 || r.usage.CallShare() != 0.2 || r.verdict != transactions.Chatty {
		t.Errorf("share %g, of calls %g, %s", r.usage.Share(), r.usage.CallShare(), r.verdict)
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
		for _, r := range m.rank(defaults) {
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

// An admin's thresholds of the checks move the table; so does last week's cost, and no other window's.
func TestVerdictIsTheChecks(t *testing.T) {
	own := thresholdsOf(settings.Settings{Thresholds: map[string]settings.Threshold{"database-cost": {Warning: limits.At(5)}, "database-chatty": {Warning: limits.At(5)}}})
	for _, c := range []struct {
		name       string
		by         thresholds
		comparedTo time.Duration
		want       transactions.Verdict
	}{
		{"most of the cost", defaults, 0, transactions.Hot},
		{"allowed by the admin", own, 0, transactions.Quiet},
		{"grown in a week", own, weekAgo, transactions.Hot},
		{"grown in a day", own, dayAgo, transactions.Quiet},
	} {
		m := measurements{
			calls: perTransaction{{"a", "x"}: 20}, cost: perTransaction{{"a", "x"}: 1.8},
			earlier: perTransaction{{"a", "x"}: 0.3}, comparedTo: map[string]time.Duration{"a": c.comparedTo},
		}
		if c.comparedTo == weekAgo {
			c.by.cost.Warning = 1
		}
		if got := m.rank(c.by)[0].verdict; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
