package federation

import (
	"cmp"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/query"
)

var (
	trafficMeasure = query.Measure{Name: "per_second", Unit: "cps", Help: "PDUs or EDUs per second."}
	edusMeasure    = query.Measure{Name: "per_second", Unit: "cps", Help: "EDUs per second in transactions that succeeded."}
	lagMeasure     = query.Measure{
		Name: "lag", Unit: "s", Highest: 10,
		Help: "Time from an event until the federation sender had handled it. The histogram ends at 10 s.",
	}
)

var summaryColumns = []query.Column[part]{
	query.TextColumn("direction", "Direction", "in: from other homeservers. out: to them.",
		func(p part) string { return p.direction }),
	query.TextColumn("server_name", "Homeserver", "The homeserver. Empty where Synapse is older than this label.",
		func(p part) string { return p.server }),
	query.TextColumn("kind", "Kind", "PDU: an event in a room. EDU: something short-lived, such as typing or presence.",
		func(p part) string { return p.kind }),
	query.TextColumn("type", "Type", "The type of outgoing EDUs. Synapse does not count the others by type.",
		func(p part) string { return p.kindType }),
	query.NumberColumn("per_second", "Per second", "cps", "Mean over the time range.",
		func(p part) float64 { return p.perSecond }),
	query.NumberColumn("share", "Share", "percentunit", "Share of its direction and kind.",
		func(p part) *float64 { return p.share }),
}

var destinationColumns = []query.Column[destination]{
	query.HiddenColumn("destination", "Destination", "The other homeserver, or a stable pseudonym for viewers who may not see it.",
		func(d destination) query.Destination { return d.host }),
	query.TextColumn("server_name", "Homeserver", "The homeserver that the database belongs to.",
		func(d destination) string { return d.server }),
	query.TextColumn("state", "State", "healthy, or backing-off: Synapse waits longer after each failure.",
		destination.state).WithColours(query.Colour{Value: healthy, Colour: "green"}, query.Colour{Value: backingOff, Colour: "orange"}),
	query.DestinationTimeColumn("failing_since", "Failing since", "The first failure since it last worked.",
		destination.failingSince),
	query.DestinationTimeColumn("next_retry", "Next try", "When Synapse tries again.",
		destination.nextRetry),
	query.NumberColumn("retry_interval", "Wait", "s", "Time between tries: 10 minutes at first, a week at most by default.",
		destination.interval),
	query.TextColumn("age_band", "Failing for", "<1h, <1d, <7d or >=7d.",
		destination.band),
	query.CountColumn("catch_up_rooms", "Rooms behind", "Rooms with events that a healthy destination has not received yet. Not counted for failing ones.",
		func(d destination) *int64 { return d.CatchUpRooms }),
	query.PseudonymColumn("destination_alias", "The homeserver's pseudonym, which viewers see instead of its name.",
		func(d destination) query.Destination { return d.host }),
}

type destinations []destination

// Frames shows first who misses most, then who can't be reached, in the order of the names that this viewer sees: that of
// the real ones would tell of them.
func (d destinations) Frames(view query.View) data.Frames {
	sorted := slices.SortedStableFunc(slices.Values(d), func(a, b destination) int {
		return cmp.Or(cmp.Compare(b.missing(), a.missing()), cmp.Compare(a.host.In(view), b.host.In(view)))
	})
	frame := query.TableFrame("destinations", destinationColumns, sorted, view)
	for _, one := range sorted {
		view.TellHidden(frame, one.host)
	}
	return data.Frames{frame}
}
