package postgres_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/forwardextremities"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

func ask(t *testing.T, db query.Database, json string, view query.View) *data.Frame {
	t.Helper()
	frames, err := try(db, json, view)
	if err != nil {
		t.Fatal(err)
	}
	return frames[0]
}

func try(db query.Database, json string, view query.View) (data.Frames, error) {
	kind := forwardextremities.Type()
	request, err := kind.Decode([]byte(json))
	if err != nil {
		return nil, err
	}
	options := settings.Settings{DatasourceUID: "uid", QueryTimeout: 25 * time.Second, Postgres: settings.Postgres{FullPassTimeout: time.Minute}, Homeserver: settings.Homeserver{DummyEventsThreshold: 10}}
	return query.NewRunner(options, nil, db).Run(context.Background(), kind, request, query.TimeRange{}, query.Asker{View: view})
}

func values[T any](t *testing.T, frame *data.Frame, name string) []T {
	t.Helper()
	field, _ := frame.FieldByName(name)
	if field == nil {
		t.Fatalf("no column %s", name)
	}
	all := make([]T, field.Len())
	for i := range all {
		all[i] = field.At(i).(T)
	}
	return all
}

func TestPlantedRooms(t *testing.T) {
	frame := ask(t, client(t, config()), `{}`, query.View{ShowRooms: true})
	planted := database.PlantedRooms(homeserver)
	if frame.Rows() != len(planted) {
		t.Fatalf("%d rows, want the %d planted rooms", frame.Rows(), len(planted))
	}
	ids, names := values[string](t, frame, "room_id"), values[*string](t, frame, "name")
	verdicts, counts := values[string](t, frame, "verdict"), values[int64](t, frame, "extremities")
	groups, local := values[*int64](t, frame, "state_groups"), values[*int64](t, frame, "local_members")
	state, heals := values[*int64](t, frame, "state_events"), values[*float64](t, frame, "heals_in")
	for i, room := range planted {
		if ids[i] != room.ID || names[i] == nil || *names[i] != room.Name {
			t.Errorf("row %d is %s, want %s", i, ids[i], room.Name)
		}
		if verdicts[i] != room.Verdict || counts[i] != int64(room.Extremities) {
			t.Errorf("%s: %s with %d, want %s with %d", room.Name, verdicts[i], counts[i], room.Verdict, room.Extremities)
		}
		if !room.Bare && (groups[i] == nil || *groups[i] != int64(room.StateGroups)) || local[i] == nil || *local[i] != int64(room.LocalMembers) {
			t.Errorf("%s: %v state groups, %v local members", room.Name, groups[i], local[i])
		}
		if known := room.LocalMembers > 0 && !room.PartialState; known != (state[i] != nil) {
			t.Errorf("%s: state events = %v", room.Name, state[i])
		}
		if (room.Verdict == "heals-itself") != (heals[i] != nil) {
			t.Errorf("%s: heals in %v", room.Name, heals[i])
		}
	}
	for _, server := range values[string](t, frame, "server_name") {
		if server != "example.org" {
			t.Errorf("server_name = %q", server)
		}
	}
}

func TestViewersSeePseudonyms(t *testing.T) {
	db := client(t, config())
	for _, view := range []query.View{{}, {Keyed: true}, {ShowDestinations: true}} {
		pseudonymsOnly(t, db, view)
	}
}

func pseudonymsOnly(t *testing.T, db query.Database, view query.View) {
	t.Helper()
	frame := ask(t, db, `{}`, view)
	json, err := frame.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range database.PlantedRooms(homeserver) {
		if strings.Contains(string(json), room.ID) || strings.Contains(string(json), room.Name) {
			t.Errorf("a viewer sees %s", room.Name)
		}
	}
	if id := values[string](t, frame, "room_id")[0]; !strings.HasPrefix(id, "room-") || id != values[string](t, frame, "room_alias")[0] {
		t.Errorf("room_id = %s", id)
	}
	for _, column := range []string{"newest_extremity", "oldest_extremity"} {
		for _, at := range values[*time.Time](t, frame, column) {
			if at != nil && !at.Equal(at.Truncate(query.Day)) {
				t.Errorf("%s = %s", column, at)
			}
		}
	}
	for _, column := range []string{"local_members", "joined_members", "state_events"} {
		for _, n := range values[*int64](t, frame, column) {
			if n != nil && (strings.Trim(strconv.FormatInt(*n, 10)[1:], "0") != "" || !view.Keyed && column != "state_events") {
				t.Errorf("%s = %d", column, *n)
			}
		}
	}
	wantNotice(t, frame, "Rooms are hidden from you")
}

func TestLimitAndMinimum(t *testing.T) {
	frame := ask(t, client(t, config()), `{"minExtremities": 30, "limit": 2}`, query.View{ShowRooms: true})
	if counts := values[int64](t, frame, "extremities"); len(counts) != 2 || counts[0] != 213 || counts[1] != 40 {
		t.Errorf("extremities = %v, want the first rooms", counts)
	}
	wantNotice(t, frame, "Further rooms with more than 30 extremities: 3.")
	// Corrupt rooms without any extremity come last, and are told of where the limit leaves them out.
	one := ask(t, client(t, config()), `{"limit": 1}`, query.View{ShowRooms: true})
	if counts := values[int64](t, one, "extremities"); len(counts) != 1 || counts[0] != 213 {
		t.Errorf("extremities = %v, want the first room", counts)
	}
	wantNotice(t, one, "without any forward extremity, that are not shown: 1")
}

func TestOtherHomeserver(t *testing.T) {
	frame := ask(t, client(t, config()), `{"serverName": "other.org"}`, query.View{ShowRooms: true})
	if frame.Rows() != 0 {
		t.Errorf("%d rows", frame.Rows())
	}
	wantNotice(t, frame, "PostgreSQL belongs to example.org only")
}

func wantNotice(t *testing.T, frame *data.Frame, text string) {
	t.Helper()
	for _, notice := range frame.Meta.Notices {
		if strings.Contains(notice.Text, text) {
			return
		}
	}
	t.Errorf("no notice %q in %v", text, frame.Meta.Notices)
}
