//go:build unix

package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/matrix-insight/synapse-datasource/lab/tests/promql"
	"github.com/matrix-insight/synapse-datasource/pkg/checks"
	"github.com/matrix-insight/synapse-datasource/pkg/queries/diagnosis"
	"github.com/matrix-insight/synapse-datasource/pkg/query"
	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

var update = flag.Bool("update", false, "write what the replays say now")

// TestReplays gives the series of each run to Prometheus' own engine and the diagnosis once more. Without the database some
// findings can't be there, so what is expected is what the replay said when it was last looked at.
func TestReplays(t *testing.T) {
	recordings, err := filepath.Glob("testdata/*.series.gz")
	if err != nil || len(recordings) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, path := range recordings {
		name := strings.TrimSuffix(path, ".series.gz")
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			series, err := readCompressed(path)
			if err != nil {
				t.Fatal(err)
			}
			found := []string{}
			for _, f := range replay(t, series) {
				found = append(found, f.Severity+" "+f.Check)
			}
			found = slices.Compact(found)
			expected := name + ".replay.json"
			if *update {
				text, _ := json.Marshal(found) // strings only
				if err := os.WriteFile(expected, append(text, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			var want []string
			text, err := os.ReadFile(expected)
			if err == nil {
				err = json.Unmarshal(text, &want)
			}
			if err != nil || !slices.Equal(found, want) {
				t.Errorf("found %q, want %q (%v)", found, want, err)
			}
		})
	}
}

// replay is what the diagnosis finds at the last scrape of a recording.
func replay(t *testing.T, series string) []finding {
	t.Helper()
	end := time.Unix(0, 0).Add(length(t, series))
	request, err := diagnosis.Type().Decode([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	options := settings.Settings{ScrapeInterval: scrapeEvery, QueryTimeout: time.Minute}
	within := query.Align(end.Add(-time.Hour), end, scrapeEvery, scrapeEvery)
	frames, err := query.NewRunner(options, promql.Load(t, series), nil).Run(t.Context(), diagnosis.Type(), request, within, query.Asker{})
	if err != nil {
		t.Fatal(err)
	}
	return alarms(frames[0])
}

// length is how long a recording lasts: every series has a place for each scrape.
func length(t *testing.T, series string) time.Duration {
	t.Helper()
	_, first, _ := strings.Cut(series, "\n")
	first, _, _ = strings.Cut(first, "\n")
	_, places, err := parser.NewParser(parser.Options{}).ParseSeriesDesc(strings.TrimSpace(first))
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(len(places)-1) * scrapeEvery
}

// TestAcceptedChecksExist: a fault whose cause no check can name would always count as missed.
func TestAcceptedChecksExist(t *testing.T) {
	for _, f := range faults {
		for _, id := range f.accepted {
			if _, there := checks.Find(id); !there {
				t.Errorf("%s: there is no check %q", f.id, id)
			}
		}
	}
}

func TestVerdict(t *testing.T) {
	sickened, control := fault{accepted: []string{"open-files"}}, fault{}
	of := func(ids ...string) (found []finding) {
		for _, id := range ids {
			found = append(found, finding{Check: id})
		}
		return found
	}
	for _, c := range []struct {
		f     fault
		found []finding
		want  string
	}{
		{sickened, of("open-files", "memory"), "right"},
		{sickened, of("memory", "memory", "open-files"), "among three"},
		{sickened, of("memory", "memory", "memory", "open-files"), "missed"},
		{sickened, nil, "missed"},
		{control, nil, "right"},
		{control, of("memory"), "false alarm"},
	} {
		if got := c.f.verdict(c.found); got != c.want {
			t.Errorf("%v: %s, want %s", c.found, got, c.want)
		}
	}
}

func TestNotation(t *testing.T) {
	pairs := func(first int, values ...float64) (all []model.SamplePair) {
		for i, v := range values {
			all = append(all, model.SamplePair{Timestamp: model.Time(1.7e12 + 5000*(first+i)), Value: model.SampleValue(v)})
		}
		return all
	}
	scrapes, values := pairs(0, 1, 1, 1, 0, 1, 1), pairs(1, 1.7e9-3, 7)
	if got, want := notation(scrapes, values), "_x1 -3 7 stale _x2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
