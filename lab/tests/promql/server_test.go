package promql

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/value"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// traffic is requests of one kind per minute.
type traffic struct {
	servlet, method string
	perMinute       float64
}

// answer is what becomes of requests: a code, or none where they hang; "" is the usual 200.
type answer struct {
	code  string
	hangs bool
}

// played is one process of a homeserver, played scrape by scrape. Like a real one it exposes a series only from its first
// event on, and it never takes back a request in flight.
type played struct {
	index   string
	traffic []traffic
	// from and until are when the process lives, in minutes; until 0 is for ever.
	from, until float64
	// on tells what happens to requests of a servlet at a minute; received is false where they do not even arrive.
	on func(minute float64, servlet string) (received bool, a answer)
	// waiting are requests that are in flight for good: long polls.
	waiting map[string]float64
	// busy is the working threads of a pool of 10, transactions is how many finish per minute, away is the reactor's absence,
	// silent tells that no scrape succeeds.
	busy, transactions, away func(minute float64) float64
	silent                   func(minute float64) bool
	pool                     float64
	// thaw is when the requests that hang are gone, in minutes; 0 is never.
	thaw float64
}

func ok(float64, string) (bool, answer) { return true, answer{} }

func constant(v float64) func(float64) float64 { return func(float64) float64 { return v } }

// usualTraffic is a small company's; sends per minute.
func usualTraffic(sends float64) []traffic {
	return []traffic{
		{"RoomSendEventRestServlet", "PUT", sends}, {"SyncRestServlet", "GET", 4 * sends}, {"ReceiptRestServlet", "POST", 2 * sends},
		{"KeyUploadServlet", "POST", sends / 2}, {"RoomMemberListRestServlet", "GET", sends}, {"HealthResource", "GET", 4}, {"RoomSendEventRestServlet", "OPTIONS", sends},
	}
}

// history is the values of every series at each scrape; NaN where there is none.
type history struct {
	scrape time.Duration
	steps  int
	series map[string][]float64
}

func newHistory(scrape, length time.Duration) *history {
	return &history{scrape, int(length/scrape) + 1, map[string][]float64{}}
}

func (h *history) set(step int, name string, v float64) {
	if h.series[name] == nil {
		h.series[name] = slices.Repeat([]float64{math.NaN()}, h.steps)
	}
	h.series[name][step] = v
}

// play adds a process to the history.
func (h *history) play(p played) *history {
	target := fmt.Sprintf(`job="synapse",index=%q,instance="host:900%s"`, p.index, p.index)
	home := target + `,server_name="a.example"`
	if p.on == nil {
		p.on = ok
	}
	if p.pool == 0 {
		p.pool = 10
	}
	counted := map[string]float64{}
	carry := map[string]float64{}
	perStep := h.scrape.Minutes()
	for step := range h.steps {
		minute := float64(step) * perStep
		if minute < p.from || p.until > 0 && minute >= p.until {
			continue
		}
		if p.thaw > 0 && minute >= p.thaw {
			maps.DeleteFunc(counted, func(name string, _ float64) bool { return strings.Contains(name, "in_flight") })
		}
		silent := p.silent != nil && p.silent(minute)
		for _, load := range p.traffic {
			received, a := p.on(minute, load.servlet)
			key := load.servlet + load.method
			carry[key] += load.perMinute * perStep
			n := math.Floor(carry[key])
			carry[key] -= n
			if !received || n == 0 || minute == p.from {
				continue
			}
			kind := fmt.Sprintf(`method=%q,servlet=%q,%s`, load.method, load.servlet, home)
			counted[`synapse_http_server_requests_received_total{`+kind+`}`] += n
			if a.hangs {
				counted[`synapse_http_server_in_flight_requests_count{`+kind+`}`] += n
				continue
			}
			if a.code == "" {
				a.code = "200"
			}
			counted[`synapse_http_server_response_time_seconds_count{code="`+a.code+`",`+kind+`}`] += n
			counted[`synapse_http_server_response_count_total{`+kind+`}`] += n
		}
		up := 1.0
		if silent {
			up = 0
		}
		h.set(step, `up{`+target+`}`, up)
		if silent {
			continue
		}
		for name, v := range counted {
			h.set(step, name, v)
		}
		for servlet, v := range p.waiting {
			h.set(step, fmt.Sprintf(`synapse_http_server_in_flight_requests_count{method="GET",servlet=%q,%s}`, servlet, home), v)
		}
		transactions := 600.0
		if p.transactions != nil {
			transactions = p.transactions(minute)
		}
		counted[`synapse_storage_transaction_time_count_total{desc="get_event",`+home+`}`] += transactions * perStep
		counted[`synapse_storage_transaction_time_sum_total{desc="get_event",`+home+`}`] += transactions * perStep * 0.002
		h.set(step, `synapse_storage_schedule_time_count{`+home+`}`, 100+minute)
		h.set(step, `process_start_time_seconds{`+target+`}`, p.started())
		h.set(step, `synapse_threadpool_max_threads{name="database-master",`+home+`}`, p.pool)
		busy, away := 1.0, 0.05
		if p.busy != nil {
			busy = p.busy(minute)
		}
		if p.away != nil {
			away = p.away(minute)
		}
		h.set(step, `synapse_threadpool_working_threads{name="database-master",`+home+`}`, busy)
		h.set(step, `python_twisted_reactor_last_seen{`+target+`}`, away)
	}
	return h
}

func (p played) started() float64 {
	if p.from == 0 {
		return -400_000
	}
	return p.from * 60
}

// load writes it in the engine's notation. A series that ends leaves a marker, as Prometheus writes it.
func (h *history) load(t testing.TB) *Engine {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "load %ds\n", int(h.scrape.Seconds()))
	for name, values := range h.series {
		text.WriteString("  " + name)
		there := false
		for _, v := range values {
			switch {
			case !math.IsNaN(v):
				fmt.Fprintf(&text, " %g", v)
			case there:
				text.WriteString(" stale")
			default:
				text.WriteString(" _")
			}
			there = !math.IsNaN(v) && !value.IsStaleNaN(v)
		}
		text.WriteString("\n")
	}
	return Load(t, text.String())
}

// foundByCheck is a row of the findings.
type foundByCheck struct {
	check, subject, severity, evidence, cause string
	since                                     *time.Time
}

// diagnoseAt runs checks at a minute, the worst row first.
func diagnoseAt(t *testing.T, engine *Engine, scrape time.Duration, minute float64, checks string) []foundByCheck {
	t.Helper()
	typ := diagnosis.Type()
	request, err := typ.Decode([]byte(`{"checks": [` + checks + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	options := settings.Settings{ScrapeInterval: scrape, QueryTimeout: time.Minute}
	end := time.Unix(0, 0).Add(time.Duration(minute * float64(time.Minute)))
	within := query.TimeRange{From: end.Add(-time.Hour), To: end, Step: time.Minute}
	frames, err := query.NewRunner(options, engine, nil).Run(t.Context(), typ, request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	frame := frames[0]
	cell := func(name string, i int) string {
		field, _ := frame.FieldByName(name)
		return field.At(i).(string)
	}
	var found []foundByCheck
	for i := range frame.Rows() {
		f := foundByCheck{check: cell("check", i), subject: cell("subject", i), severity: cell("severity", i), evidence: cell("title", i) + ". " + cell("evidence", i), cause: cell("caused_by", i)}
		found = append(found, f)
	}
	return found
}
