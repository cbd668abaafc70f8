package simulate

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	promlabels "github.com/prometheus/common/model"
)

var testEnd = time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)

func newTestSimulation(t *testing.T, profile Profile, seed uint64) *Simulation {
	t.Helper()
	s, err := New(Options{Seed: seed, Profile: profile, Start: testEnd.Add(-6 * time.Hour), End: testEnd})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func exposition(t *testing.T, p *Process) []byte {
	t.Helper()
	var text bytes.Buffer
	if err := p.WriteMetrics(&text); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func parse(t *testing.T, text []byte) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(promlabels.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

func TestTheSameSeedGivesTheSameNumbers(t *testing.T) {
	first, again, other := newTestSimulation(t, Troubled, 1), newTestSimulation(t, Troubled, 1), newTestSimulation(t, Troubled, 2)
	for _, s := range []*Simulation{first, again, other} {
		s.Advance(testEnd.Add(-5 * time.Hour))
	}
	for i, p := range first.Processes() {
		text := exposition(t, p)
		if !bytes.Equal(text, exposition(t, again.Processes()[i])) {
			t.Errorf("%v differs between two runs of the same seed", p.Labels())
		}
		if bytes.Equal(text, exposition(t, other.Processes()[i])) {
			t.Errorf("%v does not depend on the seed", p.Labels())
		}
	}
}

func TestWriteBlocksAndGoOnLive(t *testing.T) {
	now := testEnd
	s, err := New(Options{Seed: 1, Start: testEnd.Add(-time.Hour), End: testEnd, Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	began := time.Now()
	if err := s.WriteBlocks(context.Background(), dir, func(line string) { t.Log(line) }); err != nil {
		t.Fatal(err)
	}
	t.Logf("written in %s", time.Since(began).Round(time.Millisecond))
	if blocks, _ := os.ReadDir(dir); len(blocks) < 2 {
		t.Errorf("%d blocks, want the week-old window and the history", len(blocks))
	}
	if err := s.WriteBlocks(context.Background(), dir, nil); err == nil {
		t.Error("the past could be written twice")
	}
	scrape := func() float64 {
		answer := httptest.NewRecorder()
		s.Processes()[persister].Handler().ServeHTTP(answer, httptest.NewRequest("GET", Path, nil))
		return parse(t, answer.Body.Bytes())["synapse_storage_events_persisted_events_total"].Metric[0].GetCounter().GetValue()
	}
	before := scrape()
	now = now.Add(time.Minute)
	grown := scrape() - before
	if grown < 60*eventsPerSecond*0.6 || grown > 60*eventsPerSecond*1.6 {
		t.Errorf("%v events in a live minute, want about %v", grown, 60*eventsPerSecond)
	}
}

func TestBlocksStopWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := newTestSimulation(t, Healthy, 1).WriteBlocks(ctx, t.TempDir(), nil); err == nil {
		t.Error("a cancelled context was not heeded")
	}
}
