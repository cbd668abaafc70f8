package transactions

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/transactions"
)

var update = flag.Bool("update", false, "write testdata")

func ptr[T any](v T) *T { return &v }

// The sentences are read by a human, in testdata.
func TestExplanations(t *testing.T) {
	usage := func(calls, mean, share float64) transactions.Usage {
		return transactions.Usage{Calls: calls, Cost: calls * mean, AllCost: calls * mean / share}
	}
	half := usage(1, 1, 0.5)
	guarded := func(verdict transactions.Verdict, misses float64, evicted *float64) row {
		return row{verdict: verdict, usage: half, guard: "x", cache: &guard{requests: 4000, misses: misses, evicted: evicted}}
	}
	var text strings.Builder
	for _, c := range []struct {
		name string
		row  row
	}{
		{"writing events", row{id: id{"a", "persist_events"}, verdict: transactions.Hot, usage: usage(12.3, 0.045, 0.42)}},
		{"slow", row{verdict: transactions.Slow, usage: usage(0.01, 2, 0.02)}},
		{"chatty", row{verdict: transactions.Chatty, usage: usage(310, 0.0003, 0.031)}},
		{"maintenance", row{verdict: transactions.Routine, usage: half}},
		{"quiet", row{verdict: transactions.Quiet, usage: usage(1, 0.001, 0.005)}},
		{"rare and long on an idle server", row{verdict: transactions.Quiet, usage: transactions.Usage{Calls: 0.01, Cost: 0.12, AllCost: 0.13}}},
		{"an idle server", row{verdict: transactions.Quiet, usage: transactions.Usage{Calls: 0.5, Cost: 0.01, AllCost: 0.011}}},
		{"saturated", row{verdict: transactions.Hot, usage: half, onSaturated: 0.8}},
		{"mostly not saturated", row{verdict: transactions.Hot, usage: half, onSaturated: 0.49}},
		{"more than a week ago", row{verdict: transactions.Hot, usage: half, change: ptr(2.0), ago: weekAgo}},
		{"less than a day ago", row{verdict: transactions.Hot, usage: half, change: ptr(0.4), ago: dayAgo}},
		{"as much as two weeks ago", row{verdict: transactions.Hot, usage: half, change: ptr(1.2), ago: 2 * weekAgo}},
		{"its cache evicts", guarded(transactions.Chatty, 310, ptr(200.0))},
		{"a tenth of the misses is enough", guarded(transactions.Hot, 10, ptr(1.0))},
		{"its cache evicts little", guarded(transactions.Hot, 300, ptr(29.0))},
		{"evictions are not exported", guarded(transactions.Slow, 10, nil)},
		{"its cache misses nothing", guarded(transactions.Hot, 0, ptr(5.0))},
		{"nobody asks its cache", row{verdict: transactions.Hot, usage: half, guard: "x", cache: &guard{}}},
		{"quiet ones get no advice about caches", guarded(transactions.Quiet, 9, ptr(9.0))},
	} {
		fmt.Fprintf(&text, "%s:\n  %s\n", c.name, c.row.explain())
	}
	file := filepath.Join("testdata", "explanations.txt")
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("read it, then run with -update: %s", diff)
	}
}
