package diagnosis

import (
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// A finding about a room: who may see it reads its id and its pseudonym, others and alerts the pseudonym only.
func TestFindingAboutARoom(t *testing.T) {
	room := query.NewRoom(settings.Settings{DatasourceUID: "uid", Privacy: settings.Privacy{PseudonymKey: "sixteen letters!"}}, "!room:a.example")
	lasted := 30 * 3600.0
	about := rowOf(t, "partial-state", "", checks.Warning)
	about.Subject = checks.Subject{Hidden: room}
	about.Value = &lasted
	about.EvidenceFor = func(view query.View) string { return "Seen: " + room.In(view) }
	rows := []row{about, rowOf(t, "cpu-saturation", "synapse/1", checks.Warning)}
	for _, c := range []struct {
		view    query.View
		sees    string
		value   float64
		notices int
	}{
		{query.View{ShowRooms: true}, "!room:a.example", lasted, 0},
		{query.View{Keyed: true}, room.String(), 86400, 1},
	} {
		frame := findings(rows).Frames(c.view)[0]
		subjects, evidence, aliases := texts(frame, "subject"), texts(frame, "evidence"), texts(frame, "subject_alias")
		if subjects[0] != c.sees || evidence[0] != "Seen: "+c.sees || subjects[1] != "synapse/1" {
			t.Errorf("%+v: %v, %v", c.view, subjects, evidence)
		}
		if aliases[0] != room.String() || aliases[1] != "" || frame.Fields[len(frame.Fields)-1].Name != "subject_alias" {
			t.Errorf("%+v: pseudonyms %v", c.view, aliases)
		}
		if value, _ := frame.FieldByName("value"); *value.At(0).(*float64) != c.value {
			t.Errorf("%+v: value %v", c.view, *value.At(0).(*float64))
		}
		if len(frame.Meta.Notices) != c.notices {
			t.Errorf("%+v: notices %v", c.view, frame.Meta.Notices)
		}
	}
	measured := scored(scoresOf(t, rows, `{"format":"measured"}`))
	for _, subject := range []string{"", room.String()} {
		if v, there := measured["a.example partial-state "+subject]; !there || *v != 86400 {
			t.Errorf("measured of %q: %v in %v", subject, v, measured)
		}
	}
	if got := scored(scoresOf(t, rows, `{"format":"score"}`)); *got["a.example partial-state "+room.String()] != 2 {
		t.Errorf("score: %v", got)
	}
}
