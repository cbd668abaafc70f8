package checks

import (
	"fmt"

	"github.com/matrix-insight/synapse-datasource/pkg/synapse/limits"
	"github.com/matrix-insight/synapse-datasource/pkg/synapse/metrics"
	"github.com/matrix-insight/synapse-datasource/pkg/words"
)

func deviceListAge(s Scope) string { return s.Max(s.Now(metrics.DeviceListLag.Series())) }

var (
	deviceListLag     = measure("lag", deviceListAge)
	deviceListLowest  = measure("lowest", func(s Scope) string { return s.Lowest(deviceListAge(s), shortWindow) })
	deviceListChanges = measure("changes", func(s Scope) string { return s.Max(s.Now(metrics.DeviceListStreamLag.Series())) })
)

var deviceLists = Check{
	ID:    "device-lists",
	Topic: "Device lists",
	Title: "Device list updates delayed",
	Meaning: "When a user logs in or out, other homeservers must learn of it, or encrypted messages can't be read on the new device. Synapse first stores " +
		"the change per room and then finds out which homeservers to notify.",
	Decides:    "The age of the oldest change that is not processed yet, the lowest within 15 min: {warning} is a warning, {critical} is critical.",
	CannotKnow: "Whether other homeservers are reachable after that, and changes that come in from them.",
	Thresholds: limits.Thresholds{
		Check: "device-lists", Warning: limits.At(300), Critical: limits.At(3600), Unit: "s", WarningOf: "for the oldest change", CriticalOf: "for the oldest change",
		Source: "ours, on Synapse's lag of the conversion of device lists, which it updates every 30 s",
	},
	Steps: []string{
		"Open \"Processes\" on this dashboard: is the process that writes device lists (the main one, or from Synapse 1.135 on the first of `stream_writers.device_lists`) saturated?",
		"Search its log for `_handle_new_device_update_async`: an error there stops the work until the next change.",
		"If one user has very many devices, such as a bot that logs in again each time, log out the unused ones: they make every change expensive. " +
			"Do not change the tables `device_lists_*`: encrypted messages could become unreadable.",
	},
	Causes:   ofLoad,
	Panel:    "device-list-lag",
	Measures: []*Measurement{deviceListLag, deviceListLowest, deviceListChanges, txnTotalCost},
	Signal:   &Signal{Measurement: deviceListLag},
	Judge:    judgeDeviceLists,
	Rule:     Rule{Expr: `{{.lowest}} >= {{.threshold}} and on (server_name) {{.lag}} > 0`},
}

func judgeDeviceLists(in Input) []Finding {
	if !in.Has(deviceListLag) {
		return metricMissing(metrics.DeviceListLag)
	}
	lag, lowest := in.Total(deviceListLag), in.Total(deviceListLowest)
	text := "Oldest device list change that waits: " + words.Seconds(lag) + " old"
	if in.Has(deviceListChanges) {
		text += fmt.Sprintf(" (about %s)", words.Count(in.Total(deviceListChanges), "change waits", "changes wait"))
	}
	switch {
	case lag == 0:
		return okFinding("Every device list change is processed.")
	case !in.Has(deviceListLowest):
		return okFinding(text + ". There is no history of 15 min yet.")
	}
	return []Finding{in.graded(lowest, Finding{Takes: in.takesAll(), Evidence: fmt.Sprintf("%s; never less than %s in the last 15 min.", text, words.Seconds(lowest))})}
}
