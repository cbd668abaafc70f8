package promql

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/queries/changes"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/resources"
)

// Samples are 15 s apart, 240 an hour; the asked six hours begin at sample 480.
func changing() string {
	process := func(server, index, instance, starts, version, size string) string {
		labels := fmt.Sprintf("job=%q,index=%q,instance=%q", "synapse", index, instance)
		if index == "" {
			labels = fmt.Sprintf("job=%q,instance=%q", "synapse", instance)
		}
		gaps := func(value string) string { // the same times as starts, with another value
			var parts []string
			for _, part := range strings.Fields(starts) {
				if strings.HasPrefix(part, "_") || part == "stale" {
					parts = append(parts, part)
					continue
				}
				_, times, _ := strings.Cut(part, "x")
				parts = append(parts, value+"+0x"+times)
			}
			return strings.Join(parts, " ")
		}
		text := fmt.Sprintf("  process_start_time_seconds{%s} %s\n  synapse_storage_schedule_time_count{%s,server_name=%q} %s\n", labels, starts, labels, server, gaps("1"))
		for _, one := range strings.Split(version, ";") {
			name, times, _ := strings.Cut(one, "=")
			text += fmt.Sprintf("  synapse_build_info{%s,version=%q} %s\n", labels, name, times)
		}
		if size != "" {
			text += fmt.Sprintf("  synapse_util_caches_cache_max_size{%s,server_name=%q,name=\"get_user_by_id\"} %s\n", labels, server, size)
			text += fmt.Sprintf("  synapse_util_caches_cache_max_size{%s,server_name=%q,name=\"steady\"} 500+0x1920\n", labels, server)
		}
		return text
	}
	const same = "1.160.0=1+0x1920"
	return "load 15s\n" +
		// an upgrade of two processes an hour before the end, 25200 s, with another cache factor on the first use
		process("a.example", "1", "h:1", "100+0x1679 25200+0x240", "1.159.0=1+0x1679 stale;1.160.0=_x1680 1+0x240", "500+0x1679 _x4 1000+0x236") +
		process("a.example", "2", "h:2", "100+0x1687 25320+0x232", "1.159.0=1+0x1687 stale;1.160.0=_x1688 1+0x232", "2000+0x1687 4000+0x232") +
		// Kubernetes: the pod is replaced half an hour before the end, at 27000 s
		process("k.example", "main", "10.0.0.1:9000", "100+0x1800 stale", "1.160.0=1+0x1800 stale", "500+0x1800 stale") +
		process("k.example", "main", "10.0.0.2:9000", "_x1800 27000+0x120", "1.160.0=_x1800 1+0x120", "_x1800 800+0x120") +
		// nothing changes; both start before the range, and their sizes differ for good
		process("q.example", "1", "q:1", "3600+0x1920", same, "500+0x1920") +
		process("q.example", "2", "q:2", "3600+0x1920", same, "700+0x900 stale _x200 700+0x800")
}

func TestChanges(t *testing.T) {
	frame := askLastSixHours(t, Load(t, changing()), changes.Type(), nil, `{}`)[0]
	column := func(name string, i int) any {
		field, _ := frame.FieldByName(name)
		return field.At(i)
	}
	var got []string
	ids := map[string]bool{}
	for i := range frame.Rows() {
		at := column("time", i).(*time.Time)
		got = append(got, fmt.Sprintf("%s %s: %s %s", at.UTC().Format("15:04"), strings.TrimPrefix(column("tags", i).(string), "synapse,"), column("title", i), column("text", i)))
		ids[column("id", i).(string)] = true
	}
	want := []string{
		"07:00 restart,a.example: Restart of 2 processes synapse/1, synapse/2. Their caches were empty: requests are slower at first. Metrics that Synapse counts once an hour are absent for an hour.",
		"07:00 version,a.example: Synapse 1.160.0 The homeserver went from 1.159.0 to 1.160.0.",
		"07:01 cache-resize,a.example: Cache get_user_by_id resized get_user_by_id from 500 to 1,000 entries.",
		"07:30 cache-resize,k.example: Cache get_user_by_id resized get_user_by_id from 500 to 800 entries.",
		"07:30 restart,k.example: Restart of synapse/main Its caches were empty: requests are slower at first. Metrics that Synapse counts once an hour are absent for an hour.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(ids) != len(got) {
		t.Errorf("%d ids of %d events", len(ids), len(got))
	}
	only := askLastSixHours(t, Load(t, changing()), changes.Type(), nil, `{"kinds": "version", "serverName": "a.example"}`)[0]
	if only.Rows() != 1 {
		t.Errorf("%d version changes", only.Rows())
	}
}

// Nothing happened and nothing is known are two answers.
func TestNoChanges(t *testing.T) {
	engine := Load(t, changing())
	quiet := askLastSixHours(t, engine, changes.Type(), nil, `{"serverName": "q.example"}`)
	if quiet[0].Rows() != 0 || notices(quiet) != "" {
		t.Errorf("%d changes of a quiet homeserver; %s", quiet[0].Rows(), notices(quiet))
	}
	unknown := askLastSixHours(t, engine, changes.Type(), nil, `{"serverName": "nobody.example"}`)
	for _, want := range []string{"so restarts are unknown", "so changes of version are unknown"} {
		if !strings.Contains(notices(unknown), want) {
			t.Errorf("%q does not say %q", notices(unknown), want)
		}
	}
}

// Series that come through another Prometheus keep their times and have no end: after an upgrade both versions are there
// for five minutes.
func TestVersionsThatOverlap(t *testing.T) {
	engine := Load(t, `load 15s
  synapse_storage_schedule_time_count{server_name="a.example",job="s",index="1",instance="h:1"} 0+1x1920
  synapse_storage_schedule_time_count{server_name="b.example",job="s",index="1",instance="h:1"} 0+1x1920
  process_start_time_seconds{job="s",index="1",instance="h:1"} 1+0x1918 28785+0x1
  synapse_build_info{job="s",index="1",instance="h:1",version="1.159.0"} 1+0x1918
  synapse_build_info{job="s",index="1",instance="h:1",version="1.160.0"} _x1919 1+0x1
`)
	frame := askLastSixHours(t, engine, changes.Type(), nil, `{"kinds": "version"}`)[0]
	var got []string
	for i := range frame.Rows() {
		title, _ := frame.FieldByName("title")
		tags, _ := frame.FieldByName("tags")
		got = append(got, fmt.Sprint(tags.At(i), " ", title.At(i)))
	}
	if want := []string{"synapse,version,a.example Synapse 1.160.0", "synapse,version,b.example Synapse 1.160.0"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	wantCells(t, table(askLastSixHours(t, engine, resources.Type(), nil, `{"serverName": "a.example"}`)[0]), map[string]map[string]any{
		"s/1 a.example": {"version": "1.159.0, 1.160.0", "uptime": 15.0},
	})
}

// A process has the same name whatever a query asks for: what tells processes apart is found out for all of them.
func TestNamesOfProcessesWhateverIsAsked(t *testing.T) {
	restarted := func(server, index, instance string, at int) string {
		labels := fmt.Sprintf("job=%q,index=%q,instance=%q", "s", index, instance)
		return fmt.Sprintf("  process_start_time_seconds{%s} 100+0x%d %d+0x240\n  synapse_storage_schedule_time_count{%s,server_name=%q} 1+0x1920\n",
			labels, at, at*15, labels, server)
	}
	engine := Load(t, "load 15s\n"+restarted("twice.example", "1", "h:1", 1679)+restarted("twice.example", "1", "h:2", 1679)+restarted("once.example", "1", "o:1", 1600))
	titles := func(filter string) map[string]tableRow {
		return rowsBy(askLastSixHours(t, engine, changes.Type(), nil, `{"kinds": ["restart"]`+filter+`}`)[0], "title")
	}
	all := titles("")
	for server, want := range map[string]string{"twice.example": "Restart of 2 processes", "once.example": "Restart of s/1/o:1"} {
		if one := titles(`, "serverName": "` + server + `"`); len(one) != 1 || one[want] == nil {
			t.Errorf("%s alone: %v, want %q", server, one, want)
		}
		if found := slices.ContainsFunc(slices.Collect(maps.Keys(all)), func(title string) bool { return strings.HasPrefix(title, want) }); !found {
			t.Errorf("among all: %v, want %q", all, want)
		}
	}
}
