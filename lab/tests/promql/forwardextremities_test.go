package promql

import (
	"strings"
	"testing"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/forwardextremities"
)

// The rooms' histogram as two processes export it, in the spellings of two homeservers; the one of the persisted events
// on two event persisters, a tenth and a half of whose events go to rooms with more than ten extremities.
const splitRooms = `load 15s
  synapse_forward_extremities_bucket{server_name="a.example",index="1",le="1.0"} 90+0x1920
  synapse_forward_extremities_bucket{server_name="a.example",index="1",le="10.0"} 97+0x1920
  synapse_forward_extremities_bucket{server_name="a.example",index="1",le="inf"} 100+0x1920
  synapse_forward_extremities_gcount{server_name="a.example",index="1"} 100+0x1920
  synapse_forward_extremities_bucket{server_name="a.example",index="2",le="1.0"} 90+0x1920
  synapse_forward_extremities_bucket{server_name="a.example",index="2",le="10.0"} 97+0x1920
  synapse_forward_extremities_bucket{server_name="a.example",index="2",le="inf"} 100+0x1920
  synapse_forward_extremities_gcount{server_name="a.example",index="2"} 100+0x1920
  synapse_forward_extremities_bucket{server_name="b.example",index="1",le="1"} 7+0x1920
  synapse_forward_extremities_bucket{server_name="b.example",index="1",le="10"} 7+0x1920
  synapse_forward_extremities_bucket{server_name="b.example",index="1",le="+Inf"} 8+0x1920
  synapse_forward_extremities_gcount{server_name="b.example",index="1"} 8+0x1920
  synapse_storage_events_forward_extremities_persisted_bucket{server_name="a.example",index="1",le="10.0"} 0+9x1920
  synapse_storage_events_forward_extremities_persisted_count{server_name="a.example",index="1"} 0+10x1920
  synapse_storage_events_forward_extremities_persisted_bucket{server_name="a.example",index="2",le="10.0"} 0+5x1920
  synapse_storage_events_forward_extremities_persisted_count{server_name="a.example",index="2"} 0+10x1920
  synapse_storage_events_forward_extremities_persisted_bucket{server_name="b.example",index="1",le="10.0"} 5+0x1920
  synapse_storage_events_forward_extremities_persisted_count{server_name="b.example",index="1"} 5+0x1920
`

func TestForwardExtremitiesOverTime(t *testing.T) {
	engine := Load(t, splitRooms)
	for query, want := range map[string]map[string]float64{
		`{"format": "counts"}`:                                                 {"a.example": 3, "b.example": 1},
		`{"format": "counts", "minExtremities": 0}`:                            {"a.example": 100, "b.example": 8},
		`{"format": "counts", "minExtremities": 1, "serverName": "a.example"}`: {"a.example": 10},
		// Nothing is sent on b.example: no share, not a share of nothing.
		`{"format": "counts", "measure": "events"}`:               {"a.example": 0.3},
		`{"format": "counts", "measure": "events", "index": "2"}`: {"a.example": 0.5},
	} {
		t.Run(query, func(t *testing.T) {
			wantValues(t, legends(t, askLastSixHours(t, engine, forwardextremities.Type(), nil, query)), want)
		})
	}
}

// No count of rooms yet, no event, and no metric are three answers.
func TestForwardExtremitiesNotThere(t *testing.T) {
	engine := Load(t, splitRooms+`
  synapse_storage_events_forward_extremities_persisted_count{server_name="young.example",index="1"} 0+10x1920
`)
	for query, want := range map[string]string{
		`{"format": "counts"}`:                                                 "The metric is not there for young.example:",
		`{"format": "histogram"}`:                                              "The metric is not there for young.example:",
		`{"format": "counts", "serverName": "young.example"}`:                  "The metric is not there:",
		`{"format": "counts", "measure": "events", "serverName": "b.example"}`: "No event changed the forward extremities of any room",
		`{"format": "counts", "measure": "events", "serverName": "c.example"}`: "No process exports synapse_storage_events_forward_extremities_persisted_count",
	} {
		if got := notices(askLastSixHours(t, engine, forwardextremities.Type(), nil, query)); !strings.Contains(got, want) {
			t.Errorf("%s: %q does not say %q", query, got, want)
		}
	}
}

func TestForwardExtremitiesHistogram(t *testing.T) {
	frame := askLastSixHours(t, Load(t, splitRooms), forwardextremities.Type(), nil, `{"format": "histogram"}`)[0]
	got := map[string]float64{}
	for i := range frame.Rows() {
		got[frame.At(0, i).(string)+" "+frame.At(1, i).(string)] = float64(frame.At(2, i).(int64))
	}
	wantValues(t, got, map[string]float64{
		"1 a.example": 90, "2–10 a.example": 7, "over 10 a.example": 3,
		"1 b.example": 7, "2–10 b.example": 0, "over 10 b.example": 1,
	})
}
