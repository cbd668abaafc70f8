package promql

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// fewSends are the sends of a small server: of the last day of five, so many minutes before its end, each fast or slow.
// slowStart are slow ones within the first minutes of a process that started so many minutes ago.
func fewSends(fast, slow []int, startedAgo int) string {
	line := func(name, more string, at ...[]int) string {
		counted := make([]int, fiveDays+1)
		for _, minutes := range at {
			for _, ago := range minutes {
				for m := fiveDays - ago; m <= fiveDays; m++ {
					counted[m]++
				}
			}
		}
		var values strings.Builder
		begun := fiveDays - startedAgo
		for m, v := range counted {
			if startedAgo == 0 || m >= begun {
				fmt.Fprintf(&values, "%d ", v)
			} else {
				values.WriteString("_ ")
			}
		}
		return fmt.Sprintf("  %s{server_name=\"a.example\",job=\"synapse\",index=\"1\",instance=\"h:1\",servlet=\"RoomSendEventRestServlet\",method=\"PUT\",code=\"200\"%s} %s\n", name, more, values.String())
	}
	start := always(-400_000)
	if startedAgo > 0 {
		start = fmt.Sprintf("_x%d %d+0x%d", fiveDays-startedAgo, (fiveDays-startedAgo)*60, startedAgo)
	}
	const time = "synapse_http_server_response_time_seconds_"
	return line(time+"count", "", fast, slow) + line(time+`bucket`, `,le="1.0"`, fast) + line(time+`bucket`, `,le="2.5"`, fast) + line(time+`bucket`, `,le="+Inf"`, fast, slow) +
		strings.NewReplacer(time+"count", "synapse_http_server_requests_received_total", `,code="200"`, "").Replace(line(time+"count", "", fast, slow)) +
		fmt.Sprintf("  synapse_storage_schedule_time_count{server_name=\"a.example\",job=\"synapse\",index=\"1\",instance=\"h:1\"} %s\n", grows(100)) +
		fmt.Sprintf("  process_start_time_seconds{job=\"synapse\",index=\"1\",instance=\"h:1\"} %s\n", start)
}

// each is every so many minutes from the first to the last number of minutes before the end.
func each(from, to, step int) []int {
	var all []int
	for ago := from; ago >= to; ago -= step {
		all = append(all, ago)
	}
	return all
}

func TestFewSends(t *testing.T) {
	for name, c := range map[string]struct {
		fast, slow []int
		started    int
		want       string
		evidence   string
	}{
		"most are slow":            {each(600, 300, 150), each(610, 40, 70), 0, "warning", "9 of 12 sends"},
		"most were, then night":    {each(1200, 1000, 90), each(1210, 600, 70), 0, "warning", "the last one came"},
		"slow by chance":           {each(1400, 40, 40), []int{900, 300}, 0, "ok", "2 of 37 sends"},
		"all fast":                 {each(1400, 40, 40), nil, 0, "ok", "0 of 35 sends"},
		"good ones followed":       {each(800, 20, 10), each(1300, 1000, 100), 0, "ok", "4 of 83 sends"},
		"after a start":            {each(300, 40, 40), each(470, 467, 1), 480, "ok", "0 of 7 sends"},
		"too few even for the day": {nil, each(200, 50, 50), 0, "ok", "4 of 4 sends"},
	} {
		t.Run(name, func(t *testing.T) {
			found := diagnoseDays(t, fewSends(c.fast, c.slow, c.started), `"event-send-time"`)["a.example event-send-time"]
			if found.severity != c.want || !strings.Contains(found.evidence, c.evidence) {
				t.Errorf("%s: %s; want %s with %q", found.severity, found.evidence, c.want, c.evidence)
			}
		})
	}
}

// A verdict stays the same through a night without sends: what leaves the window decides nothing.
func TestFewSendsDoNotFlap(t *testing.T) {
	fast := each(1440+700, 900, 20)                                       // a day and more before the end: slow ones by chance until the last hours
	engine := Load(t, "load 1m\n"+fewSends(fast, each(1000, 920, 10), 0)) // of the last 24 h alone, they would be too many
	before := ""
	for ago := 890; ago >= 0; ago -= 30 {
		end := time.Unix(0, 0).Add(time.Duration(fiveDays-ago) * time.Minute)
		found, _ := diagnoseOver(t, engine, end, 6*time.Hour, settings.Settings{ScrapeInterval: 30 * time.Second}, `"event-send-time"`)
		now := found["a.example event-send-time"].severity
		if before != "" && now != before {
			t.Errorf("%d min before the end: %s, then %s", ago, before, now)
		}
		before = now
	}
}

// Sliding syncs likewise: of 12 a day, 9 slow ones are no chance.
func TestFewSlidingSyncs(t *testing.T) {
	sliding := strings.NewReplacer("synapse_http_server_response_time_seconds_", "synapse_sliding_sync_processing_time_", `servlet="RoomSendEventRestServlet",method="PUT",code="200"`, `initial="True"`)
	received := `  synapse_http_server_requests_received_total{server_name="a.example",job="synapse",index="1",instance="h:1",servlet="X"} ` + grows(1) + "\n"
	for slow, want := range map[int]string{9: "warning", 2: "ok"} {
		series := sliding.Replace(fewSends(each(600, 300, 150), each(40+70*(slow-1), 40, 70), 0)) + received
		found := diagnoseDays(t, series, `"sync-time"`)
		f := found["a.example sync-time"]
		if want == "warning" {
			f = found["a.example sync-time sliding sync"]
		}
		if f.severity != want || !strings.Contains(f.evidence, fmt.Sprintf("%d of %d sliding syncs", slow, slow+3)) {
			t.Errorf("%v, want %s", found, want)
		}
	}
}
