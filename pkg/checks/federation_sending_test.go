package checks

import (
	"testing"
	"time"
)

func TestFederationSending(t *testing.T) {
	const day = 86400
	sent := func(tried, sent float64) map[string]float64 {
		return map[string]float64{"tried": tried, "sent": sent, "senderUptime": day, "requests": 2 * tried, "answers": tried + sent, onProcess("queued", "1"): 0, "queuedBefore": 0, "lowest": 0}
	}
	and := func(of map[string]float64, more ...any) map[string]float64 {
		all := together(of)
		for i := 0; i < len(more); i += 2 {
			all[more[i].(string)] = more[i+1].(float64)
		}
		return all
	}
	without := func(of map[string]float64, name string) map[string]float64 {
		all := together(of)
		delete(all, name)
		return all
	}
	queue := func(before, now float64) map[string]float64 {
		return and(sent(500, 480), onProcess("queued", "1"), now, "queuedBefore", before, "lowest", min(before, now))
	}
	stuck := func(n, missing int) sendingState {
		return sendingState{Reached: 300, missing: missing, stuck: n, longest: 2 * time.Hour}
	}
	judgeCases(t, federationSending, map[string]judged{
		"healthy":                             {series: and(sent(500, 480), "failedBefore", 0.05), want: OK},
		"a third never answers":               {series: and(sent(500, 320), "failedBefore", 0.3), want: OK},
		"most fail":                           {series: and(sent(500, 100), "failedBefore", 0.3), want: Warning, subject: "deliveries", value: 0.8, free: []string{}},
		"just fewer":                          {series: and(sent(500, 101), "failedBefore", 0.3), want: OK},
		"all fail":                            {series: and(sent(500, 0), "failedBefore", 0.3), want: Critical, subject: "deliveries", value: 1},
		"absent until the first success":      {series: and(without(sent(500, 0), "sent"), "failedBefore", 0.3), want: Critical, subject: "deliveries", value: 1},
		"as last week":                        {series: and(sent(500, 50), "failedBefore", 0.9), want: OK},
		"few tries":                           {series: and(sent(29, 0), "failedBefore", 0.1), want: OK},
		"just started":                        {series: and(sent(500, 20), "failedBefore", 0.1, "senderUptime", 1799.0), want: OK},
		"no last week, all fail":              {series: sent(30, 0), rows: sendingState{Reached: 20}, want: Warning, subject: "deliveries", value: 1},
		"no last week, a small server":        {series: sent(30, 0), rows: sendingState{Reached: 19}, want: OK},
		"no last week, one gets through":      {series: sent(60, 1), rows: sendingState{Reached: 200}, want: OK},
		"no last week, no PostgreSQL":         {series: sent(60, 0), missing: "PostgreSQL is not configured.", want: OK},
		"does not federate":                   {series: map[string]float64{onProcess("queued", "1"): 0, "queuedBefore": 0, "lowest": 0}, want: OK},
		"a burst empties soon":                {series: queue(40_000, 20_000), want: Info, subject: "sending queue", value: 20_000, unit: "none"},
		"a burst of two hours":                {series: queue(1_870_000, 1_640_000), want: Warning, subject: "sending queue", value: 1_640_000, unit: "none", free: []string{"cpu-saturation"}},
		"a queue that grows":                  {series: queue(20_000, 30_000), want: Warning, subject: "sending queue", unit: "none"},
		"a queue that stays":                  {series: queue(20_000, 19_900), want: Warning, subject: "sending queue", unit: "none"},
		"a short queue":                       {series: queue(9_999, 9_999), want: OK},
		"a queue that failures empty":         {series: and(queue(40_000, 20_000), "sent", 0.0, "failedBefore", 0.1), want: Critical, subject: "deliveries", value: 1},
		"a destination stuck":                 {series: sent(500, 480), rows: stuck(1, 1), want: Info, subject: "catch-up", value: 1, unit: "none", free: []string{}},
		"many destinations stuck":             {series: sent(500, 480), rows: stuck(10, 12), want: Warning, subject: "catch-up", value: 10, unit: "none"},
		"a sender wakes them after its start": {series: and(sent(500, 480), "senderUptime", 3600.0), rows: stuck(400, 500), want: OK},
		"stuck, the sender is not scraped":    {rows: stuck(30, 30), want: Info, subject: "catch-up", value: 30, unit: "none"},
		"absent":                              {want: Unknown, missing: "PostgreSQL is not configured."},
	})
}
