package plugin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/matrix-insight/synapse-datasource/pkg/queries"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

func TestQueriesRunTogether(t *testing.T) {
	var here sync.WaitGroup
	here.Add(concurrentQueries)
	withTypes(t, typeOf("meet", func(ctx context.Context, s *query.Session) (query.Result, error) {
		here.Done()
		met := make(chan struct{})
		go func() { here.Wait(); close(met) }()
		select {
		case <-met:
			return roomResult{query.NewRoom(s.Settings, "!r")}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}))
	i, _ := open(t, `{"queryTimeout":"5s"}`)
	var asked []backend.DataQuery
	for k := range concurrentQueries {
		asked = append(asked, ask(fmt.Sprint(k), "meet", fmt.Sprintf(`{"n":%d}`, k)))
	}
	for refID, got := range answers(t, i, request(&ada, nil, asked...)) {
		if got.Error != nil || got.Status != 200 {
			t.Errorf("%s waited for the others in vain: %v", refID, got.Error)
		}
	}
}

func TestEachQueryFailsAlone(t *testing.T) {
	fail := func(err error) func(context.Context, *query.Session) (query.Result, error) {
		return func(context.Context, *query.Session) (query.Result, error) { return nil, err }
	}
	broken := typeOf("broken", nil)
	broken.Params = []query.Param{{ID: "x", Kind: "unknown"}} // a mistake of ours: reading it panics
	withTypes(t,
		typeOf("fine", func(_ context.Context, s *query.Session) (query.Result, error) {
			return roomResult{query.NewRoom(s.Settings, "!r")}, nil
		}),
		typeOf("panic", func(context.Context, *query.Session) (query.Result, error) { panic("secret detail") }),
		typeOf("mistake", fail(errors.New("pq: secret detail"))),
		typeOf("fault", fail(fmt.Errorf("wrapped: %w", &upstream.Fault{Kind: upstream.Auth, Source: upstream.Downstream, Status: 401, Message: "Refused.", Remedy: "Log in.", Err: errors.New("secret detail")}))),
		typeOf("ours", fail(&upstream.Fault{Kind: upstream.OwnMistake, Source: upstream.Plugin, Status: 500, Message: "Our query is wrong."})),
		typeOf("late", fail(context.DeadlineExceeded)),
		typeOf("left", fail(context.Canceled)),
		broken,
	)
	i, _ := open(t, `{}`)
	downstream, plugin := backend.ErrorSourceDownstream, backend.ErrorSourcePlugin
	want := []struct {
		queryType, members string
		status             backend.Status
		source             backend.ErrorSource
		begins             string
	}{
		{"fine", "", 200, "", ""},
		{"panic", "", 500, plugin, "The plugin made a mistake while it computed this answer; its log has the details. Please report it."},
		{"broken", "", 500, plugin, "The plugin made a mistake while it computed this answer; its log has the details."},
		{"mistake", "", 500, plugin, "The plugin could not compute this answer; its log has the details. Please report it."},
		{"fault", "", 401, downstream, "Refused. Log in."},
		{"ours", "", 500, plugin, "Our query is wrong."},
		{"late", "", 504, downstream, "The upstreams did not answer within the data source's query timeout."},
		{"left", "", 499, downstream, "The query was cancelled."},
		{"pie", "", 400, downstream, `Unknown query type "pie". Valid types: ` + queries.All[0].ID + ", " + queries.All[1].ID},
		{"", "", 400, downstream, "The query has no type. Choose one in the query editor: " + queries.All[0].ID + ", "},
		{"transactions", `{"format":"pie"}`, 400, downstream, `Unknown format "pie" of query type "transactions". Valid formats: table, cost, rate, meanDuration.`},
		{"transactions", `{"limit":0}`, 400, downstream, `"limit" is 0; query type "transactions" takes 1 to 500.`},
		{"forwardExtremities", `{"format":"rooms"}`, 400, downstream, "Forward extremities (Rooms) is read from Synapse's PostgreSQL, which this data source does not have."},
	}
	var asked []backend.DataQuery
	for k, w := range want {
		asked = append(asked, ask(fmt.Sprint(k), w.queryType, w.members))
	}
	got := answers(t, i, request(&ada, nil, asked...))
	if len(got) != len(want) {
		t.Errorf("%d answers to %d queries", len(got), len(want))
	}
	for k, w := range want {
		r := got[fmt.Sprint(k)]
		text := ""
		if r.Error != nil {
			text = r.Error.Error()
		}
		if r.Status != w.status || r.ErrorSource != w.source || !strings.HasPrefix(text, w.begins) || (text == "") != (w.begins == "") {
			t.Errorf("%s %s: status %d, source %q, %q; want %d, %q, %q", w.queryType, w.members, r.Status, r.ErrorSource, text, w.status, w.source, w.begins)
		}
		if strings.Contains(text, "secret") {
			t.Errorf("%s shows a cause: %s", w.queryType, text)
		}
	}
}

func TestEqualRefIDsKeepBothAnswers(t *testing.T) {
	named := func(name string, after time.Duration, err error) query.Type {
		return typeOf(name, func(context.Context, *query.Session) (query.Result, error) {
			time.Sleep(after)
			return namedResult(name), err
		})
	}
	withTypes(t,
		named("fine", 0, nil), named("slow", 5*time.Millisecond, nil),
		named("bad", 5*time.Millisecond, &query.BadRequest{Message: "No."}),
		named("worse", 0, &upstream.Fault{Source: upstream.Downstream, Status: 502, Message: "Gone."}),
	)
	i, _ := open(t, `{"cacheTTL":"0s"}`)
	for range 20 { // whichever ends first
		got := answers(t, i, request(&ada, nil, ask("A", "slow", ""), ask("A", "fine", "")))["A"]
		if got.Error != nil || len(got.Frames) != 2 || got.Frames[0].Name != "slow" || got.Frames[1].Name != "fine" {
			t.Errorf("%v, %v", got.Frames, got.Error)
		}
		for _, f := range got.Frames {
			if f.RefID != "A" {
				t.Errorf("frame %s has refId %q", f.Name, f.RefID)
			}
		}
	}
	for _, order := range [][]string{{"fine", "bad", "worse"}, {"bad", "worse", "fine"}} {
		var asked []backend.DataQuery
		for _, queryType := range order {
			asked = append(asked, ask("A", queryType, ""))
		}
		got := answers(t, i, request(&ada, nil, asked...))["A"]
		if got.Error == nil || got.Error.Error() != "No." || got.Status != 400 || len(got.Frames) != 1 {
			t.Errorf("%v: %d, %v, %d frames; want the first error and the answer", order, got.Status, got.Error, len(got.Frames))
		}
	}
}

// "Today" ends at midnight: what is still to come is not asked for.
func TestRangesEndNow(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name           string
		from, to, want time.Time
	}{
		{"today", now.Add(-9 * time.Hour), now.Add(15 * time.Hour), now},
		{"the last hour", now.Add(-time.Hour), now, now},
		{"yesterday", now.Add(-48 * time.Hour), now.Add(-24 * time.Hour), now.Add(-24 * time.Hour)},
		{"tomorrow", now.Add(24 * time.Hour), now.Add(48 * time.Hour), now.Add(48 * time.Hour)},
	} {
		var got query.TimeRange
		withTypes(t, typeOf("when "+c.name, func(_ context.Context, s *query.Session) (query.Result, error) {
			got = s.Range
			return roomResult{query.NewRoom(s.Settings, "!r")}, nil
		}))
		i, _ := open(t, `{}`)
		q := ask("A", "when "+c.name, "")
		q.TimeRange = backend.TimeRange{From: c.from, To: c.to}
		if answer := answers(t, i, request(&ada, nil, q))["A"]; answer.Error != nil {
			t.Fatal(answer.Error)
		}
		if late := c.want.Sub(got.To); late > 15*time.Second || late < -time.Second {
			t.Errorf("%s ends at %s, want %s", c.name, got.To, c.want)
		}
		if early := c.from.Sub(got.From); early < 0 || early > 2*time.Minute {
			t.Errorf("%s begins at %s, want %s", c.name, got.From, c.from)
		}
	}
}

func TestSlowPrometheusEndsAtTheLimit(t *testing.T) {
	withTypes(t, typeOf("slow", func(ctx context.Context, _ *query.Session) (query.Result, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}))
	i, _ := open(t, `{"queryTimeout":"1s"}`)
	begin := time.Now()
	got := answers(t, i, request(&ada, nil, ask("A", "slow", "")))["A"]
	if passed := time.Since(begin); passed < 900*time.Millisecond || passed > 4*time.Second {
		t.Errorf("it took %s", passed)
	}
	if got.Status != 504 || !strings.Contains(got.Error.Error(), "raise the query timeout in the data source settings") {
		t.Errorf("%d: %v", got.Status, got.Error)
	}
}

func TestBrokenSettingsAnswerInWords(t *testing.T) {
	i := instance(t, "http://prometheus:9090", `{"scrapeInterval":"often"}`)
	const want = `The setting scrapeInterval is "often"; it takes a duration such as 15s or 5m.`
	got := answers(t, i, request(&ada, nil, ask("A", "transactions", "")))["A"]
	if got.Status != 400 || got.ErrorSource != backend.ErrorSourceDownstream || got.Error == nil || got.Error.Error() != want {
		t.Errorf("query: %d, %v", got.Status, got.Error)
	}
	if health, _ := health(t, i); health.Status != backend.HealthStatusError || health.Message != want {
		t.Errorf("health: %+v", health)
	}
	if status, body := call(t, i, "GET", "values/job", nil); status != 400 || !strings.Contains(body, "scrapeInterval") {
		t.Errorf("values: %d, %s", status, body)
	}
	if status, body := callAs(t, i, &root, "GET", "health-aspects", nil); status != 200 || !strings.Contains(body, "scrapeInterval") {
		t.Errorf("health-aspects: %d, %s", status, body)
	}
	if status, body := call(t, i, "GET", "query-types", nil); status != 200 || !strings.Contains(body, `"eventSendTime"`) {
		t.Errorf("query-types must work for the editor to open: %d, %.80s", status, body)
	}
}

func TestBrokenHTTPSettings(t *testing.T) {
	made, err := NewInstance(t.Context(), backend.DataSourceInstanceSettings{
		URL: "https://prometheus.invalid", JSONData: []byte(`{"tlsAuthWithCACert":true}`),
		DecryptedSecureJSONData: map[string]string{"tlsCACert": "no certificate"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := answers(t, made.(*Instance), request(&ada, nil, ask("A", "transactions", "")))["A"]
	if got.Error == nil || !strings.HasPrefix(got.Error.Error(), "The HTTP settings of the data source can't be used. Check its TLS certificates") {
		t.Errorf("%v", got.Error)
	}
}
