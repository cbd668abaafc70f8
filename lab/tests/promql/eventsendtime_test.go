package promql

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/eventsendtime"
)

// sends writes a process's histogram: so many sends per scrape up to each bound, over two hours. The process restarts
// after one hour and a half if told so.
func sends(server, index, instance, code string, upTo1, upTo10, all float64, restarts bool) string {
	text := ""
	line := func(part, le string, each float64) {
		values := fmt.Sprintf("0+%gx480", each)
		if restarts {
			values = fmt.Sprintf("0+%gx359 0+%gx120", each, each)
		}
		text += fmt.Sprintf("  synapse_http_server_response_time_seconds_%s{server_name=%q,servlet=\"RoomSendEventRestServlet\",code=%q,method=\"PUT\",tag=\"\",job=\"synapse\",index=%q,instance=%q%s} %s\n",
			part, server, code, index, instance, le, values)
	}
	for _, b := range []struct {
		le   string
		each float64
	}{{"0.1", upTo1 / 2}, {"1.0", upTo1}, {"10.0", upTo10}, {"+Inf", all}} {
		line("bucket", fmt.Sprintf(",le=%q", b.le), b.each)
	}
	line("count", "", all)
	line("sum", "", all*2)
	return text
}

func start(index, instance string) string {
	return fmt.Sprintf("  process_start_time_seconds{job=\"synapse\",index=%q,instance=%q} 1x480\n  synapse_build_info{job=\"synapse\",index=%q,instance=%q,version=\"1.160.0\"} 1x480\n",
		index, instance, index, instance)
}

func TestEventSendTime(t *testing.T) {
	engine := Load(t, "load 15s\n"+
		sends("a.org", "1", "a:1", "200", 90, 100, 100, true)+
		sends("a.org", "2", "a:2", "200", 90, 100, 100, false)+
		sends("a.org", "2", "a:2", "403", 0, 0, 5000, false)+ // refused: not a send
		sends("b.org", "1", "b:1", "200", 0, 0, 2, false)+
		sends("quiet.org", "1", "q:1", "200", 0, 0, 0, false)+
		start("1", "a:1")+start("2", "a:2")+start("1", "b:1"))
	ask := func(raw string) (map[string]float64, string) {
		frames := lastHours(t, engine, eventsendtime.Type(), 2*time.Hour, time.Hour, 15*time.Second, raw)
		return legends(t, frames), notices(frames)
	}
	lines, told := ask(`{}`)
	wantValues(t, lines, map[string]float64{
		"99% · a.org": 9.1, "95% · a.org": 5.5, "90% · a.org": 1, "75% · a.org": 0.7, "50% · a.org": 0.2, "mean · a.org": 2,
		"99% · b.org": 10, "95% · b.org": 10, "90% · b.org": 10, "75% · b.org": 10, "50% · b.org": 10, "mean · b.org": 2,
	})
	if want := "About 480 sends on b.org took more than 10 s, where the histogram ends. A quantile there is shown as \">10 s\"."; !strings.Contains(told, want) {
		t.Errorf("%q does not say %q", told, want)
	}
	if strings.Contains(told, "a.org") {
		t.Errorf("a.org has sends enough, all within 10 s: %s", told)
	}
	lines, told = ask(`{"serverName":"a.org"}`)
	if len(lines) != 6 || lines["50%"] == 0 || told != "" {
		t.Errorf("one homeserver: %v; %s", lines, told)
	}

	// Processes of two homeservers share job and index: the homeserver tells them apart.
	lines, _ = ask(`{"format":"byWorker","quantile":0.5}`)
	wantValues(t, lines, map[string]float64{"synapse/1 · a.org": 0.2, "synapse/2 · a.org": 0.2, "synapse/1 · b.org": 10})
	lines, _ = ask(`{"format":"byWorker","index":"2"}`)
	wantValues(t, lines, map[string]float64{"synapse/2": 5.5})
	lines, told = ask(`{"format":"byWorker","limit":1}`)
	if len(lines) != 2 || !strings.Contains(told, "Not shown: 1 line with lower values (limit 1 for each homeserver).") {
		t.Errorf("%v; %s", lines, told)
	}

	lines, told = ask(`{"serverName":"quiet.org"}`)
	if len(lines) != 0 || told != "No message was sent on quiet.org in this time range." {
		t.Errorf("%v; %s", lines, told)
	}

	for _, format := range []string{"quantiles", "heatmap", "byWorker"} {
		lines, told = ask(`{"format":"` + format + `","serverName":"nobody.org"}`)
		if len(lines) != 0 || !strings.Contains(told, "Prometheus has no sends for this selection and time range") {
			t.Errorf("%s: %v; %s", format, lines, told)
		}
	}
}

// Other exporters that share a job say nothing about what names a process of Synapse.
func TestByWorkerBesideOtherExporters(t *testing.T) {
	engine := Load(t, "load 15s\n"+sends("a.org", "1", "a:1", "200", 90, 100, 100, false)+start("1", "a:1")+
		"  process_start_time_seconds{job=\"node\",instance=\"n:1\"} 1x480\n  process_start_time_seconds{job=\"node\",instance=\"n:2\"} 1x480\n")
	frames := lastHours(t, engine, eventsendtime.Type(), 2*time.Hour, time.Hour, 15*time.Second, `{"format":"byWorker"}`)
	wantValues(t, legends(t, frames), map[string]float64{"synapse/1": 5.5})
}

// The bands of a moment add up to the rate of all sends, across processes and a restart.
func TestHeatmapAddsUp(t *testing.T) {
	engine := Load(t, "load 15s\n"+
		sends("a.org", "1", "a:1", "200", 90, 97, 100, true)+sends("a.org", "2", "a:2", "200", 20, 30, 50, false)+
		sends("b.org", "1", "b:1", "200", 6, 6, 6, false))
	frames := lastHours(t, engine, eventsendtime.Type(), 2*time.Hour, time.Hour, 15*time.Second, `{"format":"heatmap"}`)
	if len(frames) != 2 {
		t.Fatalf("%d frames for two homeservers", len(frames))
	}
	for k, want := range []float64{10, 0.4} { // 150 and 6 sends per 15 s
		f := frames[k]
		if f.Rows() != 61 || len(f.Fields) != 5 {
			t.Errorf("%d moments, %d bands", f.Rows(), len(f.Fields)-1)
		}
		resets := 0
		for row := range f.Rows() {
			sum := 0.0
			for _, band := range f.Fields[1:] {
				v := *band.At(row).(*float64)
				if v < 0 {
					t.Errorf("band %s is %g", band.Name, v)
				}
				sum += v
			}
			switch {
			case math.Abs(sum-want) <= 0.001*want:
			case sum > 0.7*want && sum < want: // a window with the restart in it misses one scrape of one process
				resets++
			default:
				t.Errorf("at row %d the bands add up to %g, want %g", row, sum, want)
			}
		}
		if resets > 2 { // windows overlap by one scrape, so two neighbours can hold it
			t.Errorf("%d moments miss sends", resets)
		}
	}
	first := *frames[0].Fields[1].At(0).(*float64)
	if math.Abs(first-(45+10)/15.0) > 0.01 {
		t.Errorf("up to 100 ms: %g per second", first)
	}
	last := frames[0].Fields[4]
	if last.Config.DisplayNameFromDS != ">10 s" || math.Abs(*last.At(0).(*float64)-(3+20)/15.0) > 0.01 {
		t.Errorf("%s: %v", last.Config.DisplayNameFromDS, *last.At(0).(*float64))
	}
}
