package promql

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// These series last eight days, one sample a minute.
const trafficDays = 8 * 24 * 60

const arrivals = `synapse_http_server_requests_received_total{method="GET",servlet=%q,job="synapse",index=%q,instance="host:900%[2]s",server_name="a.example"} %s` + "\n"

// servedBy is a process and what it receives of each servlet.
func servedBy(index string, received map[string]string) string {
	labels := fmt.Sprintf(`job="synapse",index=%q,instance="host:900%[1]s"`, index)
	text := fmt.Sprintf("  synapse_storage_schedule_time_count{%s,server_name=\"a.example\"} 0+100x%d\n  process_start_time_seconds{%[1]s} -400000+0x%d\n", labels, trafficDays, trafficDays)
	for servlet, values := range received {
		text += "  " + fmt.Sprintf(arrivals, servlet, index, values)
	}
	return text
}

// turning is a counter that grows by so much a minute, and by another number in the last minutes.
func turning(before, after float64, minutes int) string {
	return fmt.Sprintf("0+%gx%d %g+%gx%d", before, trafficDays-minutes, before*float64(trafficDays-minutes)+after, after, minutes-1)
}

func diagnoseAfterEightDays(t *testing.T, series, check string) []foundByCheck {
	t.Helper()
	typ := diagnosis.Type()
	request, err := typ.Decode([]byte(`{"checks": ["` + check + `"]}`))
	if err != nil {
		t.Fatal(err)
	}
	options := settings.Settings{ScrapeInterval: time.Minute, QueryTimeout: time.Minute}
	end := time.Unix(0, 0).Add(trafficDays * time.Minute)
	frames, err := query.NewRunner(options, Load(t, "load 1m\n"+series), nil).Run(t.Context(), typ, request,
		query.Align(end.Add(-6*time.Hour), end, time.Minute, options.ScrapeInterval), query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	var found []foundByCheck
	for i := range frames[0].Rows() {
		cell := func(name string) string { field, _ := frames[0].FieldByName(name); return field.At(i).(string) }
		since, _ := frames[0].FieldByName("since")
		found = append(found, foundByCheck{check: cell("check"), subject: cell("subject"), severity: cell("severity"), evidence: cell("evidence"), since: since.At(i).(*time.Time)})
	}
	return found
}

func TestTrafficDrop(t *testing.T) {
	for name, c := range map[string]struct {
		series string
		want   string
	}{
		"as usual":   {servedBy("1", map[string]string{"SyncRestServlet": turning(60, 60, 20)}), "ok"},
		"no sync":    {servedBy("1", map[string]string{"SyncRestServlet": turning(60, 0, 20)}), "critical"},
		"a third":    {servedBy("1", map[string]string{"SyncRestServlet": turning(60, 20, 20)}), "ok"},
		"a trickle":  {servedBy("1", map[string]string{"SyncRestServlet": turning(60, 2, 20)}), "critical"},
		"federation": {servedBy("1", map[string]string{"SyncRestServlet": turning(60, 60, 20), "FederationSendServlet": turning(30, 0, 20)}), "warning"},
		"clients moved to the other sync": {servedBy("1", map[string]string{"SyncRestServlet": turning(60, 0, 20),
			"SlidingSyncRestServlet": strings.Repeat("_ ", trafficDays-20) + "60+60x20"}), "ok"},
		"a worker more":  {servedBy("1", map[string]string{"SyncRestServlet": turning(60, 0, 20)}) + servedBy("2", map[string]string{"SyncRestServlet": turning(0, 60, 20)}), "ok"},
		"a scrape lost":  {strings.ReplaceAll(servedBy("1", map[string]string{"SyncRestServlet": turning(2, 2, 20)})+servedBy("2", nil), fmt.Sprintf(`index="2",instance="host:9002",server_name="a.example"} 0+100x%d`, trafficDays), fmt.Sprintf(`index="2",instance="host:9002",server_name="a.example"} 0+100x%d`, trafficDays-60)), "ok"},
		"a quiet server": {servedBy("1", map[string]string{"SyncRestServlet": turning(1, 0, 61)}), "critical"},
		"a slow decline": {servedBy("1", map[string]string{"SyncRestServlet": decline()}), "ok"},
		"the first days": {servedBy("1", map[string]string{"SyncRestServlet": strings.Repeat("_ ", trafficDays-2*24*60) + "0+60x2860 171600+0x19"}), "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			if found := diagnoseAfterEightDays(t, c.series, "traffic-drop")[0]; found.severity != c.want {
				t.Errorf("%s: %s, want %s", found.severity, found.evidence, c.want)
			}
		})
	}
}

// decline is a counter whose rate falls over a day to a twentieth, as on a holiday.
func decline() string {
	var text strings.Builder
	fmt.Fprintf(&text, "0+60x%d", trafficDays-1440)
	total := 60.0 * (trafficDays - 1440)
	for i := range 1440 {
		total += max(3, 60*(1-float64(i)/1200))
		fmt.Fprintf(&text, " %g", total)
	}
	return text.String()
}

func TestRequestSurge(t *testing.T) {
	refused := func(servlet, code, values string) string {
		labels := fmt.Sprintf(`method="POST",servlet=%q,job="synapse",index="1",instance="host:9001",server_name="a.example"`, servlet)
		return fmt.Sprintf("  synapse_http_server_response_time_seconds_count{code=%q,%s} %s\n", code, labels, values)
	}
	base := servedBy("1", map[string]string{"KeyUploadServlet": turning(2, 1200, 30)}) + refused("SyncRestServlet", "200", turning(600, 600, 20))
	for name, c := range map[string]struct {
		series, want, subject string
	}{
		"a loop":          {base + refused("KeyUploadServlet", "200", turning(2, 2, 30)) + refused("KeyUploadServlet", "400", strings.Repeat("_ ", trafficDays-30)+"1200+1200x30"), "warning", "KeyUploadServlet 400"},
		"more than usual": {base + refused("KeyUploadServlet", "200", turning(2, 1200, 30)), "info", "KeyUploadServlet"},
		"as usual":        {servedBy("1", map[string]string{"KeyUploadServlet": turning(600, 700, 30)}) + refused("KeyUploadServlet", "200", turning(600, 700, 30)), "ok", ""},
		"a burst":         {servedBy("1", nil) + refused("KeyUploadServlet", "400", fmt.Sprintf("0+0x%d 0 1500+0x9", trafficDays-10)), "ok", ""},
		"guessing names":  {servedBy("1", nil) + refused("ClientDirectoryServer", "404", turning(0, 300, 30)), "ok", ""},
	} {
		t.Run(name, func(t *testing.T) {
			found := diagnoseAfterEightDays(t, c.series, "request-surge")
			if found[0].severity != c.want || found[0].subject != c.subject {
				t.Errorf("%s on %q: %s, want %s", found[0].severity, found[0].subject, found[0].evidence, c.want)
			}
			if c.want == "warning" && (found[0].since == nil || time.Unix(0, 0).Add(trafficDays*time.Minute).Sub(*found[0].since) > 40*time.Minute) {
				t.Errorf("since %v", found[0].since)
			}
		})
	}
}
