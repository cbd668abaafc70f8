package promql

import (
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/process"
)

// The trouble begins two hours after the start of the series.
const trouble = 120.0

// since gives what happens from the trouble on, to the servlets that are named; none: to all.
func since(code string, servlets ...string) func(float64, string) (bool, answer) {
	return between(trouble, 1e9, code, servlets...)
}

func between(from, until float64, code string, servlets ...string) func(float64, string) (bool, answer) {
	return func(minute float64, servlet string) (bool, answer) {
		if minute < from || minute >= until || len(servlets) > 0 && !strings.Contains(strings.Join(servlets, " "), servlet) {
			return true, answer{}
		}
		return true, answer{code: code, hangs: code == "hang"}
	}
}

// then is a number that changes with the trouble.
func then(before, after float64) func(float64) float64 {
	return func(minute float64) float64 {
		if minute < trouble {
			return before
		}
		return after
	}
}

const database = "RoomSendEventRestServlet ReceiptRestServlet KeyUploadServlet RoomMemberListRestServlet"

// foundAfter wants availability's first row to be of a severity so many minutes after the trouble began.
func foundAfter(t *testing.T, engine *Engine, scrape time.Duration, minutes float64, severity, part string) {
	t.Helper()
	found := diagnoseAt(t, engine, scrape, trouble+minutes, `"availability"`)[0]
	if found.severity != severity || !strings.Contains(found.evidence, part) {
		t.Errorf("after %g min: %s on %q: %s, want %s with %q", minutes, found.severity, found.subject, found.evidence, severity, part)
	}
	if fires := ruleFires(t, engine, scrape, trouble+minutes, checks.Critical); fires != (severity == "critical") {
		t.Errorf("after %g min: %s, and the rule for critical fires: %t", minutes, severity, fires)
	}
	if fires := ruleFires(t, engine, scrape, trouble+minutes, checks.Warning); fires && severity == "ok" || !fires && severity == "warning" {
		t.Errorf("after %g min: %s, and the rule for warning fires: %t", minutes, severity, fires)
	}
}

// ruleFires tells whether Prometheus' own rule would be pending.
func ruleFires(t *testing.T, engine *Engine, scrape time.Duration, minute float64, severity limits.Severity) bool {
	t.Helper()
	check, _ := checks.Find("availability")
	scope := checks.Scope{Scrape: scrape, Length: time.Hour, Identity: process.NewIdentity("job", "index")}
	measured := map[string]string{}
	for _, m := range check.Measures {
		measured[m.Name] = "(" + m.PromQL(scope) + ")"
	}
	rule, err := check.Expression(severity, scope, measured)
	if err != nil {
		t.Fatal(err)
	}
	fires, _, err := engine.Instant(t.Context(), rule, time.Unix(0, 0).Add(time.Duration(minute*float64(time.Minute))))
	if err != nil {
		t.Fatal(err)
	}
	return len(fires) > 0
}

// Every form of an outage is critical within three minutes, or four scrapes and one evaluation, and stays so.
func TestOutages(t *testing.T) {
	for name, c := range map[string]struct {
		scrape time.Duration
		played played
		want   string
		says   string
		long   bool // until six hours later
	}{
		"the database refuses":       {played: played{traffic: usualTraffic(20), on: since("500", database), transactions: then(600, 0), busy: then(1, 0)}, says: "Requests fail", long: true},
		"refuses, named codes":       {played: played{traffic: usualTraffic(20), on: since("HTTPStatus.INTERNAL_SERVER_ERROR", database)}, says: "× 500"},
		"refuses, scraped by minute": {scrape: time.Minute, played: played{traffic: usualTraffic(20), on: since("500", database)}, says: "Requests fail"},
		"refuses, sends only":        {played: played{traffic: usualTraffic(20), on: since("500", "RoomSendEventRestServlet")}, says: "RoomSendEventRestServlet"},
		"refuses a reader":           {played: played{traffic: []traffic{{"FederationSendServlet", "PUT", 30}, {"FederationEventServlet", "GET", 20}, {"FederationStateIdsServlet", "GET", 5}}, on: since("500")}},
		"a worker is gone":           {played: played{traffic: usualTraffic(20), on: since("502", "RoomSendEventRestServlet")}, says: "× 502"},
		"the database freezes": {played: played{traffic: usualTraffic(20), on: since("hang", database), transactions: then(600, 0), busy: then(1, 10)},
			says: "not answered", long: true},
		"freezes, scraped by minute": {scrape: time.Minute, played: played{traffic: usualTraffic(20), on: since("hang", database), transactions: then(600, 0), busy: then(1, 10)}},
		"freezes with few sends": {played: played{traffic: append(usualTraffic(2), traffic{"KeyUploadServlet", "PUT", 20}), on: since("hang", database), transactions: then(600, 0), busy: then(1, 10)},
			says: "hang"},
		"a lock on one table": {played: played{traffic: usualTraffic(20), on: since("hang", "RoomSendEventRestServlet"), transactions: then(600, 400)}, says: "RoomSendEventRestServlet"},
		"the loop is blocked, metrics on a thread": {played: played{traffic: usualTraffic(20), on: stopped, transactions: then(600, 0), away: func(m float64) float64 { return max(0.05, (m-trouble)*60) }},
			says: "Event loop blocked", long: true},
		"the loop is blocked, metrics on it": {played: played{traffic: usualTraffic(20), silent: func(m float64) bool { return m >= trouble }}, says: "does not answer", long: true},
		"a small family's send hangs":        {played: played{traffic: []traffic{{"RoomSendEventRestServlet", "PUT", 1}, {"SyncRestServlet", "GET", 4}}, on: since("hang", database), transactions: then(60, 50)}, want: "warning", says: "Sends hang"},
	} {
		t.Run(name, func(t *testing.T) {
			scrape, within, want, length := 15*time.Second, 3.0, "critical", 4*time.Hour
			later := []float64{4, 7, 16, 35, 90}
			if c.long {
				length, later = 9*time.Hour, append(later, 6*60)
			}
			if c.scrape > 0 {
				scrape, within = c.scrape, 5
			}
			if c.want != "" {
				want = c.want
			}
			c.played.index = "1"
			engine := newHistory(scrape, length).play(c.played).load(t)
			foundAfter(t, engine, scrape, -1, "ok", "")
			foundAfter(t, engine, scrape, within, want, c.says)
			for _, later := range later {
				if found := diagnoseAt(t, engine, scrape, trouble+max(later, within), `"availability"`)[0]; found.severity != "critical" && found.severity != want {
					t.Errorf("after %g min: %s: %s", later, found.severity, found.evidence)
				}
			}
		})
	}
}

// stopped is a process that accepts nothing any more.
func stopped(minute float64, _ string) (bool, answer) { return minute < trouble, answer{} }

// While requests hang, what measures what finished is not fine: it can't be known.
func TestOutageTakesBackOK(t *testing.T) {
	engine := newHistory(15*time.Second, 5*time.Hour).
		play(played{index: "1", traffic: usualTraffic(20), on: since("hang", database), transactions: then(600, 0), busy: then(1, 10)}).load(t)
	for minute, want := range map[float64]string{trouble - 1: "ok", trouble + 120: "unknown"} {
		if f := diagnoseAt(t, engine, 15*time.Second, minute, `"database-cost"`)[0]; f.severity != want || (want == "unknown") != strings.Contains(f.evidence, "in flight") {
			t.Errorf("minute %g: %s is %s: %s", minute, f.check, f.severity, f.evidence)
		}
	}
}

// A process that was restarted into an outage has no better days to compare with, and its counters begin with the outage.
func TestOutageFromTheStart(t *testing.T) {
	before := played{index: "1", traffic: usualTraffic(20), until: trouble}
	for name, c := range map[string]struct {
		code string
		says string
	}{"fails": {"500", "Requests fail"}, "hangs": {"hang", ""}} {
		t.Run(name, func(t *testing.T) {
			engine := newHistory(15*time.Second, 4*time.Hour).play(before).
				play(played{index: "1", from: trouble + 0.5, traffic: usualTraffic(20), on: since(c.code, database)}).load(t)
			foundAfter(t, engine, 15*time.Second, 3.5, "critical", c.says)
			foundAfter(t, engine, 15*time.Second, 60, "critical", c.says)
			alone := newHistory(15*time.Second, 4*time.Hour).play(played{index: "1", from: trouble, traffic: usualTraffic(20), on: since(c.code, database)}).load(t)
			foundAfter(t, alone, 15*time.Second, 3.5, "critical", c.says)
		})
	}
}

// 40 failed answers between two scrapes are a series that starts at 40.
func TestOutageOfFirstValues(t *testing.T) {
	h := newHistory(15*time.Second, 3*time.Hour).play(played{index: "1", traffic: usualTraffic(20)})
	labels := `method="PUT",servlet="RoomStateEventRestServlet",job="synapse",index="1",instance="host:9001",server_name="a.example"`
	for step := range h.steps {
		minute := float64(step) / 4
		if minute >= trouble {
			h.set(step, `synapse_http_server_response_time_seconds_count{code="500",`+labels+`}`, 40)
			h.set(step, `synapse_http_server_requests_received_total{`+labels+`}`, 40)
		}
	}
	foundAfter(t, h.load(t), 15*time.Second, 1.5, "critical", "40 × 500")
}

// An outage is over after five minutes of good requests.
func TestOutageEnds(t *testing.T) {
	for name, on := range map[string]string{"failed": "500", "hung": "hang"} {
		t.Run(name, func(t *testing.T) {
			engine := newHistory(15*time.Second, 4*time.Hour).
				play(played{index: "1", traffic: usualTraffic(20), on: between(trouble, trouble+20, on, database), thaw: trouble + 20}).load(t)
			foundAfter(t, engine, 15*time.Second, 20, "critical", "")
			foundAfter(t, engine, 15*time.Second, 23, "critical", "")
			foundAfter(t, engine, 15*time.Second, 29, "ok", "")
		})
	}
}

// What looks like an outage and is none.
func TestNoOutage(t *testing.T) {
	with := func(more ...traffic) []traffic { return append(usualTraffic(20), more...) }
	for name, c := range map[string]struct {
		played  []played
		minutes []float64
	}{
		"a muted bot": {played: []played{{traffic: []traffic{{"RoomSendEventRestServlet", "PUT", 60}}, on: since("403")}}},
		"URL previews": {played: []played{{traffic: with(traffic{"PreviewUrlResource", "GET", 60}, traffic{"DownloadResource", "GET", 20}),
			on: since("502", "PreviewUrlResource DownloadResource")}}},
		"remote joins":               {played: []played{{traffic: with(traffic{"JoinRoomAliasServlet", "POST", 4}), on: between(trouble, trouble+5, "hang", "JoinRoomAliasServlet"), thaw: trouble + 8}}},
		"joins of dead servers":      {played: []played{{traffic: with(traffic{"JoinRoomAliasServlet", "POST", 12}), on: since("502", "JoinRoomAliasServlet")}}},
		"a rollout":                  {played: []played{{traffic: usualTraffic(30), on: between(trouble, trouble+1.05, "502", "RoomSendEventRestServlet")}}},
		"a restart of the database":  {played: []played{{traffic: usualTraffic(30), on: between(trouble, trouble+0.3, "500", database)}}},
		"a restart":                  {played: []played{{traffic: usualTraffic(30), until: trouble}, {traffic: usualTraffic(30), from: trouble + 1.25}}},
		"the herd after a start":     {played: []played{{traffic: usualTraffic(60), from: trouble, on: between(trouble, trouble+1, "hang", "ReceiptRestServlet RoomMemberListRestServlet"), thaw: trouble + 3}}},
		"long polls":                 {played: []played{{traffic: with(), waiting: map[string]float64{"SyncRestServlet": 400, "SlidingSyncRestServlet": 300}}}},
		"health and preflights only": {played: []played{{traffic: []traffic{{"HealthResource", "GET", 4}, {"RoomSendEventRestServlet", "OPTIONS", 60}}}}},
		"a restart of the proxy":     {played: []played{{traffic: usualTraffic(30), on: between(trouble, trouble+1, "499")}}},
		"a quiet night":              {played: []played{{traffic: usualTraffic(30), on: func(m float64, _ string) (bool, answer) { return m < trouble, answer{} }}}},
		"a small family":             {played: []played{{traffic: usualTraffic(0.1)}}},
		"one corrupt room": {played: []played{{traffic: with(traffic{"RoomMessageListRestServlet", "GET", 5}, traffic{"RoomEventContextServlet", "GET", 1}),
			on: since("500", "RoomMessageListRestServlet RoomEventContextServlet")}}},
		"one corrupt room of a family": {played: []played{{traffic: append(usualTraffic(1), traffic{"RoomMessageListRestServlet", "GET", 2}), on: since("500", "RoomMessageListRestServlet")}}},
		"a worker that is taken away":  {played: []played{{index: "2", traffic: usualTraffic(10), until: trouble}, {index: "1", traffic: usualTraffic(20)}}},
		"a federation partner in a broken room": {played: []played{{traffic: with(traffic{"FederationSendServlet", "PUT", 30}),
			on: func(m float64, servlet string) (bool, answer) {
				if servlet == "FederationSendServlet" && int(m*4)%3 == 0 {
					return true, answer{code: "500"}
				}
				return true, answer{}
			}}}},
		"one purge and the event fetchers": {played: []played{{traffic: usualTraffic(20), busy: then(1, 4)}}},
		"a busy pool":                      {played: []played{{traffic: usualTraffic(20), busy: then(1, 10)}}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHistory(15*time.Second, 3*time.Hour)
			for _, p := range c.played {
				if p.index == "" {
					p.index = "1"
				}
				h.play(p)
			}
			engine := h.load(t)
			for _, at := range []float64{1, 1.5, 2, 2.5, 3, 4, 6, 12, 20, 40} {
				if found := diagnoseAt(t, engine, 15*time.Second, trouble+at, `"availability"`)[0]; found.severity != "ok" && found.severity != "unknown" {
					t.Errorf("after %g min: %s on %q: %s", at, found.severity, found.subject, found.evidence)
				}
				if ruleFires(t, engine, 15*time.Second, trouble+at, checks.Warning) || ruleFires(t, engine, 15*time.Second, trouble+at, checks.Critical) {
					t.Errorf("after %g min a rule fires", at)
				}
			}
		})
	}
}
