package promql

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/cachefactors"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/changes"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// aWeek is one full cache for nine days, scraped once a minute: 10 lookups a second, of which hits a minute are answered;
// on the seventh day it grew from 250 to 500 entries, after which later hits a minute are.
func aWeek(server string, hits, later, before float64) string {
	const days, grown = 9 * 1440, 7 * 1440
	labels := fmt.Sprintf(`{server_name=%q,name="get_device",job="synapse",index=%q,instance="host:9000"`, server, server)
	grows := func(first, then float64) string {
		return fmt.Sprintf("0+%gx%d %g+%gx%d", first, grown, first*grown, then, days-grown)
	}
	const metric = "\n  synapse_util_caches_cache"
	return metric + labels + "} " + grows(600, 600) +
		metric + "_hits" + labels + "} " + grows(hits, later) +
		metric + "_evicted_size" + labels + `,reason="size"} ` + grows(600-hits, 600-later) +
		metric + "_evicted_size" + labels + `,reason="invalidation"} ` + grows(0, 0) +
		metric + "_size" + labels + "} " + fmt.Sprintf("%g+0x%d 500+0x%d", before, grown, days-grown) +
		metric + "_max_size" + labels + "} " + fmt.Sprintf("%g+0x%d 500+0x%d", before, grown, days-grown)
}

const day = 24 * time.Hour

func askOfWeek(t *testing.T, kind query.Type, request string, to, length time.Duration) *data.Frame {
	t.Helper()
	engine := Load(t, "load 1m"+aWeek("helped.example", 300, 360, 250)+aWeek("vain.example", 300, 303, 250)+aWeek("never.example", 300, 303, 500)+"\n")
	r, err := kind.Decode([]byte(request))
	if err != nil {
		t.Fatal(err)
	}
	options := settings.Settings{ScrapeInterval: time.Minute, QueryTimeout: time.Minute, Homeserver: settings.Homeserver{CacheEntryTTL: 30 * time.Minute}}
	end := time.Unix(0, 0).Add(to)
	frames, err := query.NewRunner(options, engine, nil).Run(t.Context(), kind, r, query.Align(end.Add(-length), end, time.Minute, options.ScrapeInterval), query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	return frames[0]
}

func TestCacheFactorsLastStep(t *testing.T) {
	rows := rowsBy(askOfWeek(t, cachefactors.Type(), `{}`, 9*day, 6*time.Hour), "server_name")
	for server, want := range map[string]struct{ verdict, says string }{
		"helped.example": {"raise", "The last step (250 to 500 entries) brought 20% fewer misses at the same hours (usual daily variation: "},
		"vain.example":   {"keep", "brought 1% fewer misses"},
		"never.example":  {"raise", "Raise the factor one step"},
	} {
		row := rows[server]
		if reason := fmt.Sprint(row["reason"]); row["verdict"] != want.verdict || !strings.Contains(reason, want.says) {
			t.Errorf("%s: %v: %s", server, row["verdict"], reason)
		}
		if next := row.number("recommended_factor"); math.IsNaN(next) != (want.verdict == "keep") {
			t.Errorf("%s: next factor %g", server, next)
		}
	}
	if reason := fmt.Sprint(rows["never.example"]["reason"]); strings.Contains(reason, "last step") {
		t.Errorf("it was never resized: %s", reason)
	}
	// Where memory is short, half a step.
	short := rowsBy(askOfWeek(t, cachefactors.Type(), `{"memoryShort":true}`, 9*day, 6*time.Hour), "server_name")
	wantRow(t, short["helped.example"], "raise", map[string]float64{"current_factor": 0.5, "recommended_factor": 0.75})
}

// A resize says what it was to bring and what it brought, as soon as that can be told.
func TestChangesOutcomes(t *testing.T) {
	texts := func(to time.Duration) map[string]string {
		all := map[string]string{}
		for server, row := range rowsBy(askOfWeek(t, changes.Type(), `{"kinds":"cache-resize"}`, to, 3*day), "tags") {
			all[strings.TrimPrefix(server, "synapse,cache-resize,")] = fmt.Sprint(row["text"])
		}
		return all
	}
	later, soon := texts(9*day), texts(7*day+45*time.Minute)
	const head = "get_device from 250 to 500 entries (predicted, experimental: "
	for server, want := range map[string]string{"helped.example": "; measured: 20% fewer misses at the same hours).", "vain.example": "; measured: 1% fewer misses at the same hours)."} {
		if text := later[server]; !strings.HasPrefix(text, head) || !strings.HasSuffix(text, want) {
			t.Errorf("%s: %s", server, text)
		}
		if text := soon[server]; !strings.HasPrefix(text, head) || !strings.HasSuffix(text, "; too early to measure).") {
			t.Errorf("%s, 45 minutes later: %s", server, text)
		}
	}
	if len(later) != 2 || len(soon) != 2 {
		t.Errorf("%v, %v", later, soon)
	}
}

// tuned is four caches of which memory's limit drops 400 of 500 entries at once, every half hour, or which lose as many
// one by one.
func tuned(server string, bursts bool) string {
	text := ""
	for _, name := range []string{"get_device", "is_guest", "did_forget", "get_tags_for_room"} {
		labels := fmt.Sprintf(`{server_name=%q,name=%q,job="synapse",index=%q,instance="host:9000"`, server, name, server)
		unused := "0+30x1920"
		if bursts {
			unused = ""
			for i := range 16 {
				unused += fmt.Sprintf("%d+0x118 ", i*3600)
			}
		}
		const metric = "\n  synapse_util_caches_cache"
		text += metric + labels + "} 0+150x1920" + metric + "_hits" + labels + "} 0+75x1920" +
			metric + "_evicted_size" + labels + `,reason="size"} 0+40x1920` +
			metric + "_evicted_size" + labels + `,reason="invalidation"} ` + unused +
			metric + "_size" + labels + "} 500+0x1920" + metric + "_max_size" + labels + "} 500+0x1920"
	}
	return text
}

// What leaves in bursts and too early was dropped by cache_autotuning, whatever the data source says.
func TestCacheFactorsSuspectsAutotuning(t *testing.T) {
	frames := askLastSixHours(t, Load(t, "load 15s"+tuned("tuned.example", true)+tuned("odd.example", false)+"\n"), cachefactors.Type(), nil, `{}`)
	rows := rowsBy(frames[0], "cache", "server_name")
	wantRow(t, rows["get_device tuned.example"], "probe", map[string]float64{"avoided_misses_limit": math.NaN(), "predicted_hit_ratio": math.NaN(),
		"recommended_factor": 0.75})
	if limit := rows["get_device odd.example"].number("avoided_misses_limit"); math.IsNaN(limit) {
		t.Error("what leaves one by one is no sign of a memory limit")
	}
	if got := notices(frames); !strings.Contains(got, "On tuned.example, entries of several caches leave in bursts") || strings.Contains(got, "On odd.example,") {
		t.Errorf("notices %q", got)
	}
}

// In Kubernetes a restarted process has another instance: neither series changes, the cache does.
func TestCacheFactorsResizedInKubernetes(t *testing.T) {
	pod := func(instance, shown, grows, size string) string {
		labels := fmt.Sprintf(`{server_name="k.example",name="get_device",job="synapse",index="1",instance=%q`, instance)
		const metric = "\n  synapse_util_caches_cache"
		return metric + labels + "} " + shown + "0+150" + grows + metric + "_hits" + labels + "} " + shown + "0+75" + grows +
			metric + "_evicted_size" + labels + `,reason="size"} ` + shown + "0+75" + grows +
			metric + "_evicted_size" + labels + `,reason="invalidation"} ` + shown + "0+0" + grows +
			metric + "_size" + labels + "} " + shown + size + "+0" + grows + metric + "_max_size" + labels + "} " + shown + size + "+0" + grows
	}
	for size, want := range map[string]string{"1000": "cannot-tell", "500": "raise"} {
		engine := Load(t, "load 15s"+pod("10.0.0.1:9000", "", "x1199 stale", "500")+pod("10.0.0.2:9000", "_x1200 ", "x720", size)+"\n")
		rows := rowsBy(askLastSixHours(t, engine, cachefactors.Type(), nil, `{}`)[0], "cache")
		if row := rows["get_device"]; row["verdict"] != want {
			t.Errorf("from 500 to %s entries: %v, want %s: %v", size, row["verdict"], want, row["reason"])
		}
	}
}
