package forwardextremities

import (
	"slices"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/extremities"
)

// Equal rooms stand in the order of the ids that the viewer sees: that of the real ones would tell of them.
func TestOrder(t *testing.T) {
	var all table
	for _, id := range []string{"!a:example.org", "!b:example.org", "!c:example.org", "!d:example.org", "!e:example.org"} {
		all.rows = append(all.rows, row{Detail: extremities.Detail{Extremities: 12}, room: query.NewRoom("uid", id)})
	}
	all.rows = append(all.rows, row{Detail: extremities.Detail{Extremities: 20}, room: query.NewRoom("uid", "!z:example.org")})
	for _, view := range []query.View{{ShowRooms: true}, {}} {
		frame := all.Frames(view)[0]
		if first := frame.Fields[0].At(0); first != view.Room(query.NewRoom("uid", "!z:example.org")) {
			t.Errorf("%+v: first %v", view, first)
		}
		var rest []string
		for i := 1; i < frame.Rows(); i++ {
			rest = append(rest, frame.Fields[0].At(i).(string))
		}
		if !slices.IsSorted(rest) {
			t.Errorf("%+v: %v", view, rest)
		}
	}
}
