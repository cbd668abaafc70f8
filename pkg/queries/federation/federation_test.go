package federation

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

func TestSummary(t *testing.T) {
	fake := newMetrics()
	fake.vectors = map[string]model.Vector{
		"(rate(" + metrics.ReceivedPDUs.Name: {sample(3, "server_name", "a.org"), sample(1, "server_name", "b.org")},
		"(rate(" + metrics.ReceivedEDUs.Name: {sample(14, "server_name", "a.org")},
		"max by":                             {sample(2, "server_name", "a.org")},
		"(rate(" + metrics.SentEDUs.Name:     {sample(10, "server_name", "a.org"), sample(0, "server_name", "b.org")},
		metrics.SentEDUsByType.Name:          {sample(2, "server_name", "a.org", "type", "m.typing"), sample(8, "server_name", "a.org", "type", "m.presence")},
		"count by":                           {sample(2, "server_name", "a.org")},
	}
	frames := ask(t, fake, nil, `{"format": "summary"}`)
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
	if text := notices(frames); !strings.Contains(text, "a.org has 2 federation senders") {
		t.Errorf("notices: %s", text)
	}
	if text := notices(ask(t, newMetrics(), nil, `{"format": "summary"}`)); !strings.Contains(text, "no federation metrics") {
		t.Errorf("notices without metrics: %s", text)
	}
}

func TestTraffic(t *testing.T) {
	fake := newMetrics()
	fake.streams = map[string]model.Matrix{
		"(rate(" + metrics.ReceivedPDUs.Name: {stream(3, "server_name", "a.org"), stream(1, "server_name", "b.org")},
		"(rate(" + metrics.SentEDUs.Name:     {stream(10, "server_name", "a.org")},
	}
	frames := ask(t, fake, nil, `{"job": "synapse"}`)
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
	for _, promql := range *fake.asked {
		if promql != metrics.ScheduleTime.Count().Name && !strings.Contains(promql, `job="synapse"`) { // all processes tell the labels
			t.Errorf("the filter is missing: %s", promql)
		}
	}
}

func TestEDUsRankedFirst(t *testing.T) {
	fake := newMetrics()
	fake.vectors = map[string]model.Vector{"topk": {sample(2, "type", "m.typing"), sample(8, "type", "m.presence")}}
	fake.streams = map[string]model.Matrix{metrics.SentEDUsByType.Name: {stream(2, "type", "m.typing"), stream(8, "type", "m.presence")}}
	frames := ask(t, fake, nil, `{"format": "edus", "limit": 2}`)
	if frames[0].Fields[1].Config.DisplayNameFromDS != "m.presence" {
		t.Error("the largest does not come first")
	}
	if asked := strings.Join(*fake.asked, "\n"); !strings.Contains(asked, "topk by (server_name) (3,") || !strings.Contains(asked, `type=~"m\\.presence|m\\.typing"`) {
		t.Errorf("asked %s", asked)
	}
	if text := notices(ask(t, newMetrics(), nil, `{"format": "edus"}`)); !strings.Contains(text, "no EDU was sent") {
		t.Errorf("notices: %s", text)
	}
}

func TestLag(t *testing.T) {
	fake := newMetrics()
	nan := stream(0, "server_name", "a.org")
	nan.Values[0].Value = model.SampleValue(math.NaN())
	fake.streams = map[string]model.Matrix{"(0.5": {stream(0.2, "server_name", "a.org")}, "(0.99": {nan}}
	frames := ask(t, fake, nil, `{"format": "lag"}`)
	if len(frames) != 1 || frames[0].Fields[1].Labels["quantile"] != "0.5" || frames[0].Fields[1].Config.Unit != "s" {
		t.Errorf("%d frames, labels %v", len(frames), frames[0].Fields[1].Labels)
	}
	for _, promql := range *fake.asked {
		if !strings.Contains(promql, `name="federation_sender"`) {
			t.Errorf("bridges are among it: %s", promql)
		}
	}
}

func TestDestination(t *testing.T) {
	ms := func(d time.Duration) *int64 { v := now.Add(-d).UnixMilli(); return &v }
	wait := func(d time.Duration) *int64 { v := d.Milliseconds(); return &v }
	for _, c := range []struct {
		found       found
		state, band string
	}{
		{found{}, healthy, ""},
		{found{RetryInterval: wait(0), FailureTS: nil}, healthy, ""},
		{found{RetryInterval: wait(10 * time.Minute), FailureTS: ms(59 * time.Minute)}, backingOff, "<1h"},
		{found{RetryInterval: wait(time.Hour), FailureTS: ms(time.Hour)}, backingOff, "<1d"},
		{found{RetryInterval: wait(time.Hour), FailureTS: ms(24 * time.Hour)}, backingOff, "<7d"},
		{found{RetryInterval: wait(7 * 24 * time.Hour), FailureTS: ms(7 * 24 * time.Hour)}, backingOff, ">=7d"},
		{found{RetryInterval: wait(time.Hour)}, backingOff, ""},
	} {
		d := destination{found: c.found, now: now}
		if d.state() != c.state || d.band() != c.band {
			t.Errorf("%+v is %s for %q, want %s for %q", d, d.state(), d.band(), c.state, c.band)
		}
		if (d.interval() != nil) != (c.state == backingOff) {
			t.Errorf("%+v waits %v", d, d.interval())
		}
	}
	d := destination{found: found{RetryInterval: wait(2 * time.Hour), RetryLastTS: ms(time.Hour), FailureTS: ms(5 * time.Hour)}}
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
			"destinations": "destination server_name state failing_since next_retry retry_interval age_band catch_up_rooms destination_alias",
		}[format.ID]
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s has columns %s", format.ID, got)
		}
	}
}

// Viewers see which homeservers fail by pseudonym, and in its order; that of the names would tell of them.
func TestDestinationsOfViewers(t *testing.T) {
	ms := func(d time.Duration) *int64 { v := now.Add(-d).UnixMilli(); return &v }
	wait, behind := (30 * time.Minute).Milliseconds(), int64(12)
	known := settings.Settings{DatasourceUID: "uid", Privacy: settings.Privacy{PseudonymKey: "sixteen letters!"}}
	var all destinations
	for _, host := range []string{"a.example", "b.example", "c.example", "d.example", "e.example"} {
		all = append(all, destination{found{RetryInterval: &wait, RetryLastTS: ms(time.Minute), FailureTS: ms(30 * time.Hour)}, query.NewDestination(known, host), "own.example", now})
	}
	all = append(all, destination{found{CatchUpRooms: &behind}, query.NewDestination(known, "z.example"), "own.example", now})
	for _, view := range []query.View{{ShowDestinations: true}, {ShowRooms: true, Keyed: true}} {
		frame := all.Frames(view)[0]
		shown, aliases := texts(frame, "destination"), texts(frame, "destination_alias")
		if aliases[0] != query.NewDestination(known, "z.example").String() || !slices.IsSorted(shown[1:]) {
			t.Errorf("%+v: %v, %v", view, shown, aliases)
		}
		since, next := frame.Fields[3].At(1).(*time.Time), frame.Fields[4].At(1).(*time.Time)
		text, err := frame.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case view.ShowDestinations:
			if shown[0] != "z.example" || shown[1] != "a.example" || !since.Equal(now.Add(-30*time.Hour)) || len(frame.Meta.Notices) != 0 {
				t.Errorf("an editor sees %v since %v, %v", shown, since, frame.Meta.Notices)
			}
		case !slices.Equal(shown, aliases), strings.Contains(string(text), "z.example"), strings.Contains(string(text), "a.example"),
			!since.Equal(time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)), !next.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)),
			len(frame.Meta.Notices) != 1:
			t.Errorf("a viewer sees %s", text)
		}
	}
}

func texts(frame *data.Frame, name string) []string {
	field, _ := frame.FieldByName(name)
	all := make([]string, field.Len())
	for i := range all {
		all[i] = field.At(i).(string)
	}
	return all
}
