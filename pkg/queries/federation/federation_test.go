package federation

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

func TestSummary(t *testing.T) {
	metrics := newMetrics()
	metrics.vectors = map[string]model.Vector{
		"(rate(" + pdusIn:  {sample(3, "server_name", "a.org"), sample(1, "server_name", "b.org")},
		"(rate(" + edusIn:  {sample(14, "server_name", "a.org")},
		"max by":           {sample(2, "server_name", "a.org")},
		"(rate(" + edusOut: {sample(10, "server_name", "a.org"), sample(0, "server_name", "b.org")},
		edusByType:         {sample(2, "server_name", "a.org", "type", "m.typing"), sample(8, "server_name", "a.org", "type", "m.presence")},
		"count by":         {sample(2, "server_name", "a.org")},
	}
	frames := ask(t, metrics, nil, `{"format": "summary"}`)
	var got []string
	for i := range frames[0].Rows() {
		row := make([]string, 5)
		for c := range 4 {
			row[c] = frames[0].At(c, i).(string)
		}
		row[4] = fmt.Sprint(frames[0].At(4, i))
		if share := frames[0].At(5, i).(*float64); share != nil {
			row = append(row, fmt.Sprint(*share))
		}
		got = append(got, strings.Join(row, " "))
	}
	want := []string{
		"in a.org PDU  3 1", "in a.org EDU  14 1", "out a.org PDU  2 1", "out a.org EDU m.presence 8 0.8", "out a.org EDU m.typing 2 0.2",
		"in b.org PDU  1 1", "out b.org EDU  0", // nothing of nothing is no share
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	if text := notices(frames); !strings.Contains(text, "2 federation senders share the destinations of a.org") {
		t.Errorf("notices: %s", text)
	}
	if text := notices(ask(t, newMetrics(), nil, `{"format": "summary"}`)); !strings.Contains(text, "no federation metrics") {
		t.Errorf("notices without metrics: %s", text)
	}
}

func TestTraffic(t *testing.T) {
	metrics := newMetrics()
	metrics.streams = map[string]model.Matrix{
		"(rate(" + pdusIn:  {stream(3, "server_name", "a.org"), stream(1, "server_name", "b.org")},
		"(rate(" + edusOut: {stream(10, "server_name", "a.org")},
	}
	frames := ask(t, metrics, nil, `{"job": "synapse"}`)
	var legends []string
	for _, frame := range frames {
		legends = append(legends, frame.Fields[1].Config.DisplayNameFromDS)
	}
	if want := []string{"PDUs in · a.org", "PDUs in · b.org", "EDUs out"}; !slices.Equal(legends, want) {
		t.Errorf("legends %q, want %q", legends, want)
	}
	if labels := frames[0].Fields[1].Labels; labels["direction"] != "in" || labels["kind"] != "PDU" || labels["server_name"] != "a.org" {
		t.Errorf("labels %v", labels)
	}
	for _, promql := range *metrics.asked {
		if !strings.Contains(promql, `job="synapse"`) {
			t.Errorf("the filter is missing: %s", promql)
		}
	}
}

func TestEDUsRankedFirst(t *testing.T) {
	metrics := newMetrics()
	metrics.vectors = map[string]model.Vector{"topk": {sample(2, "type", "m.typing"), sample(8, "type", "m.presence")}}
	metrics.streams = map[string]model.Matrix{edusByType: {stream(2, "type", "m.typing"), stream(8, "type", "m.presence")}}
	frames := ask(t, metrics, nil, `{"format": "edus", "limit": 2}`)
	if frames[0].Fields[1].Config.DisplayNameFromDS != "m.presence" {
		t.Error("the largest does not come first")
	}
	if asked := strings.Join(*metrics.asked, "\n"); !strings.Contains(asked, "topk by (server_name) (3,") || !strings.Contains(asked, `type=~"m\\.presence|m\\.typing"`) {
		t.Errorf("asked %s", asked)
	}
	if text := notices(ask(t, newMetrics(), nil, `{"format": "edus"}`)); !strings.Contains(text, "no EDU was sent") {
		t.Errorf("notices: %s", text)
	}
}

func TestLag(t *testing.T) {
	metrics := newMetrics()
	nan := stream(0, "server_name", "a.org")
	nan.Values[0].Value = model.SampleValue(math.NaN())
	metrics.streams = map[string]model.Matrix{"(0.5": {stream(0.2, "server_name", "a.org")}, "(0.99": {nan}}
	frames := ask(t, metrics, nil, `{"format": "lag"}`)
	if len(frames) != 1 || frames[0].Fields[1].Labels["quantile"] != "0.5" || frames[0].Fields[1].Config.Unit != "s" {
		t.Errorf("%d frames, labels %v", len(frames), frames[0].Fields[1].Labels)
	}
	for _, promql := range *metrics.asked {
		if !strings.Contains(promql, `name="federation_sender"`) {
			t.Errorf("bridges are among it: %s", promql)
		}
	}
}

func TestDestination(t *testing.T) {
	ms := func(d time.Duration) *int64 { v := now.Add(-d).UnixMilli(); return &v }
	wait := func(d time.Duration) *int64 { v := d.Milliseconds(); return &v }
	for _, c := range []struct {
		d           destination
		state, band string
	}{
		{destination{}, healthy, ""},
		{destination{RetryInterval: wait(0), FailureTS: nil}, healthy, ""},
		{destination{RetryInterval: wait(10 * time.Minute), FailureTS: ms(59 * time.Minute)}, backingOff, "<1h"},
		{destination{RetryInterval: wait(time.Hour), FailureTS: ms(time.Hour)}, backingOff, "<1d"},
		{destination{RetryInterval: wait(time.Hour), FailureTS: ms(24 * time.Hour)}, backingOff, "<7d"},
		{destination{RetryInterval: wait(7 * 24 * time.Hour), FailureTS: ms(7 * 24 * time.Hour)}, backingOff, ">=7d"},
		{destination{RetryInterval: wait(time.Hour)}, backingOff, ""},
	} {
		c.d.now = now
		if c.d.state() != c.state || c.d.band() != c.band {
			t.Errorf("%+v is %s for %q, want %s for %q", c.d, c.d.state(), c.d.band(), c.state, c.band)
		}
		if (c.d.interval() != nil) != (c.state == backingOff) {
			t.Errorf("%+v waits %v", c.d, c.d.interval())
		}
	}
	d := destination{RetryInterval: wait(2 * time.Hour), RetryLastTS: ms(time.Hour), FailureTS: ms(5 * time.Hour)}
	if at := d.nextRetry(); at == nil || !at.Equal(now.Add(time.Hour)) {
		t.Errorf("next try at %v", at)
	}
	if at := d.failingSince(); at == nil || !at.Equal(now.Add(-5*time.Hour)) {
		t.Errorf("failing since %v", at)
	}
}

// ownedBy is the database of a homeserver that is not asked for.
type ownedBy string

func (ownedBy) Read(context.Context, time.Duration, func(context.Context, query.Tx) error) error {
	panic("read although nothing of it is wanted")
}
func (o ownedBy) Owner(context.Context) (string, error) { return string(o), nil }

func TestDestinationsOfAnotherHomeserver(t *testing.T) {
	for owner, want := range map[ownedBy]string{
		"a.org": "PostgreSQL belongs to a.org only",
		"":      "the database does not tell which one it belongs to",
	} {
		frames := ask(t, newMetrics(), owner, `{"format": "destinations", "serverName": "b.org"}`)
		if frames[0].Rows() != 0 || !strings.Contains(notices(frames), want) {
			t.Errorf("%q: %d rows: %s", owner, frames[0].Rows(), notices(frames))
		}
	}
}

// TestColumns: the order is public API.
func TestColumns(t *testing.T) {
	for _, format := range Type().Formats {
		var names []string
		for _, c := range format.Columns {
			names = append(names, c.Name)
			if c.Title == "" || c.Help == "" {
				t.Errorf("%s %s has no title or help", format.ID, c.Name)
			}
		}
		want := map[string]string{
			"summary":      "direction server_name kind type per_second share",
			"destinations": "destination server_name state failing_since next_retry retry_interval age_band catch_up_rooms",
		}[format.ID]
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s has columns %s", format.ID, got)
		}
	}
}
