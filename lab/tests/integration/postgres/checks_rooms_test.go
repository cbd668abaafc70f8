package postgres_test

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/common/model"

	"github.com/matrix-insight/synapse-datasource/lab/database"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

// noMetrics is a Prometheus that knows nothing of the homeserver.
type noMetrics struct{}

func (noMetrics) Instant(context.Context, string, time.Time) (model.Vector, []string, error) {
	return nil, nil, nil
}

func (noMetrics) Range(context.Context, string, time.Time, time.Time, time.Duration) (model.Matrix, []string, error) {
	return nil, nil, nil
}

// roomFinding is one row of the diagnosis.
type roomFinding struct {
	severity, check, subject, evidence, advice, cause string
	value                                             *float64
}

func diagnoseRooms(t *testing.T, db query.Database, view query.View, checks ...string) []roomFinding {
	t.Helper()
	frames := diagnoseWith(t, db, view, "findings", checks...)
	frame := frames[0]
	found := make([]roomFinding, frame.Rows())
	texts := func(name string) []string { return values[string](t, frame, name) }
	severities, subjects, evidence, advice, causes, ids := texts("severity"), texts("subject"), texts("evidence"), texts("advice"), texts("caused_by"), texts("check")
	for i, value := range values[*float64](t, frame, "value") {
		found[i] = roomFinding{severities[i], ids[i], subjects[i], evidence[i], advice[i], causes[i], value}
	}
	return found
}

func diagnoseWith(t *testing.T, db query.Database, view query.View, format string, checks ...string) data.Frames {
	t.Helper()
	kind := diagnosis.Type()
	request, err := kind.Decode(fmt.Appendf(nil, `{"format": %q, "checks": ["%s"]}`, format, strings.Join(checks, `","`)))
	if err != nil {
		t.Fatal(err)
	}
	options := settings.Settings{DatasourceUID: "uid", QueryTimeout: 25 * time.Second, ScrapeInterval: 15 * time.Second, Postgres: settings.Postgres{FullPassTimeout: time.Minute}, Homeserver: settings.Homeserver{DummyEventsThreshold: 10}}
	within := query.Align(time.Now().Add(-time.Hour), time.Now(), time.Minute, options.ScrapeInterval)
	frames, err := query.NewRunner(options, noMetrics{}, db).Run(t.Context(), kind, request, within, query.Asker{View: view})
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

// numbers are those of a text, in its order.
func numbers(text string) []string { return wholeNumber.FindAllString(text, -1) }

var wholeNumber = regexp.MustCompile(`\b\d[\d,]*\b`)

func plantedRoom(t *testing.T, name string) database.Room {
	t.Helper()
	for _, room := range database.PlantedRooms(homeserver) {
		if room.Name == name {
			return room
		}
	}
	t.Fatalf("no planted room %q", name)
	return database.Room{}
}

func TestExtremitiesOfPlantedRooms(t *testing.T) {
	found := diagnoseRooms(t, client(t, config()), query.View{ShowRooms: true}, "extremities", "extremities-corrupt")
	wanted := []struct {
		check, room, severity, cause string
		numbers                      []string // of the evidence
	}{
		{"extremities", "Town Square", "critical", "", []string{"213", "37", "412"}},
		{"extremities-corrupt", "Broken Graph", "critical", "", []string{"3", "18", "1", "1", "1", "2"}},
		{"extremities-corrupt", "No Way Forward", "critical", "", []string{"0", "6"}},
		{"extremities", "Left but Loud", "warning", "", []string{"36", "11", "0"}},
		{"extremities", "Behind the Broken One", "info", "extremities-corrupt", []string{"16"}},
		{"extremities", "Just Over", "info", "extremities-corrupt", []string{"11"}},
	}
	for _, w := range wanted {
		id := plantedRoom(t, w.room).ID
		i := slices.IndexFunc(found, func(f roomFinding) bool { return f.check == w.check && f.subject == id })
		if i < 0 {
			t.Errorf("%s: no finding of %s", w.room, w.check)
			continue
		}
		f := found[i]
		if told := numbers(f.evidence); f.severity != w.severity || f.cause != w.cause || len(told) < len(w.numbers) || !slices.Equal(told[:len(w.numbers)], w.numbers) {
			t.Errorf("%s: %s caused by %q, want %s by %q with %v: %s", w.room, f.severity, f.cause, w.severity, w.cause, w.numbers, f.evidence)
		}
	}
	for _, f := range found {
		for _, room := range database.PlantedRooms(homeserver) {
			if room.Name != "" && strings.Contains(f.evidence+f.advice, room.ID) {
				t.Errorf("a text names a room: %s %s", f.evidence, f.advice)
			}
		}
		if f.check == "extremities-corrupt" && strings.Contains(f.advice, "/forward_extremities") {
			t.Errorf("a deletion is suggested for a corrupt room: %s", f.advice)
		}
	}
	if first := found[0]; first.severity != "critical" {
		t.Errorf("the first finding is %s of %s", first.severity, first.check)
	}
}

// TestRoomsAreHidden: in findings for others and in every label of a score, rooms are pseudonyms.
func TestRoomsAreHidden(t *testing.T) {
	checks := []string{"extremities", "extremities-corrupt", "partial-state", "federation-inbound"}
	db := client(t, config())
	for _, f := range diagnoseRooms(t, db, query.View{}, checks...) {
		if strings.Contains(f.subject, "!") || strings.Contains(f.evidence, "!") {
			t.Errorf("a room's id: %+v", f)
		}
	}
	rooms := 0
	for _, frame := range diagnoseWith(t, db, query.View{ShowRooms: true}, "score", checks...) {
		if subject := frame.Fields[0].Labels["subject"]; strings.HasPrefix(subject, "room-") {
			rooms++
		} else if strings.Contains(subject, "!") {
			t.Errorf("a label names %s", subject)
		}
	}
	if rooms == 0 {
		t.Error("no score has a room")
	}
}

// counting is a database that counts the statements that rank all rooms.
type counting struct {
	query.Database
	ranked *int
}

type countingTx struct {
	query.Tx
	ranked *int
}

func (c counting) Read(ctx context.Context, limit time.Duration, fn func(context.Context, query.Tx) error) error {
	return c.Database.Read(ctx, limit, func(ctx context.Context, tx query.Tx) error { return fn(ctx, countingTx{tx, c.ranked}) })
}

func (c countingTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if strings.Contains(sql, "GROUP BY room_id ORDER BY room_id") {
		*c.ranked++
	}
	return c.Tx.Query(ctx, sql, args...)
}

// TestOneSurveyForTwoChecks: the ranking of all rooms is read once.
func TestOneSurveyForTwoChecks(t *testing.T) {
	db := counting{client(t, config()), new(int)}
	diagnoseRooms(t, db, query.View{}, "extremities", "extremities-corrupt")
	if *db.ranked != 1 {
		t.Errorf("all rooms were ranked %d times", *db.ranked)
	}
}

func TestPartialStateOfPlantedRooms(t *testing.T) {
	found := diagnoseRooms(t, client(t, config()), query.View{ShowRooms: true}, "partial-state")
	if len(found) != 1 || found[0].severity != "warning" || found[0].subject != plantedRoom(t, "Still Joining").ID || found[0].value == nil || math.Round(*found[0].value/3600) != 30 {
		t.Errorf("found %+v", found)
	}
}

// The column that tells since when came with schema 73: before it the room is found nevertheless, and nobody is told to upgrade.
func TestPartialStateOfAnOlderSchema(t *testing.T) {
	admin(t, synapse, "ALTER TABLE partial_state_rooms RENAME COLUMN join_event_id TO hidden; UPDATE schema_version SET version = 72")
	defer admin(t, synapse, "ALTER TABLE partial_state_rooms RENAME COLUMN hidden TO join_event_id; UPDATE schema_version SET version = 94")
	db := client(t, config())
	found := diagnoseRooms(t, db, query.View{ShowRooms: true}, "partial-state")
	if len(found) != 1 || found[0].severity != "ok" || !strings.Contains(found[0].evidence, "since when is not known for 1 of them") {
		t.Errorf("found %+v", found)
	}
	if schema := db.Probe(t.Context())[2]; schema.Status != upstream.OK {
		t.Errorf("%+v", schema)
	}
}

func TestInboundRooms(t *testing.T) {
	admin(t, synapse, `INSERT INTO federation_inbound_events_staging (origin, room_id, event_id, received_ts, event_json, internal_metadata)
		SELECT 'server-1.example.net', '!waits' || (n % 3) || ':x', '$waits' || n, 1, '{}', '{}' FROM generate_series(1, 30) n`)
	t.Cleanup(func() {
		admin(t, synapse, `DELETE FROM federation_inbound_events_staging WHERE event_id LIKE '$waits%'`)
	})
	found := diagnoseRooms(t, client(t, config()), query.View{}, "federation-inbound")
	// Without Prometheus it is blind, but PostgreSQL answers without an error.
	if i := slices.IndexFunc(found, func(f roomFinding) bool { return f.check == "federation-inbound" }); i < 0 || found[i].severity != "unknown" ||
		!strings.Contains(found[i].evidence, "synapse_federation_server_oldest_inbound_pdu_in_staging") {
		t.Errorf("found %+v", found)
	}
}

func TestDestinationsCheck(t *testing.T) {
	db := client(t, config())
	d := database.Destinations
	everyone := d.Healthy + d.LaggingBehind + d.DownUnderHour + d.DownUnderDay + d.DownUnderWeek + d.Older
	failing := d.DownUnderHour + d.DownUnderDay + d.DownUnderWeek + d.Older
	found := diagnoseRooms(t, db, query.View{}, "federation-destinations")
	told := numbers(found[0].evidence)
	for _, want := range []int{d.DownUnderHour, everyone, failing, d.Older} {
		if !slices.Contains(told, strconv.Itoa(want)) {
			t.Errorf("the evidence lacks %d: %s", want, found[0].evidence)
		}
	}
	if len(found) != 1 || found[0].severity != "ok" {
		t.Errorf("found %+v", found)
	}
	admin(t, synapse, fmt.Sprintf(`UPDATE destinations SET retry_interval = 600000, retry_last_ts = %d, failure_ts = %d, last_successful_stream_ordering = -last_successful_stream_ordering
		WHERE coalesce(retry_interval, 0) = 0 AND destination IN (SELECT destination FROM destinations WHERE coalesce(retry_interval, 0) = 0 LIMIT 200)`,
		time.Now().Add(-5*time.Minute).UnixMilli(), time.Now().Add(-20*time.Minute).UnixMilli()))
	t.Cleanup(func() {
		admin(t, synapse, `UPDATE destinations SET retry_interval = 0, retry_last_ts = 0, failure_ts = NULL, last_successful_stream_ordering = -last_successful_stream_ordering WHERE last_successful_stream_ordering < 0`)
	})
	found = diagnoseRooms(t, db, query.View{}, "federation-destinations")
	if found[0].severity != "warning" || !slices.Contains(numbers(found[0].evidence), strconv.Itoa(d.DownUnderHour+200)) {
		t.Errorf("an outage of our own: %+v", found[0])
	}
}
