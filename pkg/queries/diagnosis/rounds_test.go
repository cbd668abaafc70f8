package diagnosis

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// instants notes the instant queries, in the order in which they were asked.
type instants struct {
	answering
	mu  sync.Mutex
	all []string
}

func (i *instants) Instant(ctx context.Context, promql string, at time.Time) (model.Vector, []string, error) {
	i.mu.Lock()
	i.all = append(i.all, promql)
	i.mu.Unlock()
	return i.answering.Instant(ctx, promql, at)
}

func (i *instants) has(part string) bool {
	return slices.ContainsFunc(i.all, func(promql string) bool { return strings.Contains(promql, part) })
}

// What no judgement reads is not asked for: the pool's queue is looked at only where requests wait for it.
func TestAsksWhatIsRead(t *testing.T) {
	on := &instants{answering: onTwo(0.3, 0.3)}
	ask(t, on, `{"checks":["cpu-saturation"]}`)
	calm := len(on.all)
	if !on.has(cpu) {
		t.Fatalf("the deciding number was not asked for: %q", on.all)
	}
	on = &instants{answering: onTwo(0.97, 0.3)}
	ask(t, on, `{"checks":["cpu-saturation"]}`)
	if len(on.all) <= calm {
		t.Errorf("%d queries where nothing is wrong, %d where something is", calm, len(on.all))
	}
}

// The next time, what was read is asked for at once.
func TestRemembersWhatIsRead(t *testing.T) {
	within := query.Align(noon.Add(-time.Hour), noon, time.Minute, 15*time.Second)
	s := query.NewSession(query.Request{}, within, noon, settings.Settings{ScrapeInterval: 15 * time.Second}, onTwo(0.97, 0.3), nil)
	wanted := checks.WithCauses([]string{"cpu-saturation"})
	m, err := measure(t.Context(), s, wanted)
	if err != nil {
		t.Fatal(err)
	}
	usual := newMeasured(s).usual(s, wanted)
	if len(usual) == 0 || len(usual) != len(m.vectors) {
		t.Errorf("%d remembered of %d", len(usual), len(m.vectors))
	}
	if other := newMeasured(s).usual(s, checks.WithCauses([]string{"sqlite"})); len(other) >= len(usual) {
		t.Errorf("%d of them for another check", len(other))
	}
}
