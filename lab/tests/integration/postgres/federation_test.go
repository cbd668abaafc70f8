package postgres_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/federation"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

func askFederation(t *testing.T, db query.Database, json string, view query.View) *data.Frame {
	t.Helper()
	kind := federation.Type()
	request, err := kind.Decode([]byte(json))
	if err != nil {
		t.Fatal(err)
	}
	frames, err := query.NewRunner(settings.Settings{DatasourceUID: "uid", QueryTimeout: 25 * time.Second}, nil, db).Run(t.Context(), kind, request, query.TimeRange{}, query.Asker{View: view})
	if err != nil {
		t.Fatal(err)
	}
	return frames[0]
}

// everything is an Editor's view.
var everything = query.View{ShowRooms: true, ShowDestinations: true}

// TestDestinationsAreHidden: whoever may not see other homeservers reads no name, in no part of the answer.
func TestDestinationsAreHidden(t *testing.T) {
	db := client(t, config())
	const all = `{"format": "destinations", "limit": 1000}`
	names := values[string](t, askFederation(t, db, all, everything), "destination")
	frame := askFederation(t, db, all, query.View{ShowRooms: true})
	text, err := frame.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.Contains(string(text), name) {
			t.Errorf("a viewer sees %s", name)
		}
	}
	shown := values[string](t, frame, "destination")
	if len(names) == 0 || len(shown) != len(names) || !strings.HasPrefix(shown[0], "server-") || shown[0] != values[string](t, frame, "destination_alias")[0] {
		t.Errorf("%d of %d destinations: %v", len(shown), len(names), shown)
	}
	for _, at := range values[*time.Time](t, frame, "failing_since") {
		if at != nil && !at.Equal(at.Truncate(query.Day)) {
			t.Errorf("failing since %s", at)
		}
	}
	wantNotice(t, frame, "Other homeservers are hidden from you")
}

func told(frame *data.Frame) string {
	var texts []string
	for _, n := range frame.Meta.Notices {
		texts = append(texts, n.Text)
	}
	return strings.Join(texts, "\n")
}

func TestDestinations(t *testing.T) {
	frame := askFederation(t, client(t, config()), `{"format": "destinations", "limit": 1000}`, everything)
	d := database.Destinations
	failing := d.DownUnderHour + d.DownUnderDay + d.DownUnderWeek + d.Older
	if frame.Rows() != d.LaggingBehind+failing {
		t.Fatalf("%d rows, want %d behind and %d failing", frame.Rows(), d.LaggingBehind, failing)
	}
	bands := map[string]int{}
	names, states := values[string](t, frame, "destination"), values[string](t, frame, "state")
	since, next, wait := values[*time.Time](t, frame, "failing_since"), values[*time.Time](t, frame, "next_retry"), values[*float64](t, frame, "retry_interval")
	behind := values[*int64](t, frame, "catch_up_rooms")
	for i, band := range values[string](t, frame, "age_band") {
		bands[band]++
		down := states[i] == "backing-off"
		if down != (band != "") || down != (since[i] != nil) || down != (next[i] != nil) || down != (wait[i] != nil) || down == (behind[i] != nil) {
			t.Errorf("%s is %s %q: since %v, next %v, waits %v, %v rooms behind", names[i], states[i], band, since[i], next[i], wait[i], behind[i])
		}
		if down && next[i].Before(*since[i]) {
			t.Errorf("%s fails since %s and is tried at %s", names[i], since[i], next[i])
		}
	}
	for band, want := range map[string]int{"": d.LaggingBehind, "<1h": d.DownUnderHour, "<1d": d.DownUnderDay, "<7d": d.DownUnderWeek, ">=7d": d.Older} {
		if bands[band] != want {
			t.Errorf("%d destinations %q, want %d", bands[band], band, want)
		}
	}
	text := told(frame)
	for _, want := range []string{
		fmt.Sprintf("%d of %d known destinations", failing, failing+d.Healthy+d.LaggingBehind),
		fmt.Sprintf("%d for less than an hour, %d for less than a day, %d for less than a week, %d for longer", d.DownUnderHour, d.DownUnderDay, d.DownUnderWeek, d.Older),
	} {
		if !strings.Contains(text, want) {
			t.Errorf("notices lack %q: %s", want, text)
		}
	}
}

func TestDestinationsLimit(t *testing.T) {
	frame := askFederation(t, client(t, config()), `{"format": "destinations", "limit": 20}`, everything)
	d := database.Destinations
	left := d.DownUnderHour + d.DownUnderDay + d.DownUnderWeek + d.Older - (20 - d.LaggingBehind)
	if frame.Rows() != 20 || !strings.Contains(told(frame), fmt.Sprintf("Not shown: %d more destinations that can't be reached (limit 20)", left)) {
		t.Errorf("%d rows: %s", frame.Rows(), told(frame))
	}
	if strings.Contains(told(frame), "More healthy destinations") {
		t.Errorf("all that are behind are shown: %s", told(frame))
	}
	one := askFederation(t, client(t, config()), `{"format": "destinations", "limit": 1}`, everything)
	if one.Rows() != 1 || !strings.Contains(told(one), "More healthy destinations than shown miss events (limit 1)") {
		t.Errorf("%d rows: %s", one.Rows(), told(one))
	}
}

// TestDestinationThatNeverFailed: Synapse leaves its retry_interval empty, and it may be behind as well. What was
// received a moment ago is on its way; where nothing is known to have been sent, nothing is known to be missing.
func TestDestinationThatNeverFailed(t *testing.T) {
	at := time.Now()
	admin(t, synapse, fmt.Sprintf(`
		INSERT INTO rooms (room_id, is_public) VALUES ('!aa:x', false);
		INSERT INTO destinations (destination, last_successful_stream_ordering) VALUES ('aa-behind.example.net', 5), ('aa-prompt.example.net', 5), ('aa-new.example.net', NULL);
		INSERT INTO events (topological_ordering, event_id, type, room_id, processed, outlier, depth, origin_server_ts, received_ts, sender, contains_url, instance_name, stream_ordering)
		  VALUES (1, '$aa-old', 'm.room.message', '!aa:x', true, false, 1, 0, %d, '@a:x', false, 'master', 900000001), (1, '$aa-young', 'm.room.message', '!aa:x', true, false, 1, 0, %d, '@a:x', false, 'master', 900000002);
		INSERT INTO destination_rooms VALUES ('aa-behind.example.net', '!aa:x', 900000001), ('aa-prompt.example.net', '!aa:x', 900000002), ('aa-new.example.net', '!aa:x', 900000001)`,
		at.Add(-time.Hour).UnixMilli(), at.Add(-time.Minute).UnixMilli()))
	t.Cleanup(func() {
		admin(t, synapse, `DELETE FROM destination_rooms WHERE destination LIKE 'aa-%'; DELETE FROM destinations WHERE destination LIKE 'aa-%'; DELETE FROM events WHERE event_id LIKE '$aa-%'; DELETE FROM rooms WHERE room_id = '!aa:x'`)
	})
	frame := askFederation(t, client(t, config()), `{"format": "destinations", "limit": 1000}`, everything)
	rooms := values[*int64](t, frame, "catch_up_rooms")
	got := map[string]int64{}
	for i, name := range values[string](t, frame, "destination") {
		if strings.HasPrefix(name, "aa-") {
			got[name] = *rooms[i]
		}
	}
	if len(got) != 1 || got["aa-behind.example.net"] != 1 {
		t.Errorf("behind are %v, want aa-behind.example.net with 1 room", got)
	}
}
