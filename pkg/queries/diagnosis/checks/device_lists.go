package checks

import (
	"fmt"
	"time"
)

const deviceWindow = 15 * time.Minute

var deviceLists = Check{
	ID:    "device-lists",
	Title: "Changes of devices reach other homeservers late",
	Meaning: "When somebody signs in or out, other homeservers must learn of it, or encrypted messages can't be read on the new device. Synapse first writes " +
		"the change per room and then works out, one by one, which homeservers to tell.",
	Decides: "The age of the oldest change that is not worked out yet, the least that it was within 15 minutes: 5 minutes is a warning, an hour critical.",
	Source:  "Synapse's device list conversion lag, which it takes every 30 s. The times are ours.",
	CannotKnow: "Whether the other homeservers were reached after that (federation-destinations). Changes that come in from them. The metric is " +
		"of recent Synapse only, and of the first device list writer.",
	Unit:    "s",
	Warning: Threshold(300), Critical: Threshold(3600),
	Causes: []string{"cpu-saturation", "database-slow", "database-pool"},
	Measures: func(w Where) map[string]string {
		return map[string]string{
			"lag": deviceLag(w),
			"least": fmt.Sprintf("min_over_time((%s)[%ds:%ds])", deviceLag(w), int(max(deviceWindow, 4*w.Scrape).Seconds()),
				int(max(time.Minute, w.Scrape).Seconds())),
			"changes": "max " + PerServer + "(synapse_device_lists_changes_conversion_stream_lag" + w.Selector() + ")",
		}
	},
	Signal: func(w Where) Signal { return Signal{PromQL: deviceLag(w)} },
	Judge:  judgeDeviceLists,
}

func deviceLag(w Where) string {
	return "max " + PerServer + "(synapse_device_lists_changes_conversion_lag_seconds" + w.Selector() + ")"
}

func judgeDeviceLists(in Input) []Finding {
	if !in.Has("lag") {
		return Absent("synapse_device_lists_changes_conversion_lag_seconds")
	}
	lag, least := in.Total("lag"), in.Total("least")
	evidence := fmt.Sprintf("The oldest change of a device that is not worked out yet is %s old", lasting(lag))
	if in.Has("changes") {
		evidence += fmt.Sprintf("; changes that wait: about %.0f", in.Total("changes"))
	}
	if lag == 0 {
		return Fine("Every change of a device is worked out.")
	}
	if !in.Has("least") {
		return Fine(evidence + ". There is no history of 15 minutes yet to judge by.")
	}
	return []Finding{in.Graded(least, Finding{
		Evidence: evidence + fmt.Sprintf("; it was never less than %s within 15 minutes.", lasting(least)),
		Advice: "1. See whether the process that writes device lists (the main one, or the first of stream_writers.device_lists) is short of CPU. 2. Look for " +
			"_handle_new_device_update_async in its log: an error there ends the work until the next change. 3. A user with very many devices, such as a bot that signs " +
			"in anew each time, makes every change dear: sign the unused ones out. Change nothing in the tables device_lists_*: encrypted messages could not be read any more.",
		Remedy: "Look for _handle_new_device_update_async in the log of the device list writer.",
	})}
}
