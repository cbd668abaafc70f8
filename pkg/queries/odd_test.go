package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// oddPrometheus answers every question in the right shape with odd values and labels.
type oddPrometheus struct {
	mu sync.Mutex
	*rand.Rand
}

var (
	oddValues = []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1, 1e-12, 1e12, 0.5, 3, 100, 1.7e9, 123456.789}
	oddLabels = map[string][]string{
		"server_name": {"a.org", "b.org", ""},
		"index":       {"1", "2", ""},
		"name":        {"*getEvent*", "get_users_in_room", "*stateGroupCache*", "weird\x00\n\"name", "日本", ""},
		"desc":        {"persist_events", "get_event", "weird\ufffd", ""},
		"le":          {"0.1", "0.5", "1", "1.0", "2.5", "10", "10.0", "+Inf", "abc", "", "-1"},
		"gen":         {"0", "1", "2", "x", ""},
		"role":        {"main", "sync", "event persister", "unheard of"},
	}
	grouped = regexp.MustCompile(`by \(([^)]*)\)`)
)

func (p *oddPrometheus) one(list []string) string { return list[p.Intn(len(list))] }

func (p *oddPrometheus) value() model.SampleValue {
	if p.Intn(3) == 0 {
		return model.SampleValue(p.ExpFloat64() * math.Pow(10, float64(p.Intn(8)-3)))
	}
	return model.SampleValue(oddValues[p.Intn(len(oddValues))])
}

func (p *oddPrometheus) metric(promql string) model.Metric {
	m := model.Metric{}
	for _, found := range grouped.FindAllStringSubmatch(promql, -1) {
		for label := range strings.SplitSeq(found[1], ",") {
			label = strings.TrimSpace(label)
			values := oddLabels[label]
			if values == nil {
				values = []string{"x", "y", ""}
			}
			m[model.LabelName(label)] = model.LabelValue(p.one(values))
		}
	}
	if strings.Contains(promql, "label_replace") {
		m["role"] = model.LabelValue(p.one(oddLabels["role"]))
	}
	return m
}

func (p *oddPrometheus) Instant(_ context.Context, promql string, at time.Time) (vector model.Vector, _ []string, _ error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	once := map[model.Fingerprint]bool{}
	for range []int{0, 1, 2, 5, 20, 60}[p.Intn(6)] {
		m := p.metric(promql)
		if series := m.Fingerprint(); !once[series] {
			once[series] = true
			vector = append(vector, &model.Sample{Metric: m, Value: p.value(), Timestamp: model.TimeFromUnix(at.Unix())})
		}
	}
	return vector, nil, nil
}

func (p *oddPrometheus) Range(_ context.Context, promql string, from, _ time.Time, step time.Duration) (matrix model.Matrix, _ []string, _ error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range []int{0, 1, 2, 8, 30}[p.Intn(5)] {
		s := &model.SampleStream{Metric: p.metric(promql)}
		for k := range 1 + p.Intn(60) {
			s.Values = append(s.Values, model.SamplePair{Timestamp: model.TimeFromUnixNano(from.Add(time.Duration(k) * step).UnixNano()), Value: p.value()})
		}
		matrix = append(matrix, s)
	}
	return matrix, nil, nil
}

// Whatever numbers Prometheus has, no answer fails, and what is no number is nowhere in it.
func TestOddNumbers(t *testing.T) {
	to := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	o := settings.Settings{DatasourceUID: "u", QueryTimeout: time.Minute, ScrapeInterval: 15 * time.Second, Homeserver: settings.Homeserver{DummyEventsThreshold: 10, CacheEntryTTL: 30 * time.Minute}}
	for seed := range int64(5) {
		for _, typ := range All {
			for _, f := range typ.Formats {
				if f.Needs == query.Postgres {
					continue
				}
				name := fmt.Sprintf("seed %d, %s/%s", seed, typ.ID, f.ID)
				req, err := typ.Decode(json.RawMessage(fmt.Sprintf(`{"format":%q}`, f.ID)))
				if err != nil {
					t.Fatal(err)
				}
				r := query.NewRunner(o, &oddPrometheus{Rand: rand.New(rand.NewSource(seed))}, nil) //nolint:gosec // the same each time
				frames, err := r.Run(t.Context(), typ, req, query.Align(to.Add(-6*time.Hour), to, time.Minute, o.ScrapeInterval), query.Asker{})
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				for _, frame := range frames {
					if _, err := frame.MarshalArrow(); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					wantNumbers(t, name, frame)
				}
			}
		}
	}
}

// noNumber is how what is no number reads in a text, or as the int64 that it was made.
var noNumber = regexp.MustCompile(`%!|\bNaN\b|[+-]Inf\b|-9223372036854775808`)

func wantNumbers(t *testing.T, name string, frame *data.Frame) {
	t.Helper()
	for _, field := range frame.Fields {
		for i := range field.Len() {
			value, there := field.ConcreteAt(i)
			if text := fmt.Sprint(value); there && field.Name != "le" && noNumber.MatchString(text) {
				t.Errorf("%s: column %s says %.200s", name, field.Name, text)
			}
		}
	}
	for _, notice := range frame.Meta.Notices {
		if noNumber.MatchString(notice.Text) {
			t.Errorf("%s: a notice says %.200s", name, notice.Text)
		}
	}
}
