package eventsendtime

import (
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
)

var sendTime = query.Measure{Name: "send_time", Unit: "s", Help: "Time to answer a client's send.", Highest: metrics.ResponseTime.Highest}

var sendBands = query.Bands{Name: "Event send time", Unit: "s", Of: "cps",
	Help: "Sends per second that took at most this long and longer than the band below."}
