package checks

import (
	"strings"
	"testing"
)

func presenceOn(share, cpu, busy, uptime, updates, inbound float64) map[string]float64 {
	return map[string]float64{
		onProcess("share", "1"): share, onProcess("cpu", "1"): cpu, onProcess("busy", "1"): busy, onProcess("uptime", "1"): uptime,
		"jobs": 50, "updates": updates, "inbound": inbound, "edus": 40, "sent": 34,
	}
}

func without(series map[string]float64, names ...string) map[string]float64 {
	for _, name := range names {
		delete(series, name)
	}
	return series
}

func TestFederationPresence(t *testing.T) {
	const day = 86400
	usual := func() map[string]float64 { return presenceOn(0.5, 0.9, 0.9, day, 9, 1) }
	off := presenceOn(0.01, 0.9, 0.9, day, 9, 1)
	judgeCases(t, federationPresence, map[string]judged{
		"a third of a full process":       {series: presenceOn(0.38, 0.93, 0.95, day, 12, 2), want: Critical, subject: "synapse/1", value: 0.38},
		"most comes from elsewhere":       {series: presenceOn(0.38, 0.93, 0.95, day, 12, 9), want: Critical, subject: "synapse/1", value: 0.38},
		"a fifth":                         {series: presenceOn(0.2, 0.93, 0.95, day, 12, 2), want: Warning, subject: "synapse/1", value: 0.2},
		"at the threshold":                {series: presenceOn(0.15, 0.93, 0.7, 900, 1, 0), want: Warning, subject: "synapse/1", value: 0.15},
		"a tenth":                         {series: presenceOn(0.1, 0.93, 0.95, day, 12, 2), want: OK, value: 0.1},
		"threads beside the loop":         {series: presenceOn(0.38, 0.93, 0.4, day, 12, 2), want: OK},
		"just started":                    {series: presenceOn(0.38, 0.93, 0.95, 600, 12, 2), want: OK},
		"most EDUs, and CPU left":         {series: without(usual(), onProcess("share", "1")), want: OK},
		"quiet":                           {series: presenceOn(0.38, 0.93, 0.95, day, 0.4, 0.1), want: OK},
		"switched off":                    {series: without(off, "updates"), want: OK},
		"updates are not kept":            {series: without(usual(), "updates"), want: Unknown},
		"no process metrics":              {series: without(usual(), onProcess("cpu", "1")), want: Unknown},
		"metrics of whole processes only": {series: map[string]float64{onProcess("cpu", "1"): 0.9}, want: Unknown},
		"nothing is known of the loop":    {series: without(presenceOn(0.2, 0.8, 0, 0, 5, 0), onProcess("busy", "1"), onProcess("uptime", "1")), want: Warning, subject: "synapse/1"},
	})
}

// Each of the numbers of presence must be added: those of user and system time have the same labels.
func TestPresenceAddsAllItsParts(t *testing.T) {
	promql := presenceShare.PromQL(usual)
	for part, times := range map[string]int{
		`background_process_ru_utime_seconds_total`: 2, `background_process_ru_stime_seconds_total`: 2, `response_ru_utime_seconds_total`: 2, `response_ru_stime_seconds_total`: 2,
		`block_name="presence.get_new_events"`: 4, `block_name=~"presence.get_new_events|presence_update_states|presence_delta"`: 4, `"part", "5"`: 2,
	} {
		if strings.Count(promql, part) != times {
			t.Errorf("%s is there %d times, want %d: %s", part, strings.Count(promql, part), times, promql)
		}
	}
}
