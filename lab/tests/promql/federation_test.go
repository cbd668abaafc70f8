package promql

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/federation"
)

// On a.example two federation senders, of which the second deals with fewer destinations and is late with an eighth of its
// events; b.example only receives.
const federating = `load 15s
  synapse_federation_server_received_pdus_total{server_name="a.example",index="1"} 0+30x1920
  synapse_federation_server_received_pdus_total{server_name="a.example",index="2"} 0+15x1920
  synapse_federation_server_received_edus_total{server_name="a.example",index="1"} 0+150x1920
  synapse_federation_client_sent_pdu_destinations_count_total{server_name="a.example",index="2"} 0+60x1920
  synapse_federation_client_sent_pdu_destinations_count_total{server_name="a.example",index="3"} 0+45x1920
  synapse_federation_client_sent_edus_total{server_name="a.example",index="2"} 0+90x1920
  synapse_federation_client_sent_edus_total{server_name="a.example",index="3"} 0+60x1920
  synapse_federation_client_sent_edus_by_type_total{server_name="a.example",index="2",type="m.presence"} 0+75x1920
  synapse_federation_client_sent_edus_by_type_total{server_name="a.example",index="3",type="m.presence"} 0+45x1920
  synapse_federation_client_sent_edus_by_type_total{server_name="a.example",index="2",type="m.typing"} 0+15x1920
  synapse_federation_client_sent_edus_by_type_total{server_name="a.example",index="3",type="m.receipt"} 0+15x1920
  synapse_federation_client_sent_edus_by_type_total{server_name="a.example",index="3",type="m.direct_to_device"} 0+0x1920
  synapse_event_processing_lag_by_event_bucket{server_name="a.example",index="2",name="federation_sender",le="1.0"} 0+60x1920
  synapse_event_processing_lag_by_event_bucket{server_name="a.example",index="2",name="federation_sender",le="10.0"} 0+60x1920
  synapse_event_processing_lag_by_event_bucket{server_name="a.example",index="2",name="federation_sender",le="+Inf"} 0+60x1920
  synapse_event_processing_lag_by_event_bucket{server_name="a.example",index="3",name="federation_sender",le="1.0"} 0+35x1920
  synapse_event_processing_lag_by_event_bucket{server_name="a.example",index="3",name="federation_sender",le="10.0"} 0+35x1920
  synapse_event_processing_lag_by_event_bucket{server_name="a.example",index="3",name="federation_sender",le="+Inf"} 0+40x1920
  synapse_event_processing_lag_by_event_bucket{server_name="a.example",index="1",name="appservice_sender",le="1.0"} 0+0x1920
  synapse_event_processing_lag_by_event_bucket{server_name="a.example",index="1",name="appservice_sender",le="10.0"} 0+900x1920
  synapse_event_processing_lag_by_event_bucket{server_name="a.example",index="1",name="appservice_sender",le="+Inf"} 0+900x1920
  synapse_federation_server_received_pdus_total{server_name="b.example",index="1"} 0+15x1920
`

func TestFederationTraffic(t *testing.T) {
	engine := Load(t, federating)
	frames := askLastSixHours(t, engine, federation.Type(), nil, `{}`)
	wantValues(t, legends(t, frames), map[string]float64{
		"PDUs in · a.example": 3, "PDUs in · b.example": 1, "EDUs in": 10, "EDUs out": 10,
		"PDUs out": 4, // each sender counts an event once: the busiest of them, not 7
	})
	if text := notices(frames); !strings.Contains(text, "a.example has 2 federation senders") {
		t.Errorf("notices: %s", text)
	}
	if text := notices(frames); strings.Contains(text, "none of these") {
		t.Errorf("everything is there: %s", text)
	}
	sender := askLastSixHours(t, engine, federation.Type(), nil, `{"serverName": "a.example", "index": "3"}`)
	wantValues(t, legends(t, sender), map[string]float64{"PDUs out": 3, "EDUs out": 4})
	for _, format := range []string{"traffic", "summary"} {
		sender := askLastSixHours(t, engine, federation.Type(), nil, `{"serverName": "a.example", "index": "3", "format": "`+format+`"}`)
		if text, want := notices(sender), "none of these for this selection and time range: PDUs in (synapse_federation_server_received_pdus_total), EDUs in ("; !strings.Contains(text, want) {
			t.Errorf("%s: notices %q do not say %q", format, text, want)
		}
	}
}

func TestFederationEDUs(t *testing.T) {
	engine := Load(t, federating)
	all := askLastSixHours(t, engine, federation.Type(), nil, `{"format": "edus"}`)
	wantValues(t, legends(t, all), map[string]float64{"m.presence": 8, "m.typing": 1, "m.receipt": 1})
	if text := notices(all); text != "" {
		t.Errorf("all types are drawn: %s", text)
	}
	top := askLastSixHours(t, engine, federation.Type(), nil, `{"format": "edus", "limit": 1}`)
	wantValues(t, legends(t, top), map[string]float64{"m.presence": 8})
	if text := notices(top); !strings.Contains(text, "Only the 1 most frequent types of each homeserver are drawn") {
		t.Errorf("the cut is not told: %s", text)
	}
}

func TestFederationLag(t *testing.T) {
	frames := askLastSixHours(t, Load(t, federating), federation.Type(), nil, `{"format": "lag"}`)
	got := legends(t, frames)
	// Of 100 events 95 are within a second; what is above the last bound prints that bound. Bridges are not among it.
	if got["50%"] > 1 || got["90%"] > 1 || got["99%"] != 10 || len(got) != 3 {
		t.Errorf("lag %v", got)
	}
	if mapper, is := frames[0].Fields[1].Config.Mappings[0].(data.ValueMapper); !is || mapper["10"].Text != ">10 s" {
		t.Errorf("10 s reads as %v", frames[0].Fields[1].Config.Mappings)
	}
}

func TestFederationSummary(t *testing.T) {
	frame := askLastSixHours(t, Load(t, federating), federation.Type(), nil, `{"format": "summary"}`)[0]
	var got []string
	for i := range frame.Rows() {
		perSecond := frame.At(4, i).(float64)
		share := "-"
		if s := frame.At(5, i).(*float64); s != nil {
			share = fmt.Sprintf("%.2f", *s)
		}
		got = append(got, strings.Join(strings.Fields(fmt.Sprint(frame.At(0, i), " ", frame.At(1, i), " ", frame.At(2, i), " ", frame.At(3, i), " ", math.Round(perSecond*100)/100, " ", share)), " "))
	}
	want := []string{
		"in a.example PDU 3 1.00", "in a.example EDU 10 1.00", "out a.example PDU 4 1.00", "out a.example EDU m.presence 8 0.80",
		"out a.example EDU m.receipt 1 0.10", "out a.example EDU m.typing 1 0.10", "out a.example EDU m.direct_to_device 0 0.00",
		"in b.example PDU 1 1.00",
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Kubernetes replaced the only federation sender half-way: its successor goes on, so there is still one.
func TestFederationSenderReplaced(t *testing.T) {
	engine := Load(t, `load 15s
  synapse_storage_schedule_time_count{server_name="k.example",job="sender",instance="10.0.0.1:9000"} 0+1x1200 stale
  synapse_storage_schedule_time_count{server_name="k.example",job="sender",instance="10.0.0.2:9000"} _x1200 0+1x720
  synapse_federation_client_sent_pdu_destinations_count_total{server_name="k.example",job="sender",instance="10.0.0.1:9000"} 0+60x1200 stale
  synapse_federation_client_sent_pdu_destinations_count_total{server_name="k.example",job="sender",instance="10.0.0.2:9000"} _x1200 0+60x720
`)
	frames := askLastSixHours(t, engine, federation.Type(), nil, `{"format": "summary"}`)
	if perSecond := frames[0].At(4, 0).(float64); math.Abs(perSecond-4) > 0.05 {
		t.Errorf("%g events a second went out, want 4", perSecond)
	}
	if text := notices(frames); strings.Contains(text, "federation senders") {
		t.Errorf("one sender is told to be several: %s", text)
	}
}
