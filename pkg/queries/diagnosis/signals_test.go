package diagnosis

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

// noting notes the range queries.
type noting struct {
	answering
	mu     *sync.Mutex
	ranges *[]string
}

func (n noting) Range(ctx context.Context, promql string, from, to time.Time, step time.Duration) (model.Matrix, []string, error) {
	n.mu.Lock()
	*n.ranges = append(*n.ranges, promql)
	n.mu.Unlock()
	return n.answering.Range(ctx, promql, from, to, step)
}

func rangesOf(t *testing.T, on answering, raw string) (ranges []string) {
	t.Helper()
	ask(t, noting{on, &sync.Mutex{}, &ranges}, raw)
	return ranges
}

// History is asked for what was found only, of that process, and not at all where nothing was.
func TestHistoryOfFindingsOnly(t *testing.T) {
	const cpuOnly = `{"checks":["cpu-saturation"]}`
	count := func(ranges []string) (all, narrowed int) {
		for _, promql := range ranges {
			if strings.Contains(promql, "process_cpu_seconds_total") {
				all++
				if strings.Contains(promql, `process_cpu_seconds_total{job="synapse",index="1"}`) {
					narrowed++
				}
			}
		}
		return all, narrowed
	}
	if all, narrowed := count(rangesOf(t, onTwo(0.97, 0.3), cpuOnly)); all != 1 || narrowed != 1 {
		t.Errorf("synapse/1 is found: asked %d times, %d of it alone", all, narrowed)
	}
	if all, _ := count(rangesOf(t, onTwo(0.3, 0.3), cpuOnly)); all != 0 {
		t.Errorf("nothing is found, yet history was asked %d times", all)
	}
	// A score keeps the subjects that have healed, and so looks at all.
	if all, narrowed := count(rangesOf(t, onTwo(0.3, 0.3), `{"format":"score","checks":["cpu-saturation"]}`)); all == 0 || narrowed != 0 {
		t.Errorf("a score: asked %d times, %d of one process", all, narrowed)
	}
}

// The transactions that lead are found first, by one instant query; then the history of these is asked for.
func TestHistoryOfLeadingTransactions(t *testing.T) {
	leads := &model.Sample{Metric: model.Metric{"server_name": "a.example", "desc": "get.it"}, Value: 0.5}
	on := answering{vectors: map[string]model.Vector{
		servers: {{Metric: model.Metric{"server_name": "a.example"}, Value: 1}}, "topk by (server_name) (3, ": {leads},
	}}
	var asked []string
	for _, promql := range rangesOf(t, on, `{"format":"history","checks":["database-cost"]}`) {
		if strings.Contains(promql, "transaction_time") {
			asked = append(asked, promql)
		}
	}
	if len(asked) != 1 || !strings.Contains(asked[0], `desc="get.it"`) || strings.Contains(asked[0], "topk") {
		t.Errorf("asked %q", asked)
	}
}
